{#- The features as the fit sees them: clipped, centred, divided by their spread. -#}
{%- set features = var('segment_features').keys() | list -%}
with

transformed as (

    select * from {{ ref('int_features__transformed') }}

),

scalers as (

    select
        as_of_date,
        {%- for name in features %}
        {%- for part in ['lower', 'upper', 'centre', 'scale'] %}
        max(case when feature = '{{ name }}' then {{ part }} end) as {{ name }}_{{ part }},
        {%- endfor %}
        {%- endfor %}
        count(*) as feature_count
    from {{ ref('feature_scalers') }}
    group by 1

),

scaled as (

    select
        transformed.customer_id,
        transformed.as_of_date,
        {%- for name in features %}
        {{ scaled_value('transformed.' ~ name, 'scalers.' ~ name) }} as {{ name }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from transformed
    inner join scalers on transformed.as_of_date = scalers.as_of_date

)

select * from scaled
