{#- How long data are kept, by class (var retention_days), and what goes when they are too
    old. A class without days is kept as long as the rows that it belongs to. -#}

{#- The classes, each with what it stands for. Consents and user agents have none: what a
    consent or a bot's name decided of an event would be undone with it. -#}
{% macro retention_classes() -%}
    {{ return({
        'behaviour': 'events: page views, searches, support and all else that was done',
        'purchases': 'orders and their lines',
        'contact': 'what people said of themselves: telephone number, names, birth date, '
            ~ 'address',
    }) }}
{%- endmacro %}

{% macro retention_days(class) -%}
    {%- set days = var('retention_days') or {} -%}
    {%- if days is not mapping -%}
        {{ exceptions.raise_compiler_error(
            "retention_days is " ~ days ~ "; give days by class, as in {behaviour: 400}."
        ) }}
    {%- endif -%}
    {%- for name, number in days.items() -%}
        {%- if name not in retention_classes()
            or (number is not none and (number is not integer or number < 1)) -%}
            {{ exceptions.raise_compiler_error(
                "retention_days: " ~ name ~ ": " ~ number ~ " means nothing; give a whole "
                ~ "number from 1 on, or nothing, for " ~ retention_classes() | join(', ')
                ~ "."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(days.get(class)) }}
{%- endmacro %}

{% macro is_anything_limited() -%}
    {%- for class in retention_classes() if retention_days(class) -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{#- The class that rows of a dataset belong to. -#}
{% macro retention_class_of(dataset) -%}
    {{ return({
        'events': 'behaviour', 'order_lines': 'purchases', 'order_headers': 'purchases',
    }.get(dataset)) }}
{%- endmacro %}

{#- Whether a moment, an SQL expression, is too long ago. Whole days, so that all rows of a
    visitor day go at once. -#}
{% macro is_too_old(class, moment) -%}
    {%- set days = retention_days(class) -%}
    {%- if days -%}
        coalesce({{ moment }} < timestamp '{{
            (run_started_at - modules.datetime.timedelta(days=days)).strftime('%Y-%m-%d')
        }}', false)
    {%- else -%} 1 = 0
    {%- endif -%}
{%- endmacro %}

{#- The same of rows of a dataset; `relation` stands before the columns. A line has the
    time of its order. -#}
{% macro is_row_too_old(dataset, relation) -%}
    {%- set class = retention_class_of(dataset) -%}
    {%- if not class or not retention_days(class) -%} 1 = 0
    {%- elif dataset == 'events' -%}
        {{ is_too_old(class, 'coalesce(' ~ relation ~ '.occurred_at, ' ~ relation
            ~ '.received_at)') }}
    {%- else -%}
        (
            {{ is_too_old(class, 'coalesce(' ~ relation ~ '.ordered_at, ' ~ relation
                ~ '.received_at)') }}
            or ({{ relation }}.source, {{ relation }}.order_id) in (
                {{ old_orders() }}
            )
        )
    {%- endif -%}
{%- endmacro %}

{#- Of the headers that are held, and of those that can be read. -#}
{% macro old_orders() -%}
    {%- set held = relation_of('int_order_headers__delivered') -%}
    {%- set relations = [ref('int_order_headers__validated')] + ([held] if held else []) -%}
    {%- for relation in relations %}
    select headers.source, headers.order_id
    from {{ relation }} as headers
    where
        headers.order_id is not null
        and {{ is_too_old('purchases',
            'coalesce(headers.ordered_at, headers.received_at)') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
