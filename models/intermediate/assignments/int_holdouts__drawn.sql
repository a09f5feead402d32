{#- Units that a holdout assigns next: before all other experiments, which do without
    whoever it keeps out. -#}
with

awaiting as (

    select * from {{ ref('int_units__awaiting') }}
    where is_holdout

),

drawn as (

    {{ select_drawn('awaiting') | indent(4) }}

)

select * from drawn
