{#- Days, and weeks made of them; segments, and everybody (null) made of those. -#}
{%- set sums = ['session_count', 'order_count', 'sold_amount', 'revenue', 'new_count',
    'churned_count'] -%}
{%- set counts = ['active_count', 'ordering_count'] + sums -%}
with

days as (

    select * from {{ ref('int_segment_days__counted') }}

),

week_sums as (

    select
        segment_id,
        {{ week_start('calendar_date') }} as calendar_date,
        {%- for count in sums %}
        sum({{ count }}) as {{ count }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from days
    group by 1, 2

),

counted as (

    select
        'day' as grain,
        segment_id,
        calendar_date,
        {{ counts | join(',\n        ') }}
    from days

    union all

    select
        'week' as grain,
        week_sums.segment_id,
        week_sums.calendar_date,
        coalesce(people.active_count, 0) as active_count,
        coalesce(people.ordering_count, 0) as ordering_count,
        {%- for count in sums %}
        week_sums.{{ count }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from week_sums
    left join {{ ref('int_segment_weeks__counted') }} as people
        on week_sums.segment_id = people.segment_id
        and week_sums.calendar_date = people.calendar_date

)

select
    grain,
    segment_id,
    calendar_date,
    {{ counts | join(',\n    ') }}
from counted
where segment_id > 0

union all

select
    grain,
    cast(null as bigint) as segment_id,
    calendar_date,
    {%- for count in counts %}
    sum({{ count }}) as {{ count }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from counted
group by 1, 2, 3
