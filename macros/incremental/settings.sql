{#- The vars that verdicts and sessions depend on: after a change both are made again. -#}
{% macro rule_settings() -%}
    {{ return(settings_text([
        'late_after_days', 'late_policy', 'double_fire_seconds',
        'bot_events_per_minute', 'reporting_time_zone', 'session_timeout_seconds',
        'session_cap_days', 'session_midnight_split', 'session_campaign_split',
        'heartbeat_seconds',
    ])) }}
{%- endmacro %}

{#- The vars that held rows were read under. Rows of inputs that are gone cannot be read
    again, so a change is refused rather than mixed. -#}
{% macro row_settings() -%}
    {{ return(settings_text([
        'session_mode', 'strict_event_types',
    ])) }}
{%- endmacro %}

{% macro settings_text(names) -%}
    {%- set values = [] -%}
    {%- for name in names -%}{%- do values.append(name ~ ': ' ~ var(name)) -%}{%- endfor -%}
    {{ return(values | join(', ')) }}
{%- endmacro %}

{#- The settings of the last build that was completed, as `rows` and `rules`. -#}
{% macro last_settings() -%}
    {%- set completed = relation_of('int_batches__completed') -%}
    {%- if not execute or not completed -%}{{ return({}) }}{%- endif -%}
    {%- set found = run_query(
        "select row_settings, rule_settings from " ~ completed
        ~ " order by completed_at desc limit 1"
    ).rows -%}
    {{ return({'rows': found[0][0], 'rules': found[0][1]} if found else {}) }}
{%- endmacro %}

{% macro require_same_row_settings() -%}
    {%- set last = last_settings().rows -%}
    {%- if is_incremental() and last and last != row_settings() -%}
        {{ exceptions.raise_compiler_error(
            "The rows of this database were read with " ~ last ~ "; now it is "
            ~ row_settings() ~ ". Run dbt build --full-refresh to read them again."
        ) }}
    {%- endif -%}
{%- endmacro %}
