{#- The usable rows that are not used, each with one bucket and the reason; and those
    that are kept, but not as the view that they repeat. Touched visitor days are judged
    again as a whole, so a verdict never depends on the order of arrival. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_touched_days() }}",
) }}
-- depends_on: {{ ref('int_visitor_days__touched') }}
{%- set columns = ['source', 'event_id', 'copy_number', 'input_name', 'visitor_id'] %}
with

screened as (

    select * from {{ ref('int_events__screened') }}
    where is_judged

),

verdicts as (

    select
        {%- for name in columns %}
        {{ name }},
        {%- endfor %}
        case
            when bucket is not null then bucket
            when repeated_key = 'repeated order' then 'duplicate'
            else 'kept'
        end as bucket,
        coalesce(reason, repeated_key) as reason,
        activity_date,
        case when bucket is not null then 1 else 4 end as precedence
    from screened
    union all
    select
        {%- for name in columns %}
        pending.{{ name }},
        {%- endfor %}
        'bot' as bucket,
        automated.reason,
        pending.activity_date,
        2 as precedence
    from {{ ref('int_events__pending') }} as pending
    inner join {{ ref('int_visitor_days__automated') }} as automated
        on pending.visitor_id = automated.visitor_id
        and pending.activity_date = automated.activity_date
    where pending.is_judged
    union all
    select
        {%- for name in columns %}
        {{ name }},
        {%- endfor %}
        'double_fired' as bucket,
        'same visitor, type and target at once' as reason,
        activity_date,
        3 as precedence
    from {{ ref('int_events__double_fired') }}
    where is_judged

),

ranked as (

    select
        *,
        row_number() over (
            partition by source, event_id, copy_number order by precedence
        ) as place
    from verdicts

)

select
    {%- for name in columns %}
    {{ name }},
    {%- endfor %}
    bucket,
    reason,
    activity_date
from ranked
where place = 1
