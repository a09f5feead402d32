-- Nobody vanishes: every customer with features has a row; who is scored has all that
-- a score comes with, who is an anomaly a kind and a reason, who is not scored nothing
-- but the status. Counts of anomaly_models are those of the marts.
with

judged as (

    select * from {{ ref('customer_anomalies') }}

),

expected as (

    select features.customer_id
    from {{ ref('customer_features') }} as features
    inner join {{ ref('int_as_of__dates') }} as dates
        on features.as_of_date = dates.as_of_date
    where dates.is_latest

),

models as (

    select
        sum(case when method = 'DBSCAN' then flagged_count else 0 end) as noise_count,
        sum(case when method != 'DBSCAN' then flagged_count else 0 end)
            as isolated_count,
        max(row_count) as row_count
    from {{ ref('anomaly_models') }}
    where subject = 'customer'

),

counted as (

    select
        count(*) as row_count,
        coalesce(sum(case when is_noise then 1 else 0 end), 0) as noise_count,
        coalesce(sum(case when is_isolated then 1 else 0 end), 0) as isolated_count
    from judged

)

select 'a customer has no row' as problem
from expected
left join judged on expected.customer_id = judged.customer_id
where judged.customer_id is null
union all
select 'a row has no customer' as problem
from judged
left join expected on judged.customer_id = expected.customer_id
where expected.customer_id is null
union all
select 'the status is not that of the score' as problem
from judged
where
    (status = 'scored') != (score is not null)
    or (score is null) != (agreement is null)
    or (score is null) != (score_percentile is null)
    or (score is null and (kind is not null or is_anomaly is not null))
union all
select 'an anomaly has no kind, no reason or no agreement' as problem
from judged
where
    is_anomaly
    and (kind is null or first_reason is null or agreement = 'neither')
union all
select 'a score or a percentile is out of range' as problem
from judged
where
    score <= 0 or score >= 1 or score_percentile <= 0 or score_percentile > 100
union all
select 'counts differ' as problem
from models
cross join counted
where
    models.row_count != counted.row_count
    or models.noise_count != counted.noise_count
    or models.isolated_count != counted.isolated_count
