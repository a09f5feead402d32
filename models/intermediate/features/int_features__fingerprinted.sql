{#- What a fit depends on, in one short text: as long as it stays the same there is
    nothing to fit again. -#}
{%- set features = var('segment_features').keys() | list -%}
with

features as (

    select * from {{ ref('int_features__transformed') }}

),

fingerprinted as (

    select
        max(as_of_date) as as_of_date,
        md5(concat_ws(
            '|',
            '{{ [var("segment_features"), var("max_segments"), var("fixed_segment_count"),
                var("minimum_segment_share"), var("segment_sample_size"),
                var("segment_seed")] | string | replace("'", "") }}',
            cast(max(as_of_date) as varchar),
            cast(count(*) as varchar),
            {%- for name in features %}
            cast(sum(cast({{ name }} as decimal(28, 9))) as varchar),
            cast(sum(cast({{ name }} * {{ name }} as decimal(28, 9))) as varchar)
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        )) as data_fingerprint
    from features

)

select * from fingerprinted
