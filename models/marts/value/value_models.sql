{#- The receipts: what was fitted, to what, with what, and whether it is in use. -#}
with

parameters as (

    select * from {{ ref('value_parameters') }}

),

value_models as (

    select
        parameters.model,
        parameters.parameter,
        parameters.status,
        parameters.reason,
        parameters.data_fingerprint,
        parameters.library_versions,
        parameters.code_version,
        cast(parameters.estimate as double precision) as estimate,
        cast(parameters.standard_error as double precision) as standard_error,
        cast(parameters.log_likelihood as double precision) as log_likelihood,
        cast(parameters.customer_count as bigint) as customer_count,
        cast(parameters.left_out_count as bigint) as left_out_count,
        cast(parameters.iteration_count as bigint) as iteration_count,
        wanted.data_fingerprint is not null as is_in_use,
        cast(parameters.as_of_date as date) as as_of_date,
        cast(parameters.fitted_at as timestamp) as fitted_at
    from parameters
    left join {{ ref('int_repeats__fingerprinted') }} as wanted
        on parameters.as_of_date = wanted.as_of_date
        and parameters.model = wanted.model
        and parameters.data_fingerprint = wanted.data_fingerprint

)

select * from value_models
