{#- What a model of orders says depends on the grouped row alone, so groups are scored,
    not customers. BG/NBD has a closed form, taken in logs, so that hundreds of orders do
    not overflow; Pareto/NBD has none that SQL could compute, and is read. -#}
{%- set is_closed = value_settings().orders_model == 'bg_nbd' -%}
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

by_bg_nbd as (

    select
        repeats.as_of_date,
        repeats.repeat_count,
        repeats.last_repeat_days,
        repeats.observed_days,
        case
            when repeats.repeat_count = 0 then 1.0
            else 1.0 / (1 + exp(least(
                ln(parameters.a) - ln(parameters.b + repeats.repeat_count - 1)
                + (parameters.r + repeats.repeat_count) * ln(
                    (parameters.alpha + {{ in_weeks('repeats.observed_days') }})
                    / (parameters.alpha + {{ in_weeks('repeats.last_repeat_days') }})
                ),
                700
            )))
        end as probability_alive
    from {{ ref('int_repeats__grouped') }} as repeats
    inner join parameters on repeats.as_of_date = parameters.as_of_date

),

by_pareto_nbd as (

    select
        as_of_date,
        repeat_count,
        last_repeat_days,
        observed_days,
        probability_alive
    from {{ ref('expected_orders') }}

)

select * from {{ 'by_bg_nbd' if is_closed else 'by_pareto_nbd' }}
