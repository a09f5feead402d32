{#- The primary metric of every customer at the looks at which anything changed, beside
    what it was before: sums at a look follow from sums of what was added, and facts are
    read once for all looks. -#}
{{ config(materialized='table') }}
{%- set metrics = watched_metrics() -%}
{%- set sources = metric_sources(metrics) -%}
{%- set so_far = 'partition by experiment_id, customer_id order by look_number'
    ~ ' rows between unbounded preceding and current row' -%}
with

customers as (

    select * from {{ ref('int_experiment_customers__watched') }}

),

{%- for name, source in sources.items() %}

{{ name }} as (

    {{ select_metric_facts(source) }}

),

{{ name }}_added as (

    select
        customers.experiment_id,
        customers.customer_id,
        {{ look_number_on('facts.counted_date') }} as look_number
        {%- for side in ['value', 'base'] %},
        sum({{ amount_by_metric(source, metrics, side) }}) as {{ side }}_added
        {%- endfor %}
    from customers
    inner join {{ name }} as facts
        on customers.customer_id = facts.customer_id
        and {{ counts_within('facts', 'customers.assigned_at', 'customers.until_at') }}
    group by 1, 2, 3

),
{%- endfor %}

added as (

    select
        experiment_id,
        customer_id,
        {{ look_number_on('cast(customers.assigned_at as date)') }} as look_number,
        0 as value_added,
        0 as base_added
    from customers
    {%- for name in sources %}
    union all
    select * from {{ name }}_added
    {%- endfor %}

),

steps as (

    select
        experiment_id,
        customer_id,
        look_number,
        sum(value_added) as value_added,
        sum(base_added) as base_added
    from added
    group by 1, 2, 3

),

cumulated as (

    select
        *,
        sum(value_added) over ({{ so_far }}) as value_so_far,
        sum(base_added) over ({{ so_far }}) as base_so_far,
        row_number() over ({{ so_far }}) = 1 as is_first
    from steps

)

select
    customers.experiment_id,
    customers.metric,
    customers.metric_kind,
    customers.customer_id,
    customers.arm,
    cumulated.look_number,
    {{ outcome_of('cumulated.value_so_far') }} as value,
    {{ base_of('cumulated.base_so_far') }} as base,
    customers.past_value,
    customers.past_base,
    {{ outcome_of('cumulated.value_so_far - cumulated.value_added') }} as value_before,
    case
        when cumulated.is_first then 0
        else {{ base_of('cumulated.base_so_far - cumulated.base_added') }}
    end as base_before,
    case when cumulated.is_first then 0 else customers.past_value end
        as past_value_before,
    case when cumulated.is_first then 0 else customers.past_base end
        as past_base_before,
    {{ outcome_of('cumulated.value_added') }} as value_alone,
    {{ base_of('cumulated.base_added') }} as base_alone,
    cumulated.is_first
from cumulated
inner join customers
    on cumulated.experiment_id = customers.experiment_id
    and cumulated.customer_id = customers.customer_id
