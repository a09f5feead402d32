with

checks as (

    select * from {{ ref('experiment_checks') }}

)

select
    experiment_id,
    check_name,
    status,
    message,
    statistic,
    p_value,
    customer_count
from checks
