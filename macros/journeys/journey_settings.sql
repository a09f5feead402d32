{#- What journeys are made of, as the vars say it; all that means nothing stops every
    command, parsing as well, in one message. -#}
{% macro require_sound_journey_settings() -%}
    {%- set problems = [] -%}
    {%- for name, choices in journey_choices().items() if var(name) not in choices -%}
        {%- do problems.append(
            name ~ " is " ~ var(name) ~ "; it must be one of " ~ choices | join(", ")
        ) -%}
    {%- endfor -%}
    {%- for name, least in {'journey_max_states': 2, 'journey_lookback_days': 1,
        'journey_gap_days': 1}.items() -%}
        {%- set number = var(name) -%}
        {%- set is_left_out = number is none and name == 'journey_gap_days' -%}
        {%- if not is_left_out
            and (number is not integer or number is boolean or number < least) -%}
            {%- do problems.append(
                name ~ " is " ~ number ~ "; it must be a whole number from " ~ least
                ~ " on"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if var('journey_ends_at_conversion') is not boolean -%}
        {%- do problems.append(
            "journey_ends_at_conversion is " ~ var('journey_ends_at_conversion')
            ~ "; it must be true or false"
        ) -%}
    {%- endif -%}
    {%- do problems.extend(journey_event_type_problems()) -%}
    {%- if problems -%}
        {{ exceptions.raise_compiler_error(
            "Journeys cannot be made:\n- " ~ problems | join("\n- ")
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro journey_choices() -%}
    {{ return({
        'journey_state': ['event_name', 'event_type', 'page_path', 'category'],
        'journey_unit': ['visit', 'customer'],
    }) }}
{%- endmacro %}

{#- What is wrong with the two lists of event types. -#}
{% macro journey_event_type_problems() -%}
    {%- set problems = [] -%}
    {%- set lists = ['journey_conversion_event_types', 'journey_ignored_event_types'] -%}
    {%- for name in lists -%}
        {%- set types = var(name) -%}
        {%- if types is string or types is mapping or types is not iterable -%}
            {%- do problems.append(
                name ~ " is " ~ types ~ "; it must be a list, like [" ~ types ~ "]"
            ) -%}
        {%- else -%}
            {%- for type in types if type not in event_vocabulary() -%}
                {%- do problems.append(
                    name ~ " names " ~ type ~ "; there are "
                    ~ event_vocabulary() | join(", ")
                ) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not problems -%}
        {%- if not var('journey_conversion_event_types') -%}
            {%- do problems.append(
                "journey_conversion_event_types is empty; it must name what a journey is "
                ~ "hoped to end with"
            ) -%}
        {%- endif -%}
        {%- for type in var('journey_conversion_event_types')
            if type in var('journey_ignored_event_types') -%}
            {%- do problems.append(
                "journey_ignored_event_types names " ~ type ~ ", which is a conversion"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}

{% macro event_vocabulary() -%}
    {{ return([
        'page_view', 'page_ping', 'screen_view', 'product_view', 'search', 'add_to_cart',
        'remove_from_cart', 'begin_checkout', 'purchase', 'refund', 'feature_use',
        'identify', 'email_open', 'email_click', 'support_ticket', 'support_chat',
        'feedback', 'campaign_exposure', 'other',
    ]) }}
{%- endmacro %}

{#- The states that no step has: where journeys begin and end, in counts over paths. -#}
{% macro artificial_states() -%}
    {{ return(['(start)', '(conversion)', '(dropped)']) }}
{%- endmacro %}
