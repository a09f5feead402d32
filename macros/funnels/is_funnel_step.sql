{#- Whether an event of this kind, a type and a state, is a step of a funnel. -#}
{% macro is_funnel_step(funnels, kinds) -%}
    {{ funnels }}.step = case
        when {{ funnels }}.step_kind = 'state' then {{ kinds }}.state
        else {{ kinds }}.event_type
    end
{%- endmacro %}
