{#- Stops every command, parsing as well, where settings of flows or paths mean nothing;
    one message names them all. -#}
{% macro require_sound_flow_settings() -%}
    {%- set problems = [] -%}
    {%- for name, most in {
        'journey_flow_steps': 20, 'journey_flow_states': 100,
        'journey_path_steps': 20, 'journey_path_count': 1000,
    }.items() -%}
        {%- set number = var(name) -%}
        {%- if number is not integer or number is boolean or number < 1
            or number > most -%}
            {%- do problems.append(
                name ~ " is " ~ number ~ "; it must be a whole number from 1 to " ~ most
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not problems and var('journey_path_steps') > var('journey_flow_steps') -%}
        {%- do problems.append(
            "journey_path_steps is " ~ var('journey_path_steps')
            ~ "; it must not be above journey_flow_steps, " ~ var('journey_flow_steps')
        ) -%}
    {%- endif -%}
    {%- if var('journey_repeats') not in ['collapsed', 'kept'] -%}
        {%- do problems.append(
            "journey_repeats is " ~ var('journey_repeats')
            ~ "; it must be collapsed or kept"
        ) -%}
    {%- endif -%}
    {%- if problems -%}
        {{ exceptions.raise_compiler_error(
            "Flows and paths cannot be told:\n- " ~ problems | join("\n- ")
        ) }}
    {%- endif -%}
{%- endmacro %}
