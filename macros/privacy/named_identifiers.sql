{#- Identifiers that rows of the inputs that changed name. The rows are told apart only by
    what they name, and before anything is joined: there are far fewer of these. -#}

{#- The kinds that a row may name. -#}
{% macro named_kinds() -%}
    {{ return(['user_id', 'anonymous_id', 'email', 'device_id', 'client_session_id']) }}
{%- endmacro %}

{#- What rows name, once each, as in the inputs. -#}
{% macro select_named() -%}
    {%- set person = ['user_id', 'anonymous_id', 'email'] -%}
    {%- set inputs = [
        ('events', 'int_events__unioned', named_kinds()),
        ('order_lines', 'int_order_lines__validated', person),
        ('order_headers', 'int_order_headers__validated', person),
    ] -%}
    {%- for dataset, relation, kinds in inputs %}
    select distinct
        {%- for kind in named_kinds() %}
        {{ unless_dropped(kind) if kind in kinds else 'cast(null as varchar)' }}
            as {{ kind }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(relation) }}
    where {{ news_of(dataset) }}
        {{- unless_too_old(dataset, ref(relation)) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
{%- endmacro %}

{#- Every identifier of such rows, with its kind. With `erased`, a CTE of identifiers that
    have tombstones: only those of rows that name none of them. A client session is an
    identifier where nothing else names the visitor. -#}
{% macro named_identifiers(rows, erased=none) -%}
    {%- for kind in named_kinds() %}
    select
        '{{ kind }}' as identifier_kind,
        {{ kind }} as raw_value
    from {{ rows }}
    where
        {{ kind }} is not null
        {%- if kind == 'client_session_id' %}
        and anonymous_id is null
        and device_id is null
        {%- endif %}
        {{- names_none_of(erased) if erased }}
    union all
    {%- endfor %}
    select
        subject_kind as identifier_kind,
        subject_value as raw_value
    from {{ ref('int_consents__validated') }}
    where subject_value is not null and {{ news_of('consents') }}
{%- endmacro %}

{#- A condition of the vault's models: take in nothing of rows that are too old. -#}
{% macro unless_too_old(dataset, relation) -%}
    {%- if retention_days(retention_class_of(dataset)) %}
        and not {{ is_too_old(
            'behaviour', 'coalesce(' ~ corrected_time() ~ ', received_at)'
        ) if dataset == 'events' else is_row_too_old(dataset, relation.identifier) }}
    {%- endif %}
{%- endmacro %}

{% macro names_none_of(erased) -%}
    {%- for kind in named_kinds() %}
        and (
            {{ kind }} is null
            {{- ' or anonymous_id is not null or device_id is not null'
                if kind == 'client_session_id' }}
            or {{ kind }} not in (
                select erased.raw_value
                from {{ erased }} as erased
                where erased.identifier_kind = '{{ kind }}'
            )
        )
    {%- endfor %}
{%- endmacro %}
