{#- The dates that features are computed as of: the spine and, in the place 0, the date
    that was scored last, which a move is traced back to. -#}
with

dates as (

    select
        as_of_date,
        place
    from {{ ref('int_as_of__dates') }}
    union all
    select
        last_as_of_date as as_of_date,
        0 as place
    from {{ ref('int_scorings__recalled') }}
    where last_as_of_date is not null

)

select * from dates
