{#- The customers that detectors are fitted to: all, or as many as anomaly_sample_size
    says, drawn by the hash of their id. -#}
select * from {{ ref('int_customer_profiles__measured') }}
order by {{ draw_order() }}
limit {{ whole_number('anomaly_sample_size') }}
