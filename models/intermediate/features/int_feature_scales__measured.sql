{#- Limits, averages and quartiles of every feature after it was filled and transformed.
    Averages are taken of shares of the way from the lower limit to the upper one, so that
    decimals hold them whatever the unit of the feature is. -#}
{{ config(materialized='table') }}
{%- set features = numeric_features() -%}
with

filled as (

    select * from {{ ref('int_features__filled') }}

),

limits as (

    select
        {%- for name in features %}
        {{ quantiles_of(name, winsor_shares()) }} as {{ name }},
        {%- endfor %}
        as_of_date
    from filled
    group by as_of_date

),

clipped as (

    select
        {%- for name in features %}
        {%- set lower = element_of('limits.' ~ name, 1) %}
        {%- set upper = element_of('limits.' ~ name, 2) %}
        {{ clipped_value('filled.' ~ name, lower, upper) | indent(4) }} as {{ name }},
        {{ lower }} as {{ name }}_lower,
        nullif({{ upper }} - {{ lower }}, 0) as {{ name }}_range,
        {%- endfor %}
        filled.as_of_date
    from filled
    inner join limits on filled.as_of_date = limits.as_of_date

),

averages as (

    select
        {%- for name in features %}
        {{ quantiles_of(name, [0.25, 0.5, 0.75]) }} as {{ name }}_quartiles,
        {{ exact_average(
            '(' ~ name ~ ' - ' ~ name ~ '_lower) / ' ~ name ~ '_range', digits=28
        ) | indent(4) }} as {{ name }},
        {%- endfor %}
        as_of_date
    from clipped
    group by as_of_date

),

deviations as (

    select
        {%- for name in features %}
        (clipped.{{ name }} - clipped.{{ name }}_lower) / clipped.{{ name }}_range
        - averages.{{ name }} as {{ name }},
        {%- endfor %}
        clipped.as_of_date
    from clipped
    inner join averages on clipped.as_of_date = averages.as_of_date

),

variances as (

    select
        {%- for name in features %}
        {{ exact_average(name ~ ' * ' ~ name, digits=28) | indent(4) }} as {{ name }},
        {%- endfor %}
        as_of_date
    from deviations
    group by as_of_date

),

scales as (

    select
        {%- for name in features %}
        {%- for bound in ['lower', 'upper'] %}
        {{ element_of('limits.' ~ name, loop.index) }} as {{ name }}_{{ bound }},
        {%- endfor %}
        {%- for quartile in ['first_quartile', 'median', 'third_quartile'] %}
        {{ element_of('averages.' ~ name ~ '_quartiles', loop.index) }}
            as {{ name }}_{{ quartile }},
        {%- endfor %}
        averages.{{ name }} as {{ name }}_average,
        sqrt(variances.{{ name }}) as {{ name }}_deviation,
        {%- endfor %}
        limits.as_of_date
    from limits
    inner join averages on limits.as_of_date = averages.as_of_date
    inner join variances on limits.as_of_date = variances.as_of_date

)

select * from scales
