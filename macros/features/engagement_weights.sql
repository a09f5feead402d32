{#- The features that engagement is scored by, from the var, checked: each as a dict of
    feature, weight, full_at and none_at. What needs a clickstream is left out where
    none is read, so that it does not cap the score. -#}
{% macro engagement_weights() -%}
    {%- set settings = var('engagement_weights') -%}
    {%- if settings is not mapping or not settings -%}
        {{ refuse_engagement("names no feature", "give weights, like "
            ~ "{recency_days: {weight: 1, none_at: 90}}") }}
    {%- endif -%}
    {%- do require_features(settings, 'engagement_weights') -%}
    {%- set weights = [] -%}
    {%- for feature, setting in settings.items() -%}
        {%- do require_engagement(feature, setting) -%}
        {%- if setting.get('needs') is none or has_clickstream() -%}
            {%- do weights.append({
                'feature': feature,
                'weight': setting['weight'],
                'full_at': setting.get('full_at', 0),
                'none_at': setting.get('none_at', 0),
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not weights -%}
        {{ refuse_engagement("names only features that need a clickstream, and none is "
            ~ "read", "add one without `needs: clickstream`") }}
    {%- endif -%}
    {{ return(weights) }}
{%- endmacro %}

{#- One feature's setting: a positive weight, and at least one end, both positive. -#}
{% macro require_engagement(feature, setting) -%}
    {%- set known = ['weight', 'full_at', 'none_at', 'needs'] -%}
    {%- set place = "says of " ~ feature ~ ": " ~ setting -%}
    {%- if setting is not mapping or 'weight' not in setting -%}
        {{ refuse_engagement(place, "give it a weight") }}
    {%- endif -%}
    {%- for name, value in setting.items() -%}
        {%- if name not in known -%}
            {{ refuse_engagement(place, "it can have " ~ known | join(', ')) }}
        {%- elif name == 'needs' and value != 'clickstream' -%}
            {{ refuse_engagement(place, "it can need clickstream and nothing else") }}
        {%- elif name != 'needs' and (value is not number or value is boolean
            or value <= 0) -%}
            {{ refuse_engagement(place, name ~ " must be a number above 0") }}
        {%- endif -%}
    {%- endfor -%}
    {%- if 'full_at' not in setting and 'none_at' not in setting -%}
        {{ refuse_engagement(place, "say full_at, what earns all of the weight, or "
            ~ "none_at, what earns none of it") }}
    {%- elif setting.get('full_at') == setting.get('none_at') -%}
        {{ refuse_engagement(place, "full_at and none_at must differ") }}
    {%- endif -%}
{%- endmacro %}

{% macro refuse_engagement(problem, advice) -%}
    {{ exceptions.raise_compiler_error(
        "engagement_weights " ~ problem ~ "; " ~ advice ~ "."
    ) }}
{%- endmacro %}
