-- A number without a row in features is never scaled, and one that is said to be
-- never missing has nothing that would stand in for it.
-- depends_on: {{ ref('int_feature_fills__measured') }}
with

missing as (

    {%- for name in numeric_features() %}
    select
        '{{ name }}' as feature,
        {{ name }}_missing as missing_count
    from {{ ref('int_feature_fills__measured') }}
    {% if not loop.last %}union all{% endif %}
    {%- else %}
    select
        'none' as feature,
        0 as missing_count
    where 1 = 0
    {%- endfor %}

)

select
    missing.feature,
    missing.missing_count,
    labels.fill
from missing
left join {{ ref('features') }} as labels on missing.feature = labels.feature
where
    labels.feature is null
    or (labels.fill = 'never' and missing.missing_count > 0)
