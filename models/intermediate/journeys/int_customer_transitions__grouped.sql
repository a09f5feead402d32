{#- What customers did in the groups that are compared: segments, the latest two whole
    months, arms of experiments. -#}
{{ config(materialized='table') }}
with

ledger as (

    select * from {{ ref('int_journey_transitions__counted') }}

),

latest as (

    select {{ month_start('as_of_date') }} as current_month
    from {{ ref('int_as_of__dates') }}
    where is_latest

),

months as (

    select
        period_start,
        min(min({{ local_date('started_at') }})) over () as first_date
    from {{ ref('int_journeys__measured') }}
    group by period_start

),

whole as (

    select
        months.period_start,
        row_number() over (order by months.period_start desc) as place
    from months
    cross join latest
    where
        months.period_start < latest.current_month
        and months.period_start >= months.first_date

),

exposed as (

    select * from {{ ref('int_journeys__exposed') }}

),

shown_steps as (

    select steps.*
    from {{ ref('int_journey_steps__numbered') }} as steps
    where steps.journey_id in (select journey_id from exposed)

),

shown_transitions as (

    {{ select_transitions('shown_steps') | indent(4) }}

),

grouped as (

    select
        level,
        'segment' as compared_by,
        cast(null as varchar) as comparison,
        cast(segment_id as varchar) as group_key,
        customer_id,
        state,
        next_state,
        cast(sum(transition_count) as bigint) as transition_count
    from ledger
    where segment_id is not null
    group by level, segment_id, customer_id, state, next_state
    union all
    select
        ledger.level,
        'month' as compared_by,
        cast(null as varchar) as comparison,
        cast(whole.period_start as varchar) as group_key,
        ledger.customer_id,
        ledger.state,
        ledger.next_state,
        cast(sum(ledger.transition_count) as bigint) as transition_count
    from ledger
    inner join whole on ledger.period_start = whole.period_start
    where whole.place <= 2
    group by
        ledger.level, whole.period_start, ledger.customer_id, ledger.state,
        ledger.next_state
    union all
    select
        exposed.level,
        'arm' as compared_by,
        exposed.experiment_id as comparison,
        exposed.experiment_arm as group_key,
        exposed.customer_id,
        transitions.state,
        transitions.next_state,
        count(*) as transition_count
    from shown_transitions as transitions
    inner join exposed
        on transitions.level = exposed.level
        and transitions.journey_id = exposed.journey_id
    group by
        exposed.level, exposed.experiment_id, exposed.experiment_arm,
        exposed.customer_id, transitions.state, transitions.next_state

)

select * from grouped
where state != '(conversion)'
