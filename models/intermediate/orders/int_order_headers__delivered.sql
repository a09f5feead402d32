{#- Every order header as delivered, with pseudonyms for identifiers; it only grows. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook=[
        "{{ forget_rows_read_again('order_headers') }}",
        "{{ forget_stubs_read_again('order_headers') }}",
        "{{ erase_old_rows('order_headers') }}",
        "{{ release_rows_whose_time_has_come('ordered_at') }}",
    ],
    post_hook={"transaction": false, "sql": "{{ number_copies(
        ['source', 'order_id'], ['input_name', 'updated_at', 'received_at']) }}"},
) }}
-- depends_on: {{ ref('int_inputs__fingerprinted') }}
-- depends_on: {{ ref('int_order_lines__delivered') }}
{%- set told = ['status', 'channel', 'payment_method', 'currency', 'ordered_at'] -%}
{%- set made = ['order_id', 'user_key', 'visitor_id', 'email_key', 'copy_number',
    'updated_at'] %}
with

arrived as (

    {{ undelivered(
        ref('int_order_headers__validated'),
        dataset='order_headers',
        identity=['source', 'order_id'],
        delivery=['input_name', 'source', 'order_id', 'updated_at', 'received_at'],
        content=told + ['invalid_reason'],
        derived={
            'user_key': pseudonym_of("'user_id'", 'user_id'),
            'visitor_id': pseudonym_of("'anonymous_id'", 'anonymous_id'),
            'email_key': pseudonym_of("'email'", 'email'),
        },
    ) | indent(4) }}

),

delivered as (

    select
        arrived.source,
        arrived.input_name,
        arrived.order_id,
        users.pseudonym as user_key,
        visitors.pseudonym as visitor_id,
        emails.pseudonym as email_key,
        arrived.status,
        arrived.channel,
        arrived.payment_method,
        arrived.currency,
        arrived.invalid_reason,
        arrived.copy_number,
        arrived.ordered_at,
        arrived.updated_at,
        arrived.received_at,
        {{- is_erased('order_headers', [
            ('arrived.user_id', 'users.pseudonym'),
            ('arrived.anonymous_id', 'visitors.pseudonym'),
            ('arrived.email', 'emails.pseudonym'),
        ], [is_order_of_erased('arrived')]) }}
        {{ build_time() }} as arrived_at
    from arrived
    {{- join_identifiers('arrived', {
        'users': 'user_id', 'visitors': 'anonymous_id', 'emails': 'email',
    }) }}

)

{{ stubs_in_place_of_erased('order_headers', 'delivered', told + made) }}
