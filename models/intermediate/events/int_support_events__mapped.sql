{{ config(enabled=is_enabled('support')) }}
with

tickets as (

    select
        {{ select_canonical('events', ['user_id', 'email', 'received_at'], {
            'source': "'support'",
            'event_id': "'ticket-' || ticket_id",
            'event_type': "'support_ticket'",
            'category': 'topic',
            'occurred_at': 'created_at',
        }) }}
    from {{ ref('stg_support__tickets') }}

),

chats as (

    select
        {{ select_canonical('events', ['user_id', 'anonymous_id', 'received_at'], {
            'source': "'support'",
            'event_id': "'chat-' || chat_id",
            'event_type': "'support_chat'",
            'category': 'topic',
            'engaged_seconds': 'duration_seconds',
            'occurred_at': 'started_at',
        }) }}
    from {{ ref('stg_support__chats') }}

),

feedback as (

    select
        {{ select_canonical('events', ['user_id', 'received_at'], {
            'source': "'support'",
            'event_id': "'feedback-' || feedback_id",
            'event_type': "'feedback'",
            'category': 'topic',
            'quantity': 'score',
            'occurred_at': 'submitted_at',
        }) }}
    from {{ ref('stg_support__feedback') }}

),

unioned as (

    select * from tickets
    union all
    select * from chats
    union all
    select * from feedback

)

select * from unioned
