{#- A feature that speaks for the runner-up is no reason. -#}
{%- set places = range(1, 4) -%}
with

ranked as (

    select * from {{ ref('int_customer_reasons__ranked') }}

),

reasons as (

    {%- for place in places %}
    select
        customer_id,
        as_of_date,
        segment_id,
        runner_up_segment_id,
        model_version,
        feature_{{ place }} as feature,
        {{ place }} as feature_rank,
        value_{{ place }} as value,
        centroid_{{ place }} as centroid,
        runner_up_centroid_{{ place }} as runner_up_centroid,
        contribution_{{ place }} as contribution,
        contribution_{{ place }} / positive_sum as contribution_share
    from ranked
    where contribution_{{ place }} > 0
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

labels as (

    select * from {{ ref('features') }}

)

select
    reasons.customer_id,
    reasons.as_of_date,
    reasons.segment_id,
    reasons.runner_up_segment_id,
    reasons.feature,
    labels.label,
    case when reasons.centroid > reasons.runner_up_centroid then 'high' else 'low' end
        as direction,
    cast(reasons.model_version as bigint) as model_version,
    cast(reasons.feature_rank as bigint) as feature_rank,
    reasons.value,
    reasons.centroid,
    reasons.runner_up_centroid,
    reasons.contribution,
    reasons.contribution_share
from reasons
left join labels on reasons.feature = labels.feature
