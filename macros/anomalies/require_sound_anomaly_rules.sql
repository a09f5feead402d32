{#- Stops the build with everything that is wrong with anomaly_kind_rules, in words. -#}
{% macro require_sound_anomaly_rules() -%}
    {%- if execute -%}
        {%- set problems = run_query(
            anomaly_rule_problems(ref('anomaly_kind_rules'))
        ).columns[0].values() -%}
        {%- if problems -%}
            {{ exceptions.raise_compiler_error(
                "anomaly_kind_rules cannot be used:\n- " ~ problems | join("\n- ")
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- One row per thing that is wrong with the rules. -#}
{% macro anomaly_rule_problems(rules) -%}
{%- set known = {
    'customer': numeric_features() + day_measures().keys() | list,
    'session': session_measures().keys() | list,
} -%}
with

rules as (

    select
        *,
        'rule ' || coalesce(cast(priority as varchar), 'without priority')
        || ' (' || coalesce(kind, '') || ', ' || coalesce(feature, '') || '): ' as rule,
        count(*) over (
            partition by subject, priority, kind, feature, unit
        ) as same_conditions,
        min(kind) over (partition by subject, priority) as first_kind
    from {{ rules }}

),

problems as (

    select rule || 'subject must be customer or session' as problem
    from rules
    where coalesce(subject, '') not in ('customer', 'session')
    union all
    select rule || 'it needs a priority, a whole number' as problem
    from rules
    where priority is null
    union all
    select rule || 'another kind (' || first_kind || ') has the same priority' as problem
    from rules
    where priority is not null and kind != first_kind
    union all
    select rule || 'it needs a kind, without spaces around it' as problem
    from rules
    where coalesce(kind, '') = '' or trim(kind) != kind
    union all
    select rule || 'unusual is what fits no rule' as problem
    from rules
    where lower(kind) = 'unusual'
    union all
    select rule || 'unit must be natural or deviations' as problem
    from rules
    where coalesce(unit, '') not in ('natural', 'deviations')
    union all
    select rule || 'it has no limit: set minimum or maximum' as problem
    from rules
    where minimum is null and maximum is null
    union all
    select
        rule || 'minimum ' || cast(minimum as varchar) || ' is above maximum '
        || cast(maximum as varchar) as problem
    from rules
    where minimum > maximum
    union all
    select rule || 'the same condition stands there twice' as problem
    from rules
    where same_conditions > 1
    {%- for subject, features in known.items() %}
    union all
    select
        rule || 'there is no such feature of a {{ subject }}' as problem
    from rules
    where
        subject = '{{ subject }}'
        and coalesce(feature, '') not in ('{{ features | join("', '") }}')
    {%- endfor %}

)

select distinct problem
from problems
order by problem
{%- endmacro %}
