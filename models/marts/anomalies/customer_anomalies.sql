{#- Everybody, also who could not be scored: the status says why. -#}
with

scores as (

    select * from {{ ref('customer_scores') }}

),

customers as (

    select
        customer_id,
        as_of_date
    from {{ ref('int_customer_profiles__measured') }}

),

judged as (

    select
        customers.customer_id,
        customers.as_of_date,
        scores.*,
        scores.is_isolated or scores.is_noise as is_anomaly,
        100 * cume_dist() over (
            partition by scores.score is null order by scores.score
        ) as percentile
    from customers
    left join scores on cast(customers.customer_id as varchar) = scores.customer_id

)

select
    judged.customer_id,
    judged.as_of_date,
    coalesce(judged.status, 'not scored: changed while the build ran') as status,
    judged.kind,
    case
        when judged.is_isolated and judged.is_noise then 'both'
        when judged.is_isolated then 'forest only'
        when judged.is_noise then 'density only'
        when judged.score is not null then 'neither'
    end as agreement,
    judged.score,
    case when judged.score is not null then judged.percentile end as score_percentile,
    judged.is_isolated,
    judged.is_noise,
    judged.is_anomaly,
    {{ anomaly_reasons('judged') }}
from judged
