{#- One canonical shape for the order lines of every enabled producer. -#}
{%- set producers = [] -%}
{%- for producer in ['shop', 'files'] if is_enabled(producer) -%}
    {%- do producers.append(producer) -%}
{%- endfor -%}
{%- for producer in producers %}
select
    {%- if producer == 'shop' -%}
        {{ select_canonical('order_lines', [
            'order_id', 'line_id', 'product_id', 'category', 'quantity', 'unit_price',
            'discount', 'received_at',
        ], {'source': "'shop'"}) }}
    {%- else %}
        {{ canonical_list('order_lines') }},
        input_name,
        unparsable_column
    {%- endif %}
from {{ ref('stg_' ~ producer ~ '__order_lines') }}
{% if not loop.last %}union all{% endif %}
{%- else %}
{{ no_rows('order_lines') }}
{%- endfor %}
