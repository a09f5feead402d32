{#- The segment features as z-scores, which components are made of whatever the segments
    are scaled by. -#}
with

transformed as (

    select * from {{ ref('int_features__transformed') }}

),

scalers as (

    select * from {{ ref('int_scalers__widened') }}
    where method = 'z_score'

),

standardised as (

    select
        transformed.customer_id,
        transformed.as_of_date,
        {%- for name in var('segment_features') %}
        {{ scaled_value('transformed.' ~ name, 'scalers.' ~ name) | indent(8) }}
            as {{ name }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from transformed
    inner join scalers on transformed.as_of_date = scalers.as_of_date

)

select * from standardised
