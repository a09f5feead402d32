{#- The fits there are to be, and what each depends on, in one short text: as long as it
    stays the same there is nothing to fit again. Pareto/NBD is fitted to the past only
    if it is the model asked for. Whoever changes how models are fitted raises the
    version, and all are fitted anew. -#}
{{ config(materialized='table') }}
{%- set fitting_version = 1 -%}
{%- set settings = value_settings() -%}
{%- set measures = ['repeat_count', 'last_repeat_days', 'observed_days'] -%}
{%- set contents =
    {'bg_nbd': 'orders', 'pareto_nbd': 'orders', 'gamma_gamma': 'spend'} -%}
with

as_of as (

    select * from {{ ref('int_as_of__dates') }}

),

orders as (

    select
        as_of_date,
        {{ moments_of(measures) }} as content
    from {{ ref('int_repeats__grouped') }}
    group by 1

),

spend as (

    select
        as_of_date,
        {{ moments_of(['repeat_count', 'mean_repeat_value']) }} as content
    from {{ ref('int_repeat_values__grouped') }}
    group by 1

),

fits as (

    {%- for name, content in contents.items() %}
    select
        as_of.as_of_date,
        '{{ name }}' as model,
        '{{ settings.sample_size if name == "pareto_nbd" else "all" }}' as sample_size,
        {{ content }}.content
    from as_of
    left join {{ content }} on as_of.as_of_date = {{ content }}.as_of_date
    {%- if name == 'pareto_nbd' and settings.orders_model != name %}
    where as_of.is_latest
    {%- endif %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select
    as_of_date,
    model,
    md5(concat_ws(
        '|', '{{ fitting_version }}', model, sample_size,
        '{{ settings.minimum_customers }}', cast(as_of_date as varchar), content
    )) as data_fingerprint
from fits
