{#- Connected components by contraction, in plain SQL (Boegeholz, Brand, Todor: In-database
    connected component analysis, ICDE 2020). Nodes are numbered; each round gives every
    number a random rank (an affine map modulo a prime, so that no two share one), every
    node follows the lowest rank of its neighbours and its own, and edges inside a group
    vanish. Their number falls by a constant factor, so a few rounds do. The rounds are
    put together at the end: a group is called after the last round that it lived in.

    Usage: {% call contract_components() %} select left_key, right_key …
    {% endcall %}. Gives node_key, component_key (text) for every node with an edge. -#}
{% macro contract_components() -%}
    {%- set query = caller() -%}
    {%- if not execute -%}
        select left_key as node_key, cast(left_key as varchar) as component_key
        from ({{ query }}) as edges
    {%- else -%}
        {%- do number_nodes(query) -%}
        {%- set rounds = [] -%}
        {%- for round in range(64) if contraction_is_open() -%}
            {%- do contract_once(round) -%}
            {%- do rounds.append(round) -%}
        {%- endfor -%}
        {%- if contraction_is_open() -%}
            {{ exceptions.raise_compiler_error(
                "Identity contraction did not finish in 64 rounds."
            ) }}
        {%- endif -%}
        {{ put_rounds_together(rounds) }}
    {%- endif -%}
{%- endmacro %}

{% macro contraction_is_open() -%}
    {{ return(run_query("select 1 from contraction_edges limit 1").rows | length > 0) }}
{%- endmacro %}

{% macro number_nodes(query) -%}
    {%- do run_query(create_temporary_table('contraction_input',
        "select left_key, right_key from (" ~ query ~ ") as edges "
        ~ "where left_key != right_key"
    )) -%}
    {%- do run_query(create_temporary_table('contraction_nodes',
        "select node_key, row_number() over (order by node_key) as node_id from ("
        ~ "select left_key as node_key from contraction_input union distinct "
        ~ "select right_key as node_key from contraction_input) as nodes"
    )) -%}
    {%- do run_query(create_temporary_table('contraction_edges',
        "select distinct lefts.node_id as left_id, rights.node_id as right_id "
        ~ "from contraction_input "
        ~ "inner join contraction_nodes as lefts "
        ~ "on contraction_input.left_key = lefts.node_key "
        ~ "inner join contraction_nodes as rights "
        ~ "on contraction_input.right_key = rights.node_key"
    )) -%}
{%- endmacro %}

{% macro contract_once(round) -%}
    {%- set prime = 2147483647 -%}
    {%- set factor = 48271 ** (2 * round + 7) % prime -%}
    {%- set shift = 48271 ** (2 * round + 8) % prime -%}
    {%- set rank = "least(mod(" ~ factor ~ " * left_id + " ~ shift ~ ", " ~ prime
        ~ "), mod(" ~ factor ~ " * right_id + " ~ shift ~ ", " ~ prime ~ "))" -%}
    {%- set step = "contraction_step_" ~ round -%}
    {%- do run_query(create_temporary_table(step,
        "select node_id, min(rank_id) as component_id from ("
        ~ "select left_id as node_id, " ~ rank ~ " as rank_id from contraction_edges "
        ~ "union all select right_id as node_id, " ~ rank ~ " as rank_id "
        ~ "from contraction_edges) as neighbours group by 1"
    )) -%}
    {%- do run_query(create_temporary_table('contraction_edges',
        "select distinct lefts.component_id as left_id, rights.component_id as right_id "
        ~ "from contraction_edges inner join " ~ step ~ " as lefts "
        ~ "on contraction_edges.left_id = lefts.node_id "
        ~ "inner join " ~ step ~ " as rights "
        ~ "on contraction_edges.right_id = rights.node_id "
        ~ "where lefts.component_id != rights.component_id"
    )) -%}
{%- endmacro %}

{#- Numbers of different rounds may coincide, so the round is part of the name. -#}
{% macro put_rounds_together(rounds) -%}
    select
        contraction_nodes.node_key,
        {%- for round in rounds | reverse %}
        {{ "case" if loop.first }}
            when contraction_step_{{ round }}.component_id is not null
                then '{{ round }} ' || cast(contraction_step_{{ round }}.component_id as varchar)
        {{- " end as component_key" if loop.last }}
        {%- else %}
        cast(null as varchar) as component_key
        {%- endfor %}
    from contraction_nodes
    {%- for round in rounds %}
    left join contraction_step_{{ round }} on
        {{ "contraction_nodes.node_id" if loop.first
            else "contraction_step_" ~ (round - 1) ~ ".component_id" }}
        = contraction_step_{{ round }}.node_id
    {%- endfor %}
{%- endmacro %}
