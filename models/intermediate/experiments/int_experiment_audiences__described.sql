{#- The segments that an experiment is for; an experiment for everybody has none. -#}
{%- set rows = [] -%}
{%- for name, one in experiments().items() -%}
    {%- for segment in one.segments -%}
        {%- do rows.append([name, segment | string | replace("'", "''")]) -%}
    {%- endfor -%}
{%- endfor -%}
with

described as (

    {%- for name, segment in rows %}
    select
        '{{ name }}' as experiment_id,
        '{{ segment }}' as segment_name
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    {{ no_experiments({'experiment_id': 'varchar', 'segment_name': 'varchar'}) }}
    {%- endfor %}

)

select * from described
