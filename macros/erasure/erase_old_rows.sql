{#- Pre-hook of the delivered models: rows that became too old since they were read. -#}
{% macro erase_old_rows(dataset) -%}
    {%- if is_incremental() and dataset == 'events' and is_anything_limited() -%}
        {{ touch_old_days() }};
        {{ forget_old_contacts() }};
    {%- endif -%}
    {%- if is_incremental() and retention_days(retention_class_of(dataset)) -%}
        {{ make_stubs_where(is_row_too_old(dataset, this.identifier)) }}
    {%- endif -%}
{%- endmacro %}

{#- The models after the delivered events do again the days that lose something, and those
    that owe them something. -#}
{% macro touch_old_days() -%}
    {%- set touched = relation_of('int_visitor_days__touched') -%}
    {%- set completed = relation_of('int_batches__completed') -%}
    {%- if touched and completed -%}
        insert into {{ touched }} (visitor_id, activity_date, touched_at)
        with

        valid as (

            select * from {{ this }}
            where invalid_reason is null

        ),

        old as (

            select * from valid
            where
                {{ is_row_too_old('events', 'valid') }}
                or (
                    profile_key is not null
                    and {{ is_too_old('contact', 'valid.occurred_at') }}
                )

        ),

        old_ids as (

            select {{ fast_hash(['source', 'event_id']) }} as event_hash
            from old

        ),

        old_keys as (

            select {{ fast_hash(['source', 'business_key']) }} as key_hash
            from valid
            where
                business_key is not null
                and {{ fast_hash(['source', 'event_id']) }} in (
                    select event_hash from old_ids
                )

        ),

        days as (

            select visitor_id, activity_date from old
            union distinct
            select visitor_id, activity_date from valid
            where
                {{ fast_hash(['source', 'event_id']) }} in (
                    select event_hash from old_ids
                )
                or {{ fast_hash(['source', 'business_key']) }} in (
                    select key_hash from old_keys
                )
                {%- if uses_client_sessions() %}
                or {{ fast_hash(['visitor_id', 'client_session_id']) }} in (
                    select {{ fast_hash(['visitor_id', 'client_session_id']) }} from old
                    where client_session_id is not null
                )
                {%- endif %}

        )

        select visitor_id, activity_date, {{ earliest_pending_time() }} from days
        union all
        select visitor_id, {{ days_after('activity_date', 1) }},
            {{ earliest_pending_time() }}
        from days
    {%- endif -%}
{%- endmacro %}

{#- A time of touching that is pending, but not later than what arrived since: that is not
    to be taken for older. -#}
{% macro earliest_pending_time() -%}
    greatest(
        (
            select {{ seconds_after('max(completed.touched_at)', 0.000001) }}
            from {{ relation_of('int_batches__completed') }} as completed
        ),
        (
            select max(touched.touched_at)
            from {{ relation_of('int_visitor_days__touched') }} as touched
        )
    )
{%- endmacro %}

{% macro forget_old_contacts() -%}
    {%- if retention_days('contact') -%}
        update {{ this }}
        set profile_key = null
        where
            profile_key is not null
            and {{ is_too_old('contact', 'coalesce(occurred_at, received_at)') }}
    {%- endif -%}
{%- endmacro %}
