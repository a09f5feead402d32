with

customers as (

    select customer_id from {{ ref('customers') }}

),

purposes as (

    {%- for purpose in consent_purposes() %}
    select '{{ purpose }}' as purpose
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

decided as (

    select
        customers.customer_id,
        purposes.purpose,
        located.region,
        coalesce(heard.status, {{ consent_default('status') }}) = 'granted'
            as is_permitted,
        case
            when heard.signal is not null then 'signal'
            when heard.status is not null then 'given'
            else 'default of ' || {{ consent_default('region') }}
        end as basis,
        heard.said_at as decided_at
    from customers
    cross join purposes
    left join {{ ref('int_customers__heard') }} as heard
        on customers.customer_id = heard.customer_id
        and purposes.purpose = heard.purpose
    left join {{ ref('int_customers__located') }} as located
        on customers.customer_id = located.customer_id
    {{ join_consent_defaults('located.region', 'purposes.purpose') }}

)

select
    customer_id,
    purpose,
    basis,
    region,
    is_permitted,
    decided_at
from decided
