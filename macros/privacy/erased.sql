{#- Rows of erased people. Their identifiers have tombstones and are never taken into the
    vault again, nor is what was only seen beside them. So a row that names an identifier
    without a pseudonym is an erased person's, and becomes a stub: its source, its input and
    the day of its receipt, for the ledger. -#}

{#- The column is_erased of a delivered model: whether an identifier that the row names is
    missing in the vault. `named`: pairs of a raw value and its pseudonym; `more`: other
    conditions. -#}
{% macro is_erased(named, more=[]) -%}
    {%- if tombstones() %}
        (
            {%- for value, pseudonym in named %}
            ({{ value }} is not null and {{ pseudonym }} is null)
            {{- ' or' if more or not loop.last }}
            {%- endfor %}
            {%- for condition in more %}
            ({{ condition }}){{ ' or' if not loop.last }}
            {%- endfor %}
        ) as is_erased,
    {%- endif %}
{%- endmacro %}

{#- The last select of a delivered model: `rows` with stubs in place of what is erased.
    `content`: columns that a stub has not; `kept`: columns that it has. -#}
{% macro stubs_in_place_of_erased(
    rows, content, kept=['received_at', 'arrived_at'], is_of_visitor=false
) -%}
    {%- if not tombstones() -%}
select * from {{ rows }}
    {%- else -%}
select
    source,
    input_name,
    {%- for name in content %}
    case when not is_erased then {{ name }} end as {{ name }},
    {%- endfor %}
    {%- if is_of_visitor %}
    case when is_erased then {{ nobody() }} else visitor_id end as visitor_id,
    {%- endif %}
    {%- for name in kept %}
    {{ name if name != 'received_at' else
        'case when is_erased then ' ~ day_of(name) ~ ' else ' ~ name ~ ' end' }}
        as {{ name }},
    {%- endfor %}
    case when is_erased then 'erased' else invalid_reason end as invalid_reason
from {{ rows }}
    {%- endif -%}
{%- endmacro %}

{% macro day_of(time) -%} cast(cast({{ time }} as date) as timestamp) {%- endmacro %}

{#- Pre-hook of the delivered models: stubs do not say whose rows they were, so those of an
    input that is read again are found again. -#}
{% macro forget_stubs_read_again(dataset) -%}
    {%- if is_incremental() and tombstones() -%}
        delete from {{ this }}
        where
            invalid_reason = 'erased'
            and input_name in (
                select inputs.input_name
                from {{ ref('int_inputs__fingerprinted') }} as inputs
                where inputs.dataset = '{{ dataset }}'
            )
            and {{ news_of(dataset, among_held=true) }}
    {%- endif -%}
{%- endmacro %}

{#- A condition of the vault's other models: take in nothing of erased people's rows. -#}
{% macro unless_of_erased() -%}
    {%- if tombstones() -%}
        {%- for kind in ['user_id', 'anonymous_id', 'device_id', 'email',
            'client_session_id'] %}
        and (
            {{ kind }} is null
            {{- ' or anonymous_id is not null or device_id is not null'
                if kind == 'client_session_id' }}
            or {{ kind }} in (
                select identifiers.raw_value
                from {{ ref('identifiers') }} as identifiers
                where identifiers.identifier_kind = '{{ kind }}'
            )
        )
        {%- endfor %}
    {%- endif -%}
{%- endmacro %}
