{#- A limit of the 95 % Wilson interval of a share: side is lower or upper; null of
    nothing. -#}
{% macro wilson_limit(part, whole, side) -%}
{%- set part = 'cast(' ~ part ~ ' as double precision)' -%}
{%- set count = 'cast(' ~ whole ~ ' as double precision)' -%}
{%- set z = '1.959963984540054' -%}
    case when {{ whole }} > 0 then greatest(0, least(1, (
        {{ part }} + {{ z }} * {{ z }} / 2
        {{ '-' if side == 'lower' else '+' }} {{ z }} * sqrt(
            {{ part }} * ({{ count }} - {{ part }}) / {{ count }} + {{ z }} * {{ z }} / 4
        )
    ) / ({{ count }} + {{ z }} * {{ z }}))) end
{%- endmacro %}
