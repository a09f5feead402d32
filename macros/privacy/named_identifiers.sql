{#- Every identifier that a row of the inputs that changed names, with its kind, as often as
    it does. With `erased`, a CTE of identifiers that have tombstones: only those of rows
    that name none of them. A client session is an identifier where nothing else names the
    visitor. -#}
{% macro named_identifiers(erased=none) -%}
    {%- set person = ['user_id', 'anonymous_id', 'email'] -%}
    {%- set shown = [
        ('events', 'int_events__normalised', person + ['device_id', 'client_session_id']),
        ('order_lines', 'int_order_lines__validated', person),
        ('order_headers', 'int_order_headers__validated', person),
    ] -%}
    {%- for dataset, relation, kinds in shown %}
    {%- set news = news_of(dataset) %}
    {%- for kind in kinds %}
    select
        '{{ kind }}' as identifier_kind,
        {{ kind }} as raw_value
    from {{ ref(relation) }}
    where
        {{ news }}
        {%- if kind == 'client_session_id' %}
        and anonymous_id is null
        and device_id is null
        {%- endif %}
        {{- names_none_of(erased, kinds) if erased }}
        {{- unless_too_old(dataset, ref(relation)) }}
    union all
    {%- endfor %}
    {%- endfor %}
    select
        subject_kind as identifier_kind,
        subject_value as raw_value
    from {{ ref('int_consents__validated') }}
    where {{ news_of('consents') }}
{%- endmacro %}

{#- A condition of the vault's models: take in nothing of rows that are too old. -#}
{% macro unless_too_old(dataset, relation) -%}
    {%- if retention_days(retention_class_of(dataset)) %}
        and not {{ is_too_old(
            'behaviour', 'coalesce(' ~ corrected_time() ~ ', received_at)'
        ) if dataset == 'events' else is_row_too_old(dataset, relation.identifier) }}
    {%- endif %}
{%- endmacro %}

{% macro names_none_of(erased, kinds) -%}
    {%- for kind in kinds %}
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
