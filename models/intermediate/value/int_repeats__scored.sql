{#- What a model of orders says depends on the grouped row alone, so groups are scored,
    not customers. BG/NBD has a closed form, in logs, so that hundreds of orders do not
    overflow; Pareto/NBD has none that SQL could compute, and is read. -#}
{%- if value_settings().orders_model == 'bg_nbd' -%}
with

parameters as (

    select
        as_of_date,
        bg_nbd_r as r,
        bg_nbd_alpha as alpha,
        bg_nbd_a as a,
        bg_nbd_b as b
    from {{ ref('int_value_parameters__widened') }}
    where bg_nbd_status = 'converged'

),

repeats as (

    select
        repeats.*,
        parameters.r + repeats.repeat_count as weight,
        parameters.alpha + {{ in_weeks('repeats.last_repeat_days') }} as up_to_last,
        parameters.alpha + {{ in_weeks('repeats.observed_days') }} as up_to_now,
        parameters.a,
        parameters.b + greatest(repeats.repeat_count, 1) - 1 as stayed
    from {{ ref('int_repeats__grouped') }} as repeats
    inner join parameters on repeats.as_of_date = parameters.as_of_date

),

judged as (

    select
        *,
        ln(a) - ln(stayed) + weight * ln(up_to_now / up_to_last) as log_odds_left,
        weight * ln(up_to_now / (up_to_now + {{ in_weeks(90) }})) as log_waiting
    from repeats

),

scored as (

    select
        *,
        case
            when repeat_count = 0 then 1.0
            else 1.0 / (1 + exp(least(log_odds_left, 700)))
        end as probability_alive
    from judged

)

select
    as_of_date,
    repeat_count,
    last_repeat_days,
    observed_days,
    customer_count,
    probability_alive,
    1 - probability_alive * (1 - exp(greatest(log_waiting, -700)))
        as no_order_probability_90
from scored
{%- else -%}
select
    repeats.as_of_date,
    repeats.repeat_count,
    repeats.last_repeat_days,
    repeats.observed_days,
    repeats.customer_count,
    expected.probability_alive,
    expected.no_order_probability_90
from {{ ref('int_repeats__grouped') }} as repeats
inner join {{ ref('expected_orders') }} as expected
    on {{ is_same_repeats('repeats', 'expected') }}
where expected.probability_alive is not null
{%- endif %}
