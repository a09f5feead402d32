{#- The rows of `relation` that {{ this }} does not hold yet, each with its copy number
    among rows of one identity. No clock or order of arrival is trusted: rows are counted
    per delivery (what names a row in its input), here and there, and only deliveries
    with more rows there are read again, of inputs that changed. Where nothing is held,
    every row is the first of its kind until number_copies has looked at what was written.

    dataset   the dataset that the rows belong to
    identity  columns that name the thing that happened
    delivery  columns that name a row of an input
    content   columns that tell two rows of one delivery apart
    derived   more of them: a column here and what it is made of there -#}
{% macro undelivered(
    relation, dataset, identity, delivery, content, derived={}
) -%}
    {%- set held_content = key_of(content + derived.keys() | list) -%}
    {%- set raw_content = key_of(content + derived.values() | list) -%}
    {%- set news = news_of(dataset) -%}
    {%- set held_news = news_of(dataset, among_held=true) -%}
    {%- if is_incremental() and not starts_afresh(dataset) -%}
with

changed as (

    select delivery_hash
    from (
        select {{ fast_hash(delivery) }} as delivery_hash, 1 as raw_count, 0 as held_count
        from {{ relation }}
        where {{ news }}
        union all
        select {{ fast_hash(delivery) }} as delivery_hash, 0 as raw_count, 1 as held_count
        from {{ this }}
        where {{ held_news }}
    ) as counted
    group by 1
    having sum(raw_count) > sum(held_count)

),

held_contents as (

    select
        {{ fast_hash(delivery) }} as delivery_hash,
        {{ held_content }} as content_hash,
        count(*) as held_count
    from {{ this }}
    where
        {{ fast_hash(delivery) }} in (select delivery_hash from changed)
        and {{ held_news }}
    group by 1, 2

),

candidates as (

    select
        *,
        {{ raw_content }} as content_hash,
        {{ fast_hash(delivery) }} as delivery_hash,
        row_number() over (
            partition by {{ delivery | join(', ') }}, {{ raw_content }}
            order by {{ delivery | join(', ') }}
        ) as content_number
    from {{ relation }}
    where
        {{ fast_hash(delivery) }} in (select delivery_hash from changed)
        and {{ news }}

),

fresh as (

    select candidates.*
    from candidates
    left join held_contents
        on candidates.delivery_hash = held_contents.delivery_hash
        and candidates.content_hash = held_contents.content_hash
    where candidates.content_number > coalesce(held_contents.held_count, 0)

),

held_copies as (

    select {{ identity | join(', ') }}, max(copy_number) as copy_count
    from {{ this }}
    where {{ fast_hash(identity) }} in (select {{ fast_hash(identity) }} from fresh)
    group by {{ identity | join(', ') }}

)

select
    fresh.*,
    coalesce(held_copies.copy_count, 0) + row_number() over (
        partition by {% for name in identity %}fresh.{{ name }}{{ ', ' if not loop.last }}
        {%- endfor %}
        order by fresh.content_hash, fresh.content_number
    ) as copy_number
from fresh
left join held_copies
    on {% for name in identity -%}
    fresh.{{ name }} is not distinct from held_copies.{{ name }}
    {%- if not loop.last %} and {% endif %}
    {%- endfor %}
    {%- else -%}
select *, cast(1 as bigint) as copy_number
from {{ relation }}
    {%- endif -%}
{%- endmacro %}
