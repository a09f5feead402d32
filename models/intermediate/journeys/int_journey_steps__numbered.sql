{#- Both levels side by side: what was done, and how visits came. -#}
{%- set levels = {
    'step': ref('int_event_steps__numbered'),
    'channel': ref('int_visit_steps__numbered'),
} -%}
with

steps as (

    {%- for level, relation in levels.items() %}
    select
        '{{ level }}' as level,
        journey_id,
        visit_id,
        customer_id,
        step_number,
        state,
        is_conversion,
        occurred_at
    from {{ relation }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from steps
