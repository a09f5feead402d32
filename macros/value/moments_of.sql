{#- A text that changes when the grouped rows do: how many customers, and the sums and
    sums of products of the columns over them, in decimals. -#}
{% macro moments_of(columns) -%}
    concat_ws(
        '|',
        cast(sum(customer_count) as varchar)
        {%- for column in columns %}
        {%- for factor in ['1'] + columns[loop.index0:] %},
        cast(sum(
            cast(customer_count * {{ column }} * {{ factor }} as decimal(38, 9))
        ) as varchar)
        {%- endfor %}
        {%- endfor %}
    )
{%- endmacro %}
