{#- Orders of erased people. A line often names its order alone, and the order's header
    names the person: so orders that were erased have tombstones of their own, and an order
    whose header names an erased person is one. -#}
{% macro is_order_of_erased(relation) -%}
    ({{ relation }}.source, {{ relation }}.order_id) in (
        select orders.source, orders.order_id
        from (select distinct source, order_id from {{ relation }}) as orders
        where {{ has_tombstone("'order_id'", "orders.source || ' ' || orders.order_id") }}
        union all
        {{ orders_of_erased_headers() }}
    )
{%- endmacro %}

{% macro orders_of_erased_headers() -%}
    select headers.source, headers.order_id
    from {{ ref('int_order_headers__validated') }} as headers
    {%- for kind in ['user_id', 'anonymous_id', 'email'] %}
    left join {{ ref('identifiers') }} as of_{{ kind }}
        on of_{{ kind }}.identifier_kind = '{{ kind }}'
        and headers.{{ kind }} = of_{{ kind }}.raw_value
    {%- endfor %}
    where
        headers.order_id is not null
        and (
            {%- for kind in ['user_id', 'anonymous_id', 'email'] %}
            (headers.{{ kind }} is not null and of_{{ kind }}.raw_value is null)
            {{- ' or' if not loop.last }}
            {%- endfor %}
        )
{%- endmacro %}

{#- Pre-hook of the delivered lines: a line that came before its header was anybody's. -#}
{% macro erase_lines_of_erased_orders() -%}
    {%- if is_incremental() and tombstones() -%}
        {{ make_stubs_where(
            '(source, order_id) in (' ~ orders_of_erased_headers() ~ ')') }}
    {%- endif -%}
{%- endmacro %}
