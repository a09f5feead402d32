{#- A move is retraced in three steps: from the segment that was written down to where
    the same model places the same day by what is known today, from there to the
    latest date, and on to the model of today. The last step that leaves the segment
    is the cause. What cannot be retraced, as the model was made of other features, is
    the model's. -#}
with

scorings as (

    select * from {{ ref('int_scorings__recalled') }}

),

retraced as (

    select
        retraced.customer_id,
        max(case
            when retraced.as_of_date = scorings.last_as_of_date then retraced.segment_id
        end) as corrected_segment_id,
        max(case
            when retraced.as_of_date = scorings.as_of_date then retraced.segment_id
        end) as carried_segment_id
    from {{ ref('int_customers__retraced') }} as retraced
    cross join scorings
    group by 1

),

regrouped as (

    select changes.from_customer_id as customer_id
    from {{ ref('identity_changes') }} as changes
    inner join scorings on changes.changed_at > scorings.scored_at
    union distinct
    select changes.to_customer_id as customer_id
    from {{ ref('identity_changes') }} as changes
    inner join scorings on changes.changed_at > scorings.scored_at

),

explained as (

    select
        recalled.customer_id,
        recalled.segment_id as from_segment_id,
        scored.segment_id as to_segment_id,
        case
            when
                retraced.carried_segment_id is null
                or retraced.carried_segment_id = recalled.segment_id
                then 'model changed'
            when retraced.corrected_segment_id = recalled.segment_id
                then 'behaviour changed'
            when regrouped.customer_id is not null then 'identities merged'
            else 'data arrived late'
        end as cause
    from {{ ref('int_segment_memberships__recalled') }} as recalled
    inner join {{ ref('customer_segments') }} as scored
        on recalled.customer_id = scored.customer_id
        and recalled.segment_id != scored.segment_id
    left join retraced on recalled.customer_id = retraced.customer_id
    left join regrouped on recalled.customer_id = regrouped.customer_id

)

select * from explained
