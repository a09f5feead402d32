{#- What a feature is clipped to (1st and 99th percentile, after its transform),
    centred on and divided by. A feature that does not vary has scale 0 and is left
    out. -#}
{{ config(materialized='table', schema='models') }}
{%- set features = var('segment_features') -%}
with

transformed as (

    select * from {{ ref('int_features__transformed') }}

),

features as (

    {%- for name, transform in features.items() %}
    select
        as_of_date,
        '{{ name }}' as feature,
        '{{ transform }}' as transform,
        {{ name }} as value
    from transformed
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

limits as (

    select
        as_of_date,
        feature,
        transform,
        {{ quantile_of('value', 0.01) }} as lower,
        {{ quantile_of('value', 0.99) }} as upper
    from features
    group by 1, 2, 3

),

clipped as (

    select
        limits.as_of_date,
        limits.feature,
        limits.transform,
        limits.lower,
        limits.upper,
        least(greatest(features.value, limits.lower), limits.upper) as value
    from features
    inner join limits on features.feature = limits.feature

),

centres as (

    select
        feature,
        {{ exact_average('value') }} as centre
    from clipped
    group by 1

),

scalers as (

    select
        clipped.as_of_date,
        clipped.feature,
        clipped.transform,
        clipped.lower,
        clipped.upper,
        centres.centre,
        case
            when clipped.upper > clipped.lower then sqrt({{ exact_average(
                '(clipped.value - centres.centre) * (clipped.value - centres.centre)'
            ) }})
            else 0
        end as scale
    from clipped
    inner join centres on clipped.feature = centres.feature
    group by 1, 2, 3, 4, 5, 6

)

select * from scalers
