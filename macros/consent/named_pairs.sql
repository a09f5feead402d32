{#- Which cookies, devices and e-mails delivered rows name together with a user. -#}
{% macro named_pairs(condition='1 = 1') -%}
    {%- set shown = {
        'int_events__delivered': ['visitor_id', 'device_key', 'email_key'],
        'int_order_lines__delivered': ['visitor_id', 'email_key'],
        'int_order_headers__delivered': ['visitor_id', 'email_key'],
    } -%}
    {%- for relation, keys in shown.items() %}
    {%- set last_relation = loop.last %}
    {%- for key in keys %}
    select
        user_key,
        {{ key }} as seen_key,
        {{ "'email'" if key == 'email_key' else "'held'" }} as seen_kind
    from {{ ref(relation) }}
    where
        invalid_reason is null
        and user_key is not null
        and {{ key }} != user_key
        and {{ condition }}
    {% if not (last_relation and loop.last) %}union distinct{% endif %}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{#- Pre-hook of int_users__named: pairs that no row shows any more. Rows go away only where
    a period is set; an erasure takes its pairs along. -#}
{% macro forget_old_pairs() -%}
    {%- if is_incremental() and is_anything_limited() -%}
        delete from {{ this }}
        where (user_key, seen_key) not in (
            select pairs.user_key, pairs.seen_key from ({{ named_pairs() }}) as pairs
        )
    {%- endif -%}
{%- endmacro %}
