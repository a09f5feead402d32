{#- The same features as z-scores, whatever they are clustered by: components are those
    of their correlations. -#}
{{ select_scaled('z_score') }}
