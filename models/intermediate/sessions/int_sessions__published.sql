{#- What was first said of a session that could not go on any more, and whether late
    rows changed it since. Other rules make other sessions: these are published anew. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='session_id',
    full_refresh=false,
    pre_hook="{{ forget_old_sessions() }}",
) }}
{%- set rules = "'" ~ local_md5(rule_settings()) ~ "'" %}
with

sessions as (

    select
        session_id,
        {{ key_of(['event_count', 'started_at', 'ended_at']) }} as content_key,
        {{ seconds_after('ended_at', var('session_timeout_seconds')) }}
        < max(ended_at) over () as is_closed,
        started_at
    from {{ ref('int_sessions__stitched') }}

),

held as (

    {% if is_incremental() -%}
    select * from {{ this }}
    where rules = {{ rules }}
    {%- else -%}
    select
        session_id,
        content_key,
        started_at,
        cast({{ build_time() }} as timestamp) as published_at,
        0 as revision_count
    from sessions
    where 1 = 0
    {%- endif %}

),

compared as (

    select
        coalesce(sessions.session_id, held.session_id) as session_id,
        sessions.content_key,
        coalesce(sessions.started_at, held.started_at) as started_at,
        coalesce(held.published_at, {{ build_time() }}) as published_at,
        case when held.session_id is null then 0 else held.revision_count + 1 end
            as revision_count
    from sessions
    full outer join held on sessions.session_id = held.session_id
    where
        (held.session_id is null and sessions.is_closed)
        or (
            held.session_id is not null
            and sessions.content_key is distinct from held.content_key
        )

)

select
    session_id,
    content_key,
    started_at,
    published_at,
    {{ build_time() }} as changed_at,
    revision_count,
    {{ rules }} as rules
from compared
