{#- The customers that fits are made on: all, or as many as segment_sample_size says.
    Values are natural: what scales them is kept with each fit. -#}
{{ select_drawn_features(whole_number('segment_sample_size')) }}
