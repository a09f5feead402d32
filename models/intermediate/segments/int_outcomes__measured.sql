{#- What every customer did after the date that segments are validated at, beside the
    segment and the RFM segment that were known then. -#}
{{ config(materialized='table') }}
{%- set amounts = ['revenue', 'order_value'] -%}
{%- set measures = ['active_days', 'session_count', 'order_count', 'revenue'] -%}
with

dated as (

    select * from {{ ref('int_validation__dated') }}

),

followed as (

    select
        outcomes.customer_id,
        outcomes.as_of_date,
        dated.window_days,
        features.recency_days,
        {%- for name in measures %}
        case dated.window_days
            {%- for window in validation_windows() %}
            when {{ window }} then outcomes.{{ name }}_{{ window }}
            {%- endfor %}
        end as {{ name }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('customer_outcomes') }} as outcomes
    inner join dated on outcomes.as_of_date = dated.as_of_date
    inner join {{ ref('customer_features') }} as features
        on outcomes.customer_id = features.customer_id
        and outcomes.as_of_date = features.as_of_date

),

asked as (

    select
        customer_id,
        as_of_date,
        window_days,
        {%- for name, sides in validation_kpis('window_days').items() %}
        {%- set type = 'decimal(18, 4)' if name in amounts else 'bigint' %}
        cast({{ sides['part'] }} as {{ type }}) as {{ name }}_part,
        cast({{ sides['base'] }} as bigint) as {{ name }}_base
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from followed

)

select
    segments.segment_id,
    coalesce(rfm_scores.rfm_segment, 'No order') as rfm_segment,
    asked.*
from asked
inner join {{ ref('int_segments__backcast') }} as segments
    on asked.customer_id = segments.customer_id
    and asked.as_of_date = segments.as_of_date
left join {{ ref('rfm_scores') }} as rfm_scores
    on asked.customer_id = rfm_scores.customer_id
    and asked.as_of_date = rfm_scores.as_of_date
