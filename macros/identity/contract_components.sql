{#- Connected components by contraction, in plain SQL (Boegeholz, Brand, Todor: In-database
    connected component analysis, ICDE 2020). Each round gives every node a random rank,
    every node follows its lowest neighbour or itself, and edges inside a group vanish;
    the number of edges falls by a constant factor, so a few rounds do.

    Usage: {% call contract_components() %} select left_key, right_key …
    {% endcall %}. Gives node_key, component_key for every node that has an edge. -#}
{% macro contract_components() -%}
    {%- set query = caller() -%}
    {%- if not execute -%}
        select left_key as node_key, cast(left_key as varchar) as component_key
        from ({{ query }}) as edges
    {%- else -%}
        {%- do run_query(
            "create or replace temporary table contraction_edges as "
            ~ "select distinct cast(left_key as varchar) as left_key, "
            ~ "cast(right_key as varchar) as right_key from (" ~ query
            ~ ") as edges where left_key != right_key"
        ) -%}
        {%- do run_query(
            "create or replace temporary table contraction_map as "
            ~ "select left_key as node_key, left_key as component_key "
            ~ "from contraction_edges union "
            ~ "select right_key, right_key from contraction_edges"
        ) -%}
        {%- for round in range(64) if run_query(
            "select 1 from contraction_edges limit 1").rows -%}
            {%- do contract_once(round) -%}
        {%- endfor -%}
        {%- if run_query("select 1 from contraction_edges limit 1").rows -%}
            {{ exceptions.raise_compiler_error(
                "Identity contraction did not finish in 64 rounds."
            ) }}
        {%- endif -%}
        select cast(node_key as uuid) as node_key, component_key from contraction_map
    {%- endif -%}
{%- endmacro %}

{% macro contract_once(round) -%}
    {%- do run_query(
        "create or replace temporary table contraction_step as "
        ~ "select node_key, min(rank_key) as component_key from ("
        ~ "select left_key as node_key, md5(right_key || '" ~ round ~ "') as rank_key "
        ~ "from contraction_edges union all "
        ~ "select right_key, md5(left_key || '" ~ round ~ "') from contraction_edges "
        ~ "union all "
        ~ "select left_key, md5(left_key || '" ~ round ~ "') from contraction_edges "
        ~ "union all "
        ~ "select right_key, md5(right_key || '" ~ round ~ "') from contraction_edges"
        ~ ") as neighbours group by 1"
    ) -%}
    {%- do run_query(
        "create or replace temporary table contraction_map as "
        ~ "select contraction_map.node_key, coalesce(contraction_step.component_key, "
        ~ "contraction_map.component_key) as component_key from contraction_map "
        ~ "left join contraction_step "
        ~ "on contraction_map.component_key = contraction_step.node_key"
    ) -%}
    {%- do run_query(
        "create or replace temporary table contraction_edges as "
        ~ "select distinct lefts.component_key as left_key, "
        ~ "rights.component_key as right_key from contraction_edges "
        ~ "inner join contraction_step as lefts "
        ~ "on contraction_edges.left_key = lefts.node_key "
        ~ "inner join contraction_step as rights "
        ~ "on contraction_edges.right_key = rights.node_key "
        ~ "where lefts.component_key != rights.component_key"
    ) -%}
{%- endmacro %}
