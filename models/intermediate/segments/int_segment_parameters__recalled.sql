{#- The model that scored last as one wide row; none where it was made of other
    features, or of features transformed otherwise, than segments are now: it cannot
    be applied. -#}
{%- set features = var('segment_features') -%}
with

widened as (

    {{ select_widened(ref('int_scorings__recalled')) | indent(4) }}

)

select * from widened
where
    feature_count = {{ features | length }}
    {%- for name, transform in features.items() %}
    and {{ name }}_transform = '{{ transform }}'
    {%- endfor %}
