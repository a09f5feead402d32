{#- Post-hook of the delivered models: rows of one identity that this build added as the
    first of their kind are numbered, within what was written. A hash finds the few; to
    number while writing, the engine would have to sort or to read everything twice.

    identity  columns that name the thing that happened
    delivery  columns that name a row of an input, which the order goes by -#}
{% macro number_copies(identity, delivery) -%}
    {%- set is_new = 'arrived_at = ' ~ build_time() ~ ' and copy_number = 1' %}
    update {{ this }}
    set copy_number = numbered.copy_number
    from (
        select
            {{ row_place() }} as place,
            row_number() over (
                partition by {{ identity | join(', ') }}
                order by {{ delivery | join(', ') }}, {{ row_place() }}
            ) as copy_number
        from {{ this }}
        where
            {{ is_new }}
            and {{ fast_hash(identity) }} in (
                select {{ fast_hash(identity) }}
                from {{ this }}
                where {{ is_new }}
                group by 1
                having count(*) > 1
            )
    ) as numbered
    where
        {{ this.identifier }}.{{ row_place() }} = numbered.place
        and numbered.copy_number > 1
{%- endmacro %}
