{{ config(enabled=is_enabled('shop')) }}
with

source as (

    select * from {{ raw_table('shop', 'order_lines') }}

),

renamed as (

    select
        {{ parsed('order_id', 'varchar') }} as order_id,
        {{ parsed('line_id', 'varchar') }} as line_id,
        {{ parsed('product_id', 'varchar') }} as product_id,
        {{ parsed('category', 'varchar') }} as category,
        {{ parsed('quantity', 'decimal(18, 4)') }} as quantity,
        {{ parsed('unit_price', 'decimal(18, 4)') }} as unit_price,
        {{ parsed('discount', 'decimal(18, 4)') }} as discount,
        {{ parsed('received_at', 'timestamp') }} as received_at,
        'shop.order_lines' as input_name,
        {{ unparsable({
            'quantity': 'decimal(18, 4)',
            'unit_price': 'decimal(18, 4)',
            'discount': 'decimal(18, 4)',
            'received_at': 'timestamp',
        }) }} as unparsable_column
    from source

)

select * from renamed
