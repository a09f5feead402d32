{#- The places on the maps as the last build left them, none before the first. A view:
    a copy would keep people who are erased. -#}
{{ select_left_behind('anomaly_embeddings', {'customer_id': 'varchar'}) }}
