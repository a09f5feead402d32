{#- Customers whose behaviour tells nothing: a visitor of theirs was a programme, or
    they were seen in one of one's own networks. -#}
{{ config(materialized='table') }}
-- depends_on: {{ ref('events') }}
with

automated as (

    select distinct
        components.customer_id,
        'automated' as status
    from {{ ref('int_events__set_aside') }} as set_aside
    inner join {{ ref('int_identity__components') }} as components
        on set_aside.visitor_id = components.pseudonym
    where set_aside.bucket = 'bot'

),

internal as (

    {%- if var('internal_networks') %}
    select distinct
        customer_id,
        'internal' as status
    from {{ ref('events') }}
    where
        ip_network in (
            {%- for network in var('internal_networks') %}
            '{{ network }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
        and customer_id is not null
    {%- else %}
    {{ no_experiments({'customer_id': 'uuid', 'status': 'varchar'}) }}
    {%- endif %}

),

disregarded as (

    select * from automated
    union all
    select * from internal

)

select
    customer_id,
    min(status) as status
from disregarded
group by 1
