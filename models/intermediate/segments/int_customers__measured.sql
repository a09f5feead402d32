{#- Squared distance of every customer, as of the latest date, to every centroid of the
    adopted model. -#}
{{ select_measured(
    ref('int_features__transformed'), ref('int_segment_parameters__widened')
) }}
