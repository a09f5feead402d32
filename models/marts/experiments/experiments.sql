{#- The verdict is that of the primary metric, by the method to read now; a guardrail
    that got worse stands beside it. What the health check blocks has none. -#}
with

counted as (

    select * from {{ ref('int_experiments__counted') }}

),

read as (

    select
        results.*,
        results.role = 'metric' and results.metric = counted.primary_metric
            as is_primary
    from {{ ref('experiment_results') }} as results
    inner join counted on results.experiment_id = counted.experiment_id
    where results.is_decisive and results.segment_id is null

),

sentences as (

    select
        experiment_id,
        max(case when is_primary then required_customer_count end)
            as required_customer_count,
        {{ texts_of("case when is_primary then arm || ': ' || verdict || '.' end") }}
            as verdicts,
        {{ texts_of(
            "case when role = 'guardrail' and verdict like '%worse: %'"
            ~ " then 'Guardrail ' || metric || ' of ' || arm || ': ' || verdict || '.'"
            ~ " end"
        ) }} as warnings
    from read
    group by 1

),

blocked as (

    select
        experiment_id,
        {{ texts_of('message') }} as messages
    from {{ ref('experiment_health') }}
    where status = 'blocked'
    group by 1

)

select
    counted.experiment_id,
    counted.unit,
    counted.assigned_by,
    counted.layer,
    counted.audience,
    counted.arms,
    counted.control_arm,
    counted.primary_metric,
    counted.status,
    case
        when blocked.experiment_id is not null
            then 'blocked: ' || {{ as_sentences('blocked.messages') }}
        when counted.status in ('planned', 'no customers', 'unknown segment')
            then counted.status
        else {{ as_sentences('sentences.verdicts') }}
            || coalesce(' ' || {{ as_sentences('sentences.warnings') }}, '')
    end as verdict,
    counted.customer_count,
    counted.analysed_customer_count,
    counted.minimum_effect,
    sentences.required_customer_count,
    counted.is_stratified,
    counted.is_holdout,
    blocked.experiment_id is not null as is_blocked,
    counted.start_date,
    counted.end_date
from counted
left join sentences on counted.experiment_id = sentences.experiment_id
left join blocked on counted.experiment_id = blocked.experiment_id
