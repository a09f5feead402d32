{#- Both levels side by side: what was done, and how visits came. -#}
with

steps as (

    select
        'step' as level,
        *
    from {{ ref('int_event_steps__numbered') }}
    union all
    select
        'channel' as level,
        *
    from {{ ref('int_visit_steps__numbered') }}

)

select * from steps
