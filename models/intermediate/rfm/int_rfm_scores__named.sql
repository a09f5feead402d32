{#- Every score there can be and the first rule that fits it, so that customers need a
    plain join. Rules that mean nothing are refused. -#}
{{ config(pre_hook="{{ require_sound_rfm_rules() }}") }}
with

rules as (

    select * from {{ ref('rfm_segment_rules') }}

),

digits as (

    {%- for digit in range(1, 6) %}
    select {{ digit }} as score
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

scores as (

    select
        recency.score as recency_score,
        frequency.score as frequency_score,
        monetary.score as monetary_score
    from digits as recency
    cross join digits as frequency
    cross join digits as monetary

),

matched as (

    select
        scores.recency_score,
        scores.frequency_score,
        scores.monetary_score,
        coalesce(rules.rfm_segment, 'Others') as rfm_segment,
        rules.priority,
        row_number() over (
            partition by
                scores.recency_score, scores.frequency_score, scores.monetary_score
            order by rules.priority
        ) as place
    from scores
    left join rules
        on scores.recency_score between rules.recency_min and rules.recency_max
        and scores.frequency_score between rules.frequency_min and rules.frequency_max
        and scores.monetary_score between rules.monetary_min and rules.monetary_max

)

select
    recency_score,
    frequency_score,
    monetary_score,
    rfm_segment,
    priority
from matched
where place = 1
