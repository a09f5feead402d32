{#- The experiments of the var by name, each with every field it can have: what is not
    said has its default, and what is unsound stops the build. Dates are texts, arms
    (name: share) in the order in which they were given; the first one is the control.
    -#}
{% macro experiments() -%}
    {%- do require_sound_experiments() -%}
    {%- set described = {} -%}
    {%- for name, given in (var('experiments') or {}).items() -%}
        {%- set one = experiment_defaults() -%}
        {%- do one.update(given) -%}
        {%- for field in ['start', 'end'] -%}
            {%- do one.update({field: one[field] | string}) -%}
        {%- endfor -%}
        {%- do described.update({name: one}) -%}
    {%- endfor -%}
    {{ return(described) }}
{%- endmacro %}

{#- What can be said of an experiment, and what holds where it is not said. Arms, start,
    end and metrics have to be. -#}
{% macro experiment_defaults() -%}
    {{ return({
        'unit': 'customer', 'assigned_by': 'habitue', 'arms': {}, 'segments': [],
        'is_stratified': false, 'is_holdout': false, 'layer': none, 'slice': [0, 1],
        'enrolment': 'open', 'analysed': 'assigned', 'start': none, 'end': none,
        'metrics': [], 'guardrails': [], 'minimum_effect': none,
    }) }}
{%- endmacro %}

{#- The names of the experiments that fit: by whom they are assigned, and their unit.
    -#}
{% macro experiments_where(assigned_by, unit=none) -%}
    {%- set names = [] -%}
    {%- for name, one in experiments().items() if one.assigned_by == assigned_by
        and (unit is none or one.unit == unit) -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- What an assignment hangs on, in one hash: once customers are assigned, none of it
    can change without their arms meaning something else. -#}
{% macro definition_key_of(name) -%}
    {%- set one = experiments()[name] -%}
    {%- set said = [] -%}
    {%- for field in ['unit', 'assigned_by', 'is_stratified', 'is_holdout', 'layer',
        'slice', 'enrolment', 'start'] -%}
        {%- do said.append(field ~ ': ' ~ one[field]) -%}
    {%- endfor -%}
    {%- do said.append('segments: ' ~ one.segments | sort | join(', ')) -%}
    {%- for arm, share in one.arms.items() -%}
        {%- do said.append('arm ' ~ arm ~ ': ' ~ share) -%}
    {%- endfor -%}
    {{ return(local_md5(said | join('; '))) }}
{%- endmacro %}
