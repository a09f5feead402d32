{#- What a fit depends on, in one short text: as long as it stays the same there is
    nothing to fit again. The settings alone are told apart from the data. -#}
{%- do require_sound_segment_settings() -%}
{%- set features = var('segment_features').keys() | list -%}
with

latest as (

    select as_of_date from {{ ref('int_as_of__dates') }} where is_latest

),

features as (

    select * from {{ ref('int_features__transformed') }}

),

scalers as (

    select * from {{ ref('int_scalers__widened') }}
    where method = '{{ segment_scaling() }}'

),

settings as (

    select
        as_of_date,
        md5('{{ [var("segment_features"), var("max_segments"),
            var("fixed_segment_count"), var("minimum_segment_share"),
            var("segment_sample_size"), var("segment_seed"), var("segment_algorithm"),
            var("compared_algorithms"), segment_scaling(), winsor_shares()]
            | string | replace("'", "") }}') as parameters_hash
    from latest

),

fingerprinted as (

    select
        max(settings.as_of_date) as as_of_date,
        max(settings.parameters_hash) as parameters_hash,
        md5(concat_ws(
            '|',
            max(settings.parameters_hash),
            cast(max(settings.as_of_date) as varchar),
            cast(count(features.customer_id) as varchar),
            {%- for name in features %}
            cast(count(features.{{ name }}) as varchar),
            cast(sum(cast(features.{{ name }} as decimal(28, 9))) as varchar),
            cast(sum(cast(
                features.{{ name }} * features.{{ name }} as decimal(28, 9)
            )) as varchar),
            cast(max(cast(scalers.{{ name }}_fill as decimal(28, 9))) as varchar)
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        )) as data_fingerprint
    from settings
    left join features on settings.as_of_date = features.as_of_date
    left join scalers on settings.as_of_date = scalers.as_of_date

)

select * from fingerprinted
