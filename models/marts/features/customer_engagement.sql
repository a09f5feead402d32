{#- Scores are told for every date. The index is told for the latest alone: its
    components were fitted then, and would bring what came later into earlier dates. -#}
with

scored as (

    select * from {{ ref('int_engagement__scored') }}

),

ranked as (

    select
        customer_id,
        as_of_date,
        score_1 as composite_index,
        score_2 as second_component,
        percent_rank() over (order by score_1) as composite_percentile
    from {{ ref('int_components__measured') }}
    where score_1 is not null

),

customer_engagement as (

    select
        scored.customer_id,
        scored.as_of_date,
        scored.engagement_score,
        ranked.composite_index,
        ranked.second_component,
        100 * ranked.composite_percentile as composite_percentile
    from scored
    left join ranked
        on scored.customer_id = ranked.customer_id
        and scored.as_of_date = ranked.as_of_date

)

select * from customer_engagement
