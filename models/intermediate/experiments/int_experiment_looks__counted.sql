{#- Sums at a look are those at the one before it and what was added since: a customer's
    square less the square it was, and so on. In a period alone there is everybody who
    was assigned before its end; what stood before the assignment is no part of it. -#}
{{ config(materialized='table') }}
{%- set sums = experiment_sums() -%}
{%- set so_far = 'partition by arms.experiment_id, arms.arm order by looks.look_number'
    ~ ' rows between unbounded preceding and current row' -%}
with

added as (

    select
        experiment_id,
        metric,
        arm,
        look_number,
        sum(case when is_first then 1 else 0 end) as customer_count
        {%- for sum, factors in sums.items() %},
        sum({{ factors | join(' * ') }} - {{ factors | join('_before * ') }}_before)
            as {{ sum }},
        {%- set alone = alone_in_period(factors) %}
        sum({{ alone | join(' * ') }}) as {{ sum }}_alone
        {%- endfor %}
    from {{ ref('int_experiment_steps__cumulated') }}
    group by 1, 2, 3, 4

),

arms as (

    select distinct
        experiment_id,
        metric,
        metric_kind,
        arm
    from {{ ref('int_experiment_steps__cumulated') }}

),

looks as (

    select
        arms.experiment_id,
        arms.metric,
        arms.metric_kind,
        arms.arm,
        looks.look_number,
        looks.look_at,
        sum(added.customer_count) over ({{ so_far }}) as customer_count
        {%- for sum in sums %},
        coalesce(sum(added.{{ sum }}) over ({{ so_far }}), 0) as {{ sum }},
        coalesce(added.{{ sum }}_alone, 0) as {{ sum }}_alone
        {%- endfor %}
    from arms
    inner join {{ ref('int_experiment_looks__dated') }} as looks
        on arms.experiment_id = looks.experiment_id
    left join added
        on arms.experiment_id = added.experiment_id
        and arms.arm = added.arm
        and looks.look_number = added.look_number

),

told as (

    {%- for is_cumulated in ['true', 'false'] %}
    select
        experiment_id,
        metric,
        arm,
        look_number,
        look_at,
        {{ is_cumulated }} as is_cumulated,
        cast(customer_count as bigint) as customer_count
        {%- for sum, factors in sums.items() %},
        {%- if is_cumulated == 'true'
            or not ('value' in factors or 'base' in factors) %}
        {{ sum }}
        {%- elif 'value' in factors %}
        {{ sum }}_alone as {{ sum }}
        {%- else %}
        case when metric_kind = 'ratio' then {{ sum }}_alone else {{ sum }} end
            as {{ sum }}
        {%- endif %}
        {%- endfor %}
    from looks
    where customer_count > 0
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from told
