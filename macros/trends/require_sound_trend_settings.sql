{#- Stops every command, parsing as well, where a setting of trends means nothing, and
    tells all that is wrong at once. -#}
{% macro require_sound_trend_settings() -%}
    {%- set problems = [] -%}
    {%- set ranges = {
        'churn_after_days': [1, 3650], 'forecast_horizon_days': [7, 366],
        'forecast_series_limit': [0, 10000],
    } -%}
    {%- for name, range in ranges.items() -%}
        {%- set number = var(name) -%}
        {%- if number is not integer or number is boolean or number < range[0]
            or number > range[1] -%}
            {%- do problems.append(
                name ~ " is " ~ number ~ "; it must be a whole number from " ~ range[0]
                ~ " to " ~ range[1] ~ "."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set choices = {
        'forecast_metrics': behaviour_metrics().keys() | list,
        'forecast_methods': ['ets', 'arima', 'prophet'],
    } -%}
    {%- for name, known in choices.items() -%}
        {%- set chosen = var(name) -%}
        {%- if chosen is string or chosen is mapping or chosen is not iterable -%}
            {%- do problems.append(
                name ~ " is " ~ chosen ~ "; it must be a list, like [" ~ known[0] ~ "]."
            ) -%}
        {%- else -%}
            {%- for one in chosen if one not in known -%}
                {%- do problems.append(
                    name ~ " names " ~ one ~ "; what there is: " ~ known | join(', ')
                    ~ "."
                ) -%}
            {%- endfor -%}
            {%- if chosen | unique | list | length != chosen | length -%}
                {%- do problems.append(name ~ " names something twice.") -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if problems -%}
        {{ exceptions.raise_compiler_error(problems | join(' ')) }}
    {%- endif -%}
{%- endmacro %}
