{#- What metrics read: every mart once, however many metrics count in it, with an amount
    per metric and side (value or base). A mart read by two clocks is two sources. -#}
{% macro metric_sources(metrics) -%}
    {%- set sources = {} -%}
    {%- for name, metric in metrics.items() -%}
        {%- for side in ['value', 'base'] if metric[side] -%}
            {%- set fact = metric[side] -%}
            {%- set source = fact.model ~ '_by_' ~ (fact.at or fact.date) -%}
            {%- if source not in sources -%}
                {%- do sources.update({
                    source: {
                        'model': fact.model, 'at': fact.at, 'date': fact.date,
                        'amounts': {},
                    },
                }) -%}
            {%- endif -%}
            {%- do sources[source].amounts.update({
                name ~ '_' ~ side: {
                    'column': fact.column, 'where': fact.where, 'metric': metric,
                },
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(sources) }}
{%- endmacro %}

{#- A source as rows of customer, moments and amounts; rows that no metric counts are
    left out. What is known by its day alone began at midnight and was over a day later,
    so that a part of a day never counts as a whole one; `counted_date` is the day (UTC)
    at whose end it is known. -#}
{% macro select_metric_facts(source) -%}
    {%- set conditions = [] -%}
    {%- for amount in source.amounts.values() -%}
        {%- do conditions.append('(' ~ (amount.where or 'true') ~ ')') -%}
    {%- endfor -%}
    select
        customer_id,
        {%- for name, amount in source.amounts.items() %}
        case
            when {{ amount.where or 'true' }}
                then {{ exact(amount.column) if amount.column else '1' }}
            else 0
        end as {{ name }},
        {%- endfor %}
        {%- if source.at %}
        {{ source.at }} as began_at,
        {{ source.at }} as over_at,
        cast({{ source.at }} as date) as counted_date
        {%- else %}
        {{ local_midnight(source.date) }} as began_at,
        {{ local_midnight(days_after(source.date, 1)) }} as over_at,
        cast({{ seconds_after(local_midnight(days_after(source.date, 1)), -1) }} as date)
            as counted_date
        {%- endif %}
    from {{ ref(source.model) }}
    {%- if '(true)' not in conditions %}
    where {{ conditions | unique | join(' or ') }}
    {%- endif %}
{%- endmacro %}

{#- A fact counts from `starts_at` until a moment before `ends_at`. -#}
{% macro counts_within(facts, starts_at, ends_at) -%}
    {{ facts }}.began_at >= {{ starts_at }}
    and {{ facts }}.began_at < {{ ends_at }} and {{ facts }}.over_at <= {{ ends_at }}
{%- endmacro %}

{#- The look at which what is counted on this day is seen first. -#}
{% macro look_number_on(date) -%}
    cast(greatest(
        1 + floor(
            {{ days_between('customers.start_date', date) }} * customers.look_count * 1.0
            / customers.day_count
        ), 1
    ) as bigint)
{%- endmacro %}

{#- The amount of whatever metric a customer is looked at by; 0 where it does not come
    from this source. -#}
{% macro amount_by_metric(source, metrics, side) -%}
    {%- set counted = [] -%}
    {%- for name in metrics if name ~ '_' ~ side in source.amounts -%}
        {%- do counted.append(
            "when '" ~ name ~ "' then facts." ~ name ~ '_' ~ side
        ) -%}
    {%- endfor -%}
    {%- if counted -%}
        case customers.metric {{ counted | join(' ') }} else 0 end
    {%- else -%}
        0
    {%- endif -%}
{%- endmacro %}
