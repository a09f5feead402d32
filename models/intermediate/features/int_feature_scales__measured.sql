{#- Two passes over the wide table, since a row per customer and feature would take ten
    times as long: quantiles, then moments around the median, which are shares of the way
    between the limits, so that decimals hold them whatever the unit is. Quartiles are
    clipped afterwards, which is the same but for a handful of customers. Limits that
    differ by the rounding of a quantile alone are one: such a feature does not vary. -#}
{{ config(materialized='table') }}
{%- set features = numeric_features() -%}
{%- set lower_share, upper_share = winsor_shares() -%}
{%- set shares = [lower_share, 0.25, 0.5, 0.75, upper_share] -%}
with

filled as (

    select * from {{ ref('int_features__filled') }}

),

quantiles as (

    select
        {%- for name in features %}
        {{ quantiles_of(name, shares) }} as {{ name }},
        {%- endfor %}
        max(as_of_date) as as_of_date
    from filled

),

limits as (

    select
        {%- for name in features %}
        {{ element_of(name, 1) }} as {{ name }}_lower,
        {{ element_of(name, 3) }} as {{ name }}_median,
        case
            when {{ element_of(name, 5) }} - {{ element_of(name, 1) }}
                > 1e-12 * abs({{ element_of(name, 1) }})
                then {{ element_of(name, 5) }}
            else {{ element_of(name, 1) }}
        end as {{ name }}_upper,
        {%- for quartile in ['first_quartile', 'third_quartile'] %}
        {{ clipped_value(element_of(name, 2 * loop.index), element_of(name, 1),
            element_of(name, 5)) | indent(4) }} as {{ name }}_{{ quartile }},
        {%- endfor %}
        {%- endfor %}
        as_of_date
    from quantiles
    where as_of_date is not null

),

distances as (

    select
        {%- for name in features %}
        (
            {{ clipped_value('filled.' ~ name, 'limits.' ~ name ~ '_lower',
                'limits.' ~ name ~ '_upper') | indent(8) }}
            - limits.{{ name }}_median
        ) / nullif(limits.{{ name }}_upper - limits.{{ name }}_lower, 0) as {{ name }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from filled
    cross join limits

),

moments as (

    select
        {%- for name in features %}
        {{ exact_average(name, 'decimal(18, 17)') | indent(4) }} as {{ name }}_first,
        {{ exact_average(name ~ ' * ' ~ name, 'decimal(18, 17)') | indent(4) }}
            as {{ name }}_second
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from distances

),

scales as (

    select
        {%- for name in features %}
        {%- set range = '(limits.' ~ name ~ '_upper - limits.' ~ name ~ '_lower)' %}
        limits.{{ name }}_median + {{ range }} * moments.{{ name }}_first
            as {{ name }}_mean,
        {{ range }} * sqrt(
            moments.{{ name }}_second - moments.{{ name }}_first * moments.{{ name }}_first
        ) as {{ name }}_deviation,
        {%- endfor %}
        limits.*
    from limits
    cross join moments

)

select * from scales
