{#- What stands for a subject at which times by the withdrawal policy. Backwards, who
    says no in the end said no all along; else a no counts from then on. -#}
{%- set never, forever = "timestamp '0001-01-01'", "timestamp '9999-12-31'" %}
with

standing as (

    select * from {{ ref('int_consents__standing') }}

),

withdrawn as (

    select * from standing
    where
        stands_until = {{ forever }}
        and no_at >= coalesce(yes_at, {{ never }})
        and {{ '1 = 1' if withdrawal_policy() == 'backwards' else '1 = 0' }}

),

applied as (

    select
        subject_key,
        purpose,
        signal,
        is_shared,
        cast(null as timestamp) as yes_at,
        no_at,
        {{ never }} as stands_from,
        no_at as stands_until
    from withdrawn

    union all

    select
        standing.subject_key,
        standing.purpose,
        standing.signal,
        standing.is_shared,
        standing.yes_at,
        standing.no_at,
        standing.stands_from,
        standing.stands_until
    from standing
    left join withdrawn
        on standing.subject_key = withdrawn.subject_key
        and standing.purpose = withdrawn.purpose
    where
        withdrawn.subject_key is null
        or standing.stands_from >= withdrawn.no_at

)

select * from applied
