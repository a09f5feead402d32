{#- The sessions that the detector is fitted to, drawn by the hash of their id. -#}
select * from {{ ref('int_session_profiles__measured') }}
order by md5(cast(session_id as varchar)), session_id
limit {{ whole_number('anomaly_sample_size') }}
