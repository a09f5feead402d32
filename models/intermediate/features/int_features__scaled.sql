{#- The features as the clustering sees them: filled, clipped, centred and divided, by
    the method segment_scaling. -#}
{{ select_scaled(segment_scaling()) }}
