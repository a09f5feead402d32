{#- What stands in for a missing value, by the rule of features, in natural units.
    A feature that nobody has a value of is 0 for everybody. -#}
{{ config(materialized='table') }}
{%- set features = numeric_features() -%}
{%- do require_features(var('segment_features'), 'segment_features') -%}
with

labels as (

    select
        feature,
        fill,
        case feature
            {%- for name, transform in var('segment_features').items() %}
            when '{{ name }}' then '{{ transform }}'
            {%- endfor %}
            else transform
        end as transform
    from {{ ref('features') }}

),

rules as (

    select
        {%- for name in features %}
        max(case when feature = '{{ name }}' then transform end) as {{ name }}_transform,
        max(case when feature = '{{ name }}' then fill end) as {{ name }}_rule,
        {%- endfor %}
        count(*) as rule_count
    from labels

),

customer_features as (

    select * from {{ ref('customer_features') }}
    where as_of_date = (
        select as_of_date from {{ ref('int_as_of__dates') }} where is_latest
    )

),

measured as (

    select
        {%- for name in features %}
        count(*) - count(customer_features.{{ name }}) as {{ name }}_missing,
        {{ median_of('case when rules.' ~ name ~ "_rule = 'median' then cast("
            ~ 'customer_features.' ~ name ~ ' as double precision) end') }}
            as {{ name }}_median,
        cast(max(customer_features.{{ name }}) as double precision) as {{ name }}_maximum,
        {%- endfor %}
        max(customer_features.as_of_date) as as_of_date,
        count(*) as customer_count
    from customer_features
    cross join rules

),

fills as (

    select
        measured.as_of_date,
        {%- for name in features %}
        measured.{{ name }}_missing,
        rules.{{ name }}_transform,
        case
            when measured.{{ name }}_missing = measured.customer_count then 0
            when rules.{{ name }}_rule = 'zero' then 0
            when rules.{{ name }}_rule = 'median' then measured.{{ name }}_median
            when rules.{{ name }}_rule = 'maximum' then measured.{{ name }}_maximum
        end as {{ name }}_fill,
        {%- endfor %}
        measured.customer_count
    from measured
    cross join rules
    where measured.as_of_date is not null

)

select * from fills
