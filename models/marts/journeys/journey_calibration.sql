{#- How wrong the chains are where they did not know the customers, and which order is
    taken: the first, unless the second is clearly better on the same visits. -#}
{%- set orders = {1: 'first_order', 2: 'second_order'} -%}
with

compared as (

    select
        *,
        cast(visit_count as double precision) as base,
        gain / cast(visit_count as double precision) as mean_gain
    from {{ ref('int_journey_conversions__compared') }}

),

choices as (

    select
        level,
        scope,
        mean_gain as gain,
        {{ clustered_margin('mean_gain', 'base', 'gain_squared', 'gain_by_visits',
            'visits_squared', 'customer_count') }} as gain_margin
    from compared
    where grain = 'all'

),

chosen as (

    select
        *,
        case
            when gain - gain_margin > 0 and gain >= {{ least_gain() }} then 2
            else 1
        end as chosen_order
    from choices

),

predictions as (

    {%- for order, name in orders.items() %}
    select
        *,
        cast({{ order }} as bigint) as chain_order,
        cast({{ name }} as double precision) / base as predicted,
        cast(converted_count as double precision) / base as observed,
        cast({{ name }} - converted_count as double precision) / base as error,
        {{ name }}_squared as squares,
        {{ name }}_by_visits as products
    from compared
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

measured as (

    select
        *,
        case
            when converted_count > 0 and converted_count < visit_count
                then {{ clustered_margin('error', 'base', 'squares', 'products',
                    'visits_squared', 'customer_count') | indent(16) }}
        end as margin
    from predictions

),

spread as (

    select
        level,
        scope,
        chain_order,
        cast(sum({{ exact('abs(error) * base') }}) as double precision)
        / sum(visit_count) as calibration_error
    from predictions
    where grain = 'pair'
    group by 1, 2, 3

)

select
    measured.level,
    nullif(measured.scope, -1) as segment_id,
    audiences.segment_name,
    measured.grain,
    nullif(measured.previous_state, '') as previous_state,
    measured.state,
    measured.chain_order,
    measured.customer_count,
    cast(measured.visit_count as bigint) as visit_count,
    measured.predicted,
    measured.observed,
    measured.error,
    measured.error - measured.margin as error_low,
    measured.error + measured.margin as error_high,
    case when measured.grain = 'all' then spread.calibration_error end
        as calibration_error,
    {%- for name in ['chosen.gain', 'chosen.gain - chosen.gain_margin',
        'chosen.gain + chosen.gain_margin'] %}
    case
        when measured.grain = 'all' and measured.chain_order = 2
            then {{ name }}
    end as {{ ['gain', 'gain_low', 'gain_high'][loop.index0] }},
    {%- endfor %}
    measured.chain_order = chosen.chosen_order as is_chosen
from measured
inner join chosen
    on measured.level = chosen.level
    and measured.scope = chosen.scope
inner join spread
    on measured.level = spread.level
    and measured.scope = spread.scope
    and measured.chain_order = spread.chain_order
left join {{ ref('int_audiences__listed') }} as audiences
    on nullif(measured.scope, -1) is not distinct from audiences.segment_id
