{#- What few people did is a story of theirs: a path is told from `minimum_cell_size`
    customers on, and what is not told is pooled, so that shares add up to one. -#}
{%- set most = var('journey_path_steps') -%}
with

paths as (

    select
        level,
        segment_id,
        customer_id,
        is_converted,
        case
            when told_count = 0 then '(conversion)'
            else
                state_1
                {%- for number in range(2, most + 1) %}
                || coalesce(' > ' || state_{{ number }}, '')
                {%- endfor %}
                || case when told_count > {{ most }} then ' > …' else '' end
        end as path
    from {{ ref('int_journey_paths__widened') }}

),

counted as (

    {%- for segment_id in ['segment_id', 'cast(null as bigint)'] %}
    select
        level,
        {{ segment_id }} as segment_id,
        path,
        count(*) as journey_count,
        sum(case when is_converted then 1 else 0 end) as converted_count,
        count(distinct customer_id) as customer_count
    from paths
    {%- if segment_id == 'segment_id' %}
    where segment_id is not null
    {%- endif %}
    group by 1, 2, 3
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

ranked as (

    select
        *,
        customer_count >= {{ minimum_cell_size() }} as is_common,
        row_number() over (
            partition by level, segment_id, customer_count >= {{ minimum_cell_size() }}
            order by journey_count desc, path asc
        ) as place
    from counted

),

pooled as (

    select
        level,
        segment_id,
        case when is_told then path else '(all other paths)' end as path,
        case when is_told then place end as path_rank,
        sum(journey_count) as journey_count,
        sum(converted_count) as converted_count,
        case when is_told then sum(customer_count) end as customer_count
    from (
        select
            *,
            is_common and place <= {{ var('journey_path_count') }} as is_told
        from ranked
    ) as judged
    group by level, segment_id, is_told, 3, 4

)

select
    pooled.level,
    pooled.segment_id,
    audiences.segment_name,
    pooled.path,
    cast(pooled.path_rank as bigint) as path_rank,
    cast(pooled.journey_count as bigint) as journey_count,
    cast(pooled.customer_count as bigint) as customer_count,
    cast(pooled.converted_count as bigint) as converted_count,
    {{ ratio('pooled.journey_count',
        'sum(pooled.journey_count) over (partition by pooled.level, pooled.segment_id)') }}
        as journey_share,
    {{ ratio('pooled.converted_count', 'pooled.journey_count') }} as conversion_rate,
    {{ wilson_limit('pooled.converted_count', 'pooled.journey_count', 'lower') }}
        as conversion_rate_low,
    {{ wilson_limit('pooled.converted_count', 'pooled.journey_count', 'upper') }}
        as conversion_rate_high
from pooled
left join {{ ref('int_audiences__listed') }} as audiences
    on pooled.segment_id is not distinct from audiences.segment_id
