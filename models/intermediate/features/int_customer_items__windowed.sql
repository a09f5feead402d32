{#- How many categories and features a customer dealt with in the last 90 days, and how
    evenly: the entropy in bits, log2(n) - sum(c log2 c) / n for counts c that add up to
    n. -#}
{%- set kinds = ['category', 'feature'] -%}
{%- set item_log = 'item_count * ln(item_count)' -%}
with

{%- for place in computed_places() %}

items_{{ place }} as (

    select
        items.customer_id,
        items.item_kind,
        items.item,
        sum(cast(items.item_count as double precision)) as item_count
    from {{ ref('int_customer_items__counted') }} as items
    inner join {{ ref('int_as_of__days') }} as dates
        on items.activity_date = dates.activity_date
    where
        dates.place = {{ place }}
        and dates.age_days <= 90
        and items.item_kind != 'feedback'
        and items.item is not null
    group by items.customer_id, items.item_kind, items.item

),

as_of_{{ place }} as (

    select
        customer_id,
        {%- for kind in kinds %}
        sum(case when item_kind = '{{ kind }}' then 1 else 0 end)
            as {{ kind }}_breadth,
        sum(case when item_kind = '{{ kind }}' then item_count else 0 end)
            as {{ kind }}_total,
        sum(case
            when item_kind = '{{ kind }}' then cast({{ item_log }} as decimal(28, 12))
            else 0
        end) as {{ kind }}_logs,
        {%- endfor %}
        {{ place }} as place
    from items_{{ place }}
    group by customer_id

),

{%- endfor %}

dates as (

    select distinct
        place,
        as_of_date
    from {{ ref('int_as_of__days') }}

),

windowed as (

    {%- for place in computed_places() %}
    select * from as_of_{{ place }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select
    windowed.customer_id,
    {%- for kind in kinds %}
    {{ kind }}_breadth as {{ kind }}_breadth_90,
    case
        when {{ kind }}_breadth = 1 then 0
        when {{ kind }}_breadth > 1 then (
            ln({{ kind }}_total)
            - cast({{ kind }}_logs as double precision) / {{ kind }}_total
        ) / ln(2)
    end as {{ kind }}_entropy_90,
    {%- endfor %}
    windowed.place,
    dates.as_of_date
from windowed
inner join dates on windowed.place = dates.place
