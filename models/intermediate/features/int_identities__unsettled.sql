{#- Customers whose past, as of a date, may look different now from what was known then.
    Names some too many rather than one too few. -#}
{{ config(materialized='table') }}
with

spans as (

    select * from {{ ref('int_identity_edges__spanned') }}

),

unsettled as (

    select
        spans.left_customer_id,
        spans.right_customer_id,
        dates.place,
        dates.as_of_date
    from spans
    inner join {{ ref('int_as_of__computed') }} as dates
        on {{ local_date('spans.unsettled_from') }} < dates.as_of_date
        and dates.as_of_date <= {{ local_date('spans.unsettled_until') }}

),

customers as (

    select
        left_customer_id as customer_id,
        place,
        as_of_date
    from unsettled
    union all
    select
        right_customer_id as customer_id,
        place,
        as_of_date
    from unsettled

)

select distinct
    customer_id,
    place,
    as_of_date
from customers
