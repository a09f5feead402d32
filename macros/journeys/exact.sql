{#- A number as a decimal with twelve places: sums of decimals do not depend on the order
    of the rows. -#}
{% macro exact(number) -%}
    cast({{ number }} as decimal(38, 12))
{%- endmacro %}

{#- Half of the 95 % interval of a ratio of sums over customers, by the sums over customers
    of its rest times itself, times its base, and of the base squared: what one customer
    did is not independent. Null for fewer than two customers.
    Cochran (1977), Sampling Techniques, ch. 6; Cameron and Miller (2015), JHR 50. -#}
{% macro clustered_margin(ratio, base, squares, products, base_squares, customers) -%}
    1.959963984540054 * sqrt(
        greatest(
            cast({{ squares }} as double precision)
            - 2 * {{ ratio }} * cast({{ products }} as double precision)
            + {{ squared(ratio) }} * cast({{ base_squares }} as double precision),
            0
        )
        * {{ customers }} / nullif({{ customers }} - 1, 0)
    ) / {{ base }}
{%- endmacro %}

{#- How much better the second order must be on average to be taken: as if predictions of
    the first were off by one percentage point more. -#}
{% macro least_gain() -%}
    0.0001
{%- endmacro %}
