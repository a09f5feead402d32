{#- Whether an order system is among the inputs. It is then the truth for revenue; without
    one, orders are read off the purchase events. -#}
{% macro has_order_system() -%}
    {{ return(
        is_enabled('shop')
        or (is_enabled('files') and var('files_order_lines_path') is not none)
    ) }}
{%- endmacro %}
