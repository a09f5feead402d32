{#- Stops every command, parsing as well, where a setting of flows or paths means
    nothing. -#}
{% macro require_sound_flow_settings() -%}
    {%- for name in ['journey_flow_states', 'journey_path_count'] -%}
        {%- do whole_number(name) -%}
    {%- endfor -%}
    {%- do whole_number('journey_flow_steps', most=20) -%}
    {%- do whole_number('journey_path_steps', most=var('journey_flow_steps')) -%}
    {%- do minimum_cell_size() -%}
    {%- if var('journey_repeats') not in ['collapsed', 'kept'] -%}
        {{ exceptions.raise_compiler_error(
            "journey_repeats is " ~ var('journey_repeats')
            ~ "; it must be collapsed or kept."
        ) }}
    {%- endif -%}
{%- endmacro %}
