{#- Names that sessions came from (the campaign's source, else the referring host) which
    the seed referrer_hosts knows, by name or by the longest host that fits. -#}
with

named as (

    select distinct lower(coalesce(utm_source, referrer_host)) as source_name
    from {{ ref('int_session_days__measured') }}

),

known as (

    select * from {{ ref('referrer_hosts') }}

),

matched as (

    select
        named.source_name,
        known.traffic_source,
        known.traffic_medium,
        row_number() over (
            partition by named.source_name
            order by length(known.host_suffix) desc, known.host_suffix asc
        ) as place
    from named
    inner join known
        on named.source_name = known.traffic_source
        or '.' || named.source_name like '%.' || known.host_suffix

)

select
    source_name,
    traffic_source,
    traffic_medium
from matched
where place = 1
