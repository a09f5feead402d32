{#- The bootstrap of a quantile is one of the values around it, by a binomial rank: only
    those within six of its deviations are kept, and nothing is drawn again.
    Schultzberg and Ankargren (2022), arXiv:2202.06892. -#}
{{ config(materialized='table') }}
with

measured as (

    select * from {{ ref('int_experiment_quantiles__measured') }}

),

numbered as (

    select * from {{ ref('int_experiment_groups__numbered') }}

),

members as (

    {%- for is_member in ['numbered.is_everybody',
        'measured.segment_id = numbered.segment_id'] %}
    select
        numbered.group_number,
        measured.value
    from measured
    inner join numbered
        on measured.experiment_id = numbered.experiment_id
        and measured.metric = numbered.metric
        and measured.arm = numbered.arm
        and {{ is_member }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

ranked as (

    select
        group_number,
        value,
        row_number() over (partition by group_number order by value) as value_rank
    from members

)

select
    numbered.experiment_id,
    numbered.metric,
    numbered.arm,
    numbered.segment_id,
    numbered.customer_count,
    ranked.value_rank,
    ranked.value
from ranked
inner join numbered on ranked.group_number = numbered.group_number
where abs(ranked.value_rank - numbered.expected_rank) <= numbered.most_distance
