{#- Pre-hooks of the consumers of the touched list: each deletes what the model is about
    to write again, in the model's own transaction. -#}
{% macro forget_touched_days() -%}
    {%- if is_incremental() and touches_everything() -%}
        delete from {{ this }}
    {%- elif is_incremental() -%}
        delete from {{ this }}
        where exists (
            select 1
            from {{ ref('int_visitor_days__touched') }} as touched
            where
                touched.visitor_id = {{ this.identifier }}.visitor_id
                and touched.activity_date = {{ this.identifier }}.activity_date
                and {{ is_pending('touched.touched_at') }}
        )
    {%- endif -%}
{%- endmacro %}

{% macro forget_everything_where_all_is_touched() -%}
    {%- if is_incremental() and touches_everything() -%}
        delete from {{ this }}
    {%- endif -%}
{%- endmacro %}

{% macro forget_touched_dates() -%}
    {%- if is_incremental() and touches_everything() -%}
        delete from {{ this }}
    {%- elif is_incremental() -%}
        delete from {{ this }}
        where {{ is_on_touched_date('utc_date') }}
    {%- endif -%}
{%- endmacro %}

{#- Sessions that a touched day can reach, and all that came from the same unbroken run
    of activity. What stays ended before: it cannot change. -#}
{% macro forget_touched_sessions() -%}
    {%- if is_incremental() and touches_everything() -%}
        delete from {{ this }}
    {%- elif is_incremental() -%}
        delete from {{ this }}
        where (visitor_id, streak_started_at) in (
            select visitor_id, streak_started_at from ({{ reached_streaks() }}) as reached
        )
    {%- endif -%}
{%- endmacro %}

{#- The producer's own sessions can be reached over any gap. -#}
{% macro reached_streaks() -%}
    select held.visitor_id, held.streak_started_at
    from {{ this }} as held
    inner join ({{ touched_visitors() }}) as touched
        on held.visitor_id = touched.visitor_id
    {%- if not uses_client_sessions() %}
        and {{ seconds_after('held.ended_at', var('session_timeout_seconds')) }}
        >= cast(touched.first_date as timestamp)
    {%- endif %}
{%- endmacro %}

{#- The time before which no event is measured again: literal, so that the engine can
    skip what it stored long ago. To be asked before anything is forgotten. -#}
{% macro earliest_to_measure() -%}
    {{ return(run_query(
        "select cast(coalesce(min(reached_at), timestamp '9999-12-31') as varchar) from ("
        ~ "select cast(touched.first_date as timestamp) as reached_at from ("
        ~ touched_visitors() ~ ") as touched union all select streak_started_at from ("
        ~ reached_streaks() ~ ") as reached) as bounds"
    ).rows[0][0]) }}
{%- endmacro %}

{#- Pre-hooks of the delivered rows: what was read in another way than now is given up
    where it can be read again, and what lay in the future returns when its time is
    there. -#}
{% macro forget_rows_read_again(dataset) -%}
    {%- if is_incremental() and reads_again() -%}
        delete from {{ this }}
        where input_name in (
            select inputs.input_name
            from {{ ref('int_inputs__fingerprinted') }} as inputs
            where inputs.dataset = '{{ dataset }}'
        )
    {%- endif -%}
{%- endmacro %}

{% macro release_rows_whose_time_has_come(time, day=none) -%}
    {%- if is_incremental() -%}
        update {{ this }}
        set
            invalid_reason = null,
            {{ day ~ ' = cast(' ~ time ~ ' as date),' if day }}
            arrived_at = {{ build_time() }}
        where
            invalid_reason = 'time in the future'
            and received_at is null
            and {{ time }} <= {{ seconds_after(build_time(), 86400) }}
    {%- endif -%}
{%- endmacro %}
