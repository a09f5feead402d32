{#- Stops every command, parsing as well, where settings of anomalies mean nothing, with
    all that is wrong with the features in one message. -#}
{% macro require_sound_anomaly_settings() -%}
    {%- do whole_number('anomaly_sample_size', least=100, most=100000) -%}
    {%- do whole_number('anomaly_minimum_rows', least=30) -%}
    {%- do whole_number('anomaly_map_sample_size', least=0, most=50000) -%}
    {%- do whole_number('anomaly_seed', least=0, most=4294967295) -%}
    {%- set problems = [] -%}
    {%- for setting, known in {
        'anomaly_features': numeric_features() + day_measures().keys() | list,
        'session_anomaly_features': session_measures().keys() | list,
    }.items() -%}
        {%- set features = var(setting) -%}
        {%- if features is not mapping or not features -%}
            {%- do problems.append(setting ~ " is " ~ features ~ "; it must name "
                ~ "features and their transforms, like {recency_days: log1p}") -%}
        {%- else -%}
            {%- for name, transform in features.items() -%}
                {%- if transform not in ['log1p', 'none'] -%}
                    {%- do problems.append(setting ~ ": the transform of " ~ name
                        ~ " is " ~ transform ~ "; it must be log1p or none") -%}
                {%- endif -%}
                {#- Before the graph is known, the features of customers are not. -#}
                {%- if (numeric_features() or setting == 'session_anomaly_features')
                    and name not in known -%}
                    {%- do problems.append(setting ~ " names " ~ name ~ ", which there "
                        ~ "is not. There are: " ~ known | sort | join(', ')) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if problems -%}
        {{ exceptions.raise_compiler_error(
            "Anomalies cannot be looked for:\n- " ~ problems | join("\n- ")
        ) }}
    {%- endif -%}
{%- endmacro %}
