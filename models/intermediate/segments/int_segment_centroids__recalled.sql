{#- The centroids of all versions as the last build left them, none before the first:
    whether a new version is looked for depends on those there are. -#}
{{ config(materialized='table') }}
{{ select_left_behind('segment_centroids', {'model_version': 'bigint'}) }}
