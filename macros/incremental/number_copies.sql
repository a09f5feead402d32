{#- Post-hook of the delivered models: where rows of one identity were written with the same
    number, they are numbered anew. A hash finds the few; to number while writing, the
    engine would have to sort or to read everything twice, and to do it before the commit,
    DuckDB would write everything twice. So it is done after it. What a build that died
    left without numbers is pending still, and the next build numbers it.

    identity  columns that name the thing that happened
    delivery  columns that name a row of an input, which the order goes by -#}
{% macro number_copies(identity, delivery) -%}
    {%- set is_new = 'copy_number is not null and ' ~ is_pending('arrived_at') %}
    update {{ this }}
    set copy_number = numbered.copy_number
    from (
        select
            {{ row_place() }} as place,
            row_number() over (
                partition by {{ identity | join(', ') }}
                order by
                    arrived_at, copy_number, {{ delivery | join(', ') }}, {{ row_place() }}
            ) as copy_number
        from {{ this }}
        where
            {{ is_new }}
            and {{ fast_hash(identity) }} in (
                select {{ fast_hash(identity) }}
                from {{ this }}
                where {{ is_new }}
                group by {{ fast_hash(identity) }}, copy_number
                having count(*) > 1
            )
    ) as numbered
    where
        {{ this.identifier }}.{{ row_place() }} = numbered.place
        and {{ this.identifier }}.copy_number != numbered.copy_number
{%- endmacro %}
