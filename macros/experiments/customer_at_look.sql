{#- A metric of a customer at a look, by what was counted: 0 or 1 of a proportion. -#}
{% macro outcome_of(counted) -%}
    case
        when customers.metric_kind != 'proportion'
            then cast({{ counted }} as double precision)
        when {{ counted }} > 0 then cast(1 as double precision)
        else 0
    end
{%- endmacro %}

{#- And its base: 1 of what is no ratio. -#}
{% macro base_of(counted) -%}
    case
        when customers.metric_kind = 'ratio' then cast({{ counted }} as double precision)
        else cast(1 as double precision)
    end
{%- endmacro %}

{#- What is multiplied in a sum over one period alone. -#}
{% macro alone_in_period(factors) -%}
    {%- set alone = [] -%}
    {%- for factor in factors -%}
        {%- do alone.append(factor ~ ('_alone' if factor in ['value', 'base'] else '')) -%}
    {%- endfor -%}
    {{ return(alone) }}
{%- endmacro %}
