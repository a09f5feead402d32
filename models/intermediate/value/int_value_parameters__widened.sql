{#- The parameters in use, one wide row per as-of date: SQL scores everybody from it. In
    use is the fit to the data as they are now, not the newest: data that return to an
    earlier state are not scored with the parameters of another. -#}
{{ config(materialized='table') }}
with

parameters as (

    select fitted.*
    from {{ ref('value_parameters') }} as fitted
    inner join {{ ref('int_repeats__fingerprinted') }} as wanted
        on fitted.as_of_date = wanted.as_of_date
        and fitted.model = wanted.model
        and fitted.data_fingerprint = wanted.data_fingerprint

)

select
    as_of.as_of_date,
    as_of.is_latest,
    {%- for name, parameters in value_models().items() %}
    {%- set outer = loop %}
    max(case when parameters.model = '{{ name }}' then parameters.status end)
        as {{ name }}_status,
    {%- for parameter in parameters %}
    max(case
        when
            parameters.model = '{{ name }}'
            and parameters.parameter = '{{ parameter }}'
            then parameters.estimate
    end) as {{ name }}_{{ parameter }}
    {%- if not (outer.last and loop.last) %},{% endif %}
    {%- endfor %}
    {%- endfor %}
from {{ ref('int_as_of__dates') }} as as_of
left join parameters on as_of.as_of_date = parameters.as_of_date
group by 1, 2
