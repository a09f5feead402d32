{#- The adopted model as one wide row. -#}
{{ select_widened(ref('int_segment_models__adopted')) }}
