{#- The usable rows that are not used, each with one bucket and the reason; and those
    that are kept, but not as the view that they repeat. Touched visitor days are judged
    again as a whole, so a verdict never depends on the order of arrival. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_touched_days() }}",
) }}
-- depends_on: {{ ref('int_visitor_days__touched') }}
with

screened as (

    select * from {{ ref('int_events__screened') }}
    where is_judged

),

double_fired as (

    select * from {{ ref('int_events__double_fired') }}

),

automated as (

    select * from {{ ref('int_visitor_days__automated') }}

),

judged as (

    select
        screened.source,
        screened.event_id,
        screened.copy_number,
        screened.input_name,
        screened.visitor_id,
        coalesce(
            screened.bucket,
            case
                when automated.visitor_id is not null then 'bot'
                when double_fired.event_id is not null then 'double_fired'
                when screened.repeated_key = 'repeated order' then 'duplicate'
                when screened.repeated_key is not null then 'kept'
            end
        ) as bucket,
        coalesce(
            screened.reason,
            case
                when automated.visitor_id is not null then automated.reason
                when double_fired.event_id is not null
                    then 'same visitor, type and target at once'
                else screened.repeated_key
            end
        ) as reason,
        screened.activity_date
    from screened
    left join automated
        on screened.visitor_id = automated.visitor_id
        and screened.activity_date = automated.activity_date
    left join double_fired
        on screened.source = double_fired.source
        and screened.event_id = double_fired.event_id
        and screened.copy_number = double_fired.copy_number

)

select * from judged
where bucket is not null
