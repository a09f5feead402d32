{#- How each feature is scaled by each method. A feature that does not vary has scale 0;
    one that varies without its quartiles doing so has the robust scale 1, as in
    scikit-learn. A version is the as-of date it was fitted at; older ones stay. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='as_of_date',
    on_schema_change='append_new_columns',
    schema='models',
) }}
{%- set features = numeric_features() -%}
{%- set parts = {
    'transform': 'fills', 'missing': 'fills', 'fill': 'fills',
    'lower': 'scales', 'upper': 'scales', 'mean': 'scales', 'deviation': 'scales',
    'first_quartile': 'scales', 'median': 'scales', 'third_quartile': 'scales',
} -%}
with

methods as (

    select 'z_score' as method
    union all
    select 'min_max' as method
    union all
    select 'robust' as method

),

features as (

    select
        fills.as_of_date,
        labels.feature,
        {%- for part, relation in parts.items() %}
        case labels.feature
            {%- for name in features %}
            when '{{ name }}' then {{ relation }}.{{ name }}_{{ part }}
            {%- endfor %}
        end as {{ part }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('features') }} as labels
    cross join {{ ref('int_feature_fills__measured') }} as fills
    inner join {{ ref('int_feature_scales__measured') }} as scales
        on fills.as_of_date = scales.as_of_date
    where labels.feature in ('{{ features | join("', '") }}')

),

scaled as (

    select
        features.*,
        methods.method,
        case
            when methods.method = 'z_score' then mean
            when methods.method = 'min_max' then lower
            when methods.method = 'robust' then median
        end as centre,
        case
            when methods.method = 'z_score' then deviation
            when methods.method = 'min_max' then upper - lower
            when third_quartile > first_quartile then third_quartile - first_quartile
            else 1
        end as scale
    from features
    cross join methods

)

select
    as_of_date,
    feature,
    method,
    transform,
    cast(missing as bigint) as missing_count,
    fill,
    lower,
    upper,
    case when upper > lower then centre else lower end as centre,
    case when upper > lower then scale else 0 end as scale
from scaled
