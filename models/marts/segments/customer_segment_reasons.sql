{#- The strongest feature is found by greatest(), then the strongest of the others: no
    row per customer and feature is made and sorted. Of equal ones the first by name. -#}
{%- set features = var('segment_features').keys() | sort -%}
{%- set reason_count = 3 -%}
with

measured as (

    select
        *,
        {%- for name in features %}
        greatest({{ name }}, 0){% if not loop.last %} +{% endif %}
        {%- endfor %} as positive_sum
    from {{ ref('int_customer_reasons__measured') }}

),

{%- for place in range(1, reason_count + 1) %}
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

),
{%- endfor %}

reasons as (

    {%- for place in range(1, reason_count + 1) %}
    select
        customer_id,
        as_of_date,
        segment_id,
        runner_up_segment_id,
        model_version,
        feature_{{ place }} as feature,
        {{ place }} as feature_rank,
        {%- for part in ['value', 'centroid', 'runner_up_centroid'] %}
        case feature_{{ place }}
            {%- for name in features %}
            when '{{ name }}' then {{ name }}_{{ part }}
            {%- endfor %}
        end as {{ part }},
        {%- endfor %}
        contribution_{{ place }} as contribution,
        contribution_{{ place }} / positive_sum as contribution_share
    from ranked_{{ reason_count }}
    where contribution_{{ place }} > 0
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select
    reasons.customer_id,
    reasons.as_of_date,
    reasons.segment_id,
    reasons.runner_up_segment_id,
    reasons.feature,
    labels.label,
    case when reasons.centroid > reasons.runner_up_centroid then 'high' else 'low' end
        as direction,
    cast(reasons.model_version as bigint) as model_version,
    cast(reasons.feature_rank as bigint) as feature_rank,
    reasons.value,
    reasons.centroid,
    reasons.runner_up_centroid,
    reasons.contribution,
    reasons.contribution_share
from reasons
left join {{ ref('features') }} as labels on reasons.feature = labels.feature
