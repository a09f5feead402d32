{#- The columns are a key: no two rows share it and, but for the `optional` ones, no
    part of it is missing. A hash finds the few candidates, so that a large table is
    not grouped by its wide key. -#}
{% test is_unique_combination(model, columns, optional=[]) %}
{%- set needed = columns | reject('in', optional) | list %}
with

rows_tested as (

    select {{ columns | join(', ') }}
    from {{ model }}

),

repeated_hashes as (

    select {{ fast_hash(columns) }} as key_hash
    from rows_tested
    group by 1
    having count(*) > 1

),

repeated as (

    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from rows_tested
    where {{ fast_hash(columns) }} in (select key_hash from repeated_hashes)
    group by {{ columns | join(', ') }}
    having count(*) > 1

),

incomplete as (

    select
        {{ columns | join(', ') }},
        1 as row_count
    from rows_tested
    where {{ needed | join(' is null or ') ~ ' is null' if needed else '1 = 0' }}

)

select * from repeated
union all
select * from incomplete
{% endtest %}
