{#- The first two components of the latest as-of date as one wide row; no row where they
    could not be fitted. A feature that does not vary has no part in them. -#}
{%- set features = var('segment_features').keys() | list -%}
with

components as (

    select * from {{ ref('feature_components') }}
    where
        explained_variance is not null
        and cast(as_of_date as date) = (
            select as_of_date from {{ ref('int_as_of__dates') }} where is_latest
        )

),

widened as (

    select
        cast(as_of_date as date) as as_of_date,
        {%- for name in features %}
        coalesce(max(case when feature = '{{ name }}' then mean end), 0)
            as mean_{{ name }},
        {%- for component in [1, 2] %}
        coalesce(max(case
            when component = {{ component }} and feature = '{{ name }}' then loading
        end), 0) as loading_{{ component }}_{{ name }},
        {%- endfor %}
        {%- endfor %}
        max(component) as component_count
    from components
    group by 1

)

select * from widened
