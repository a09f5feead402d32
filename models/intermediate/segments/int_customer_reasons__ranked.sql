{#- The strongest feature is found by greatest(), then the strongest of the others: no
    row per customer and feature is made and sorted. Of equal ones the first by name.
    A table: a filter on what comes out would be worked out again for every feature. -#}
{{ config(materialized='table') }}
{%- set features = var('segment_features').keys() | sort -%}
{%- set places = range(1, 4) -%}
with

measured as (

    select
        *,
        {%- for name in features %}
        greatest({{ name }}, 0){% if not loop.last %} +{% endif %}
        {%- endfor %} as positive_sum
    from {{ ref('int_customer_reasons__measured') }}

),

{%- for place in places %}
strongest_{{ place }} as (

    select
        *,
        greatest(
            {%- for name in features %}
            {% if place == 1 %}{{ name }}
            {%- else -%}
            case
                when '{{ name }}' in (
                    {%- for earlier in range(1, place) -%}
                    feature_{{ earlier }}{% if not loop.last %}, {% endif %}
                    {%- endfor -%}
                ) then -1e300
                else {{ name }}
            end
            {%- endif %}
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        ) as contribution_{{ place }}
    from {{ 'measured' if place == 1 else 'ranked_' ~ (place - 1) }}

),

ranked_{{ place }} as (

    select
        *,
        case
            {%- for name in features %}
            when {{ name }} = contribution_{{ place }}
                {%- for earlier in range(1, place) %}
                and feature_{{ earlier }} != '{{ name }}'
                {%- endfor %}
                then '{{ name }}'
            {%- endfor %}
        end as feature_{{ place }}
    from strongest_{{ place }}

){% if not loop.last %},{% endif %}
{%- endfor %}

select
    customer_id,
    as_of_date,
    segment_id,
    runner_up_segment_id,
    model_version,
    {%- for place in places %}
    feature_{{ place }},
    {%- for part in ['value', 'centroid', 'runner_up_centroid'] %}
    case feature_{{ place }}
        {%- for name in features %}
        when '{{ name }}' then {{ name }}_{{ part }}
        {%- endfor %}
    end as {{ part }}_{{ place }},
    {%- endfor %}
    contribution_{{ place }},
    {%- endfor %}
    positive_sum
from ranked_{{ places | last }}
