{#- The settings of customer value, from the vars; a value that cannot be used stops the
    build with what it should be. -#}
{% macro value_settings() -%}
    {%- set orders_model = var('value_model') -%}
    {%- if orders_model not in ['bg_nbd', 'pareto_nbd'] -%}
        {{ exceptions.raise_compiler_error(
            "value_model must be bg_nbd or pareto_nbd, got: " ~ orders_model
        ) }}
    {%- endif -%}
    {%- set counts = {} -%}
    {%- for short_name in ['horizon_days', 'minimum_customers', 'sample_size'] -%}
        {%- do counts.update({short_name: whole_number('value_' ~ short_name)}) -%}
    {%- endfor -%}
    {%- if counts.sample_size < counts.minimum_customers -%}
        {{ exceptions.raise_compiler_error(
            "value_sample_size is " ~ counts.sample_size ~ ", fewer customers than a "
            ~ "fit needs: value_minimum_customers is " ~ counts.minimum_customers
        ) }}
    {%- endif -%}
    {%- set rate = var('value_discount_rate') -%}
    {%- if rate is not number or rate is boolean or rate < 0 -%}
        {{ exceptions.raise_compiler_error(
            "value_discount_rate must be a share of a year, 0 or more, got: " ~ rate
        ) }}
    {%- endif -%}
    {{ return(dict(counts, orders_model=orders_model, discount_rate=rate)) }}
{%- endmacro %}

{#- The models of orders and spend, each with the names of its parameters. -#}
{% macro value_models() -%}
    {{ return({
        'bg_nbd': ['r', 'alpha', 'a', 'b'],
        'pareto_nbd': ['r', 'alpha', 's', 'beta'],
        'gamma_gamma': ['p', 'q', 'v'],
    }) }}
{%- endmacro %}
