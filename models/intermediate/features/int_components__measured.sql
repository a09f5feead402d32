{#- Every customer's score on the first two components. -#}
{%- set features = var('segment_features').keys() | list -%}
with

standardised as (

    select * from {{ ref('int_features__standardised') }}

),

components as (

    select * from {{ ref('int_components__widened') }}

),

measured as (

    select
        standardised.customer_id,
        standardised.as_of_date,
        {%- for component in [1, 2] %}
        case
            when components.component_count >= {{ component }} then
                {%- for name in features %}
                (standardised.{{ name }} - components.mean_{{ name }})
                * components.loading_{{ component }}_{{ name }}
                {%- if not loop.last %} +{% endif %}
                {%- endfor %}
        end as score_{{ component }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from standardised
    inner join components on standardised.as_of_date = components.as_of_date

)

select * from measured
