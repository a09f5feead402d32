{#- The receipt of what was fitted, and how many it then called anomalous. -#}
with

latest as (

    select as_of_date from {{ ref('int_as_of__dates') }}
    where is_latest

),

customers as (

    select
        'customer' as subject,
        count(*) as row_count,
        count(score) as scored_count,
        sum(case when is_isolated then 1 else 0 end) as isolated_count,
        sum(case when is_noise then 1 else 0 end) as noise_count
    from {{ ref('customer_anomalies') }}

),

session_counts as (

    select count(*) as row_count from {{ ref('int_session_profiles__measured') }}

),

anomalous_sessions as (

    select
        sum(case when score is null then 1 else 0 end) as unscored_count,
        sum(case when is_anomaly then 1 else 0 end) as isolated_count
    from {{ ref('session_anomalies') }}

),

counted as (

    select * from customers
    union all
    select
        'session' as subject,
        session_counts.row_count,
        session_counts.row_count - coalesce(anomalous_sessions.unscored_count, 0)
            as scored_count,
        coalesce(anomalous_sessions.isolated_count, 0) as isolated_count,
        0 as noise_count
    from session_counts
    cross join anomalous_sessions

)

select
    fits.subject,
    fits.method,
    fits.status,
    nullif(fits.setting, '') as setting,
    fits.feature_names,
    fits.unvarying_features,
    fits.sample_fingerprint,
    fits.library_versions,
    fits.code_version,
    cast(fits.sample_count as bigint) as sample_count,
    cast(counted.row_count as bigint) as row_count,
    cast(counted.scored_count as bigint) as scored_count,
    cast(case
        when fits.status != 'fitted' then 0
        when fits.method = 'DBSCAN' then coalesce(counted.noise_count, 0)
        else coalesce(counted.isolated_count, 0)
    end as bigint) as flagged_count,
    cast(fits.seed as bigint) as seed,
    {%- for name in ['contamination', 'contamination_low', 'contamination_high',
        'threshold', 'ordinary_share'] %}
    cast(fits.{{ name }} as double precision) as {{ name }},
    {%- endfor %}
    latest.as_of_date
from {{ ref('anomaly_fits') }} as fits
left join counted on fits.subject = counted.subject
left join latest on 1 = 1
