{#- The customers that the maps show: all, or as many as map_sample_size says. Values
    are natural: the adopted model says how they are scaled. -#}
{{ select_drawn_features(whole_number('map_sample_size', most=50000)) }}
