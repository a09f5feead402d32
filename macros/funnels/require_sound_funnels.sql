{#- Stops the build with everything that is wrong with funnel_steps, in words. -#}
{% macro require_sound_funnels() -%}
    {%- if execute -%}
        {%- set problems = run_query(funnel_problems(
            ref('funnel_steps'), ref('int_event_steps__numbered')
        )).columns[0].values() -%}
        {%- if problems -%}
            {{ exceptions.raise_compiler_error(
                "funnel_steps cannot be used:\n- " ~ problems | join("\n- ")
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
