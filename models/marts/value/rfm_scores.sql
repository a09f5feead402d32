{#- The rule of the R package rfm: a bin holds its lower cut, so equal values always
    share a score. The cuts are floating point, and so are the values beside them. -#}
with

cuts as (

    select
        as_of_date,
        {%- for measure in rfm_measures() %}
        {%- set last = loop.last %}
        {%- for number in range(1, 5) %}
        max(case when measure = '{{ measure }}' then cut_{{ number }} end)
            as {{ measure }}_cut_{{ number }}
        {%- if not (last and loop.last) %},{% endif %}
        {%- endfor %}
        {%- endfor %}
    from {{ ref('rfm_cuts') }}
    group by 1

),

binned as (

    select
        buyers.*,
        {%- for measure, name in rfm_measures().items() %}
        1
        {%- for number in range(1, 5) %}
        + case
            when cast(buyers.{{ measure }} as double precision)
                >= cuts.{{ measure }}_cut_{{ number }} then 1
            else 0
        end
        {%- endfor %} as {{ name }}_bin{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_buyers__measured') }} as buyers
    inner join cuts on buyers.as_of_date = cuts.as_of_date

)

select
    binned.customer_id,
    binned.as_of_date,
    binned.recency_days,
    binned.order_count,
    binned.revenue,
    cast(named.recency_score as integer) as recency_score,
    cast(named.frequency_score as integer) as frequency_score,
    cast(named.monetary_score as integer) as monetary_score,
    cast(
        100 * named.recency_score + 10 * named.frequency_score + named.monetary_score
        as integer
    ) as rfm_score,
    named.rfm_segment
from binned
inner join {{ ref('int_rfm_scores__named') }} as named
    on 6 - binned.recency_bin = named.recency_score
    and binned.frequency_bin = named.frequency_score
    and binned.monetary_bin = named.monetary_score
