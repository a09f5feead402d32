with

scores as (

    select * from {{ ref('session_scores') }}

),

sessions as (

    select * from {{ ref('sessions') }}

)

select
    sessions.session_id,
    sessions.stitched_session_id,
    sessions.customer_id,
    scores.status,
    scores.kind,
    scores.score,
    scores.is_isolated as is_anomaly,
    {{ anomaly_reasons('scores') }},
    sessions.started_at
from sessions
inner join scores on cast(sessions.session_id as varchar) = scores.session_id
