{#- The scalers of the latest as-of date, one wide row per method, so that values are
    scaled without a join per feature. Fills are transformed as the values are. -#}
with

scalers as (

    select * from {{ ref('feature_scalers') }}
    where as_of_date = (
        select as_of_date from {{ ref('int_as_of__dates') }} where is_latest
    )

),

widened as (

    select
        as_of_date,
        method,
        {%- for name, transform in var('segment_features').items() %}
        {%- set fill = 'max(case when feature = \'' ~ name ~ '\' then fill end)' %}
        {{ transformed_value(fill, transform) }} as {{ name }}_fill,
        {%- for part in ['lower', 'upper', 'centre', 'scale'] %}
        max(case when feature = '{{ name }}' then {{ part }} end) as {{ name }}_{{ part }},
        {%- endfor %}
        {%- endfor %}
        count(*) as feature_count
    from scalers
    group by 1, 2

)

select * from widened
