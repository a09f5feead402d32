{#- The scoring that this build makes and, as the last build left the log, the one
    before it: the last at an earlier date. Those from its own date on are undone. -#}
{{ config(materialized='table') }}
with

scorings as (

    {{ select_left_behind('int_scorings__logged', {
        'as_of_date': 'date', 'model_version': 'bigint', 'scored_at': 'timestamp',
    }) }}

),

earlier as (

    select
        dates.as_of_date,
        max(scorings.as_of_date) as last_as_of_date
    from {{ ref('int_as_of__dates') }} as dates
    left join scorings on dates.as_of_date > scorings.as_of_date
    where dates.is_latest
    group by 1

)

select
    earlier.as_of_date,
    earlier.last_as_of_date,
    scorings.model_version,
    scorings.scored_at
from earlier
left join scorings on earlier.last_as_of_date = scorings.as_of_date
