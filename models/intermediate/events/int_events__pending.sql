{#- The usable events that this build has to judge: those of the touched visitor days.
    The day before each is read along, since a double-fire can reach over midnight. -#}
-- depends_on: {{ ref('int_visitor_days__touched') }}
{% if touches_everything() -%}
select
    *,
    true as is_judged
from {{ ref('int_events__delivered') }}
where invalid_reason is null
{%- else -%}
with

delivered as (

    select * from {{ ref('int_events__delivered') }}
    where
        invalid_reason is null
        and {{ is_near_touched_day() }}

),

touched as (

    select
        visitor_id,
        activity_date
    from {{ ref('int_visitor_days__touched') }}
    where {{ is_pending('touched_at') }}

),

scope as (

    select
        visitor_id,
        activity_date,
        1 as is_touched
    from touched
    union all
    select
        visitor_id,
        {{ days_after('activity_date', -1) }} as activity_date,
        0 as is_touched
    from touched

),

days as (

    select
        visitor_id,
        activity_date,
        max(is_touched) = 1 as is_judged
    from scope
    group by 1, 2

)

select
    delivered.*,
    days.is_judged
from delivered
inner join days
    on delivered.visitor_id = days.visitor_id
    and delivered.activity_date = days.activity_date
{%- endif %}
