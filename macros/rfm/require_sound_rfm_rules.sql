{#- Stops the build with everything that is wrong with rfm_segment_rules, in words. -#}
{% macro require_sound_rfm_rules() -%}
    {%- if execute -%}
        {%- set problems = run_query(
            rfm_rule_problems(ref('rfm_segment_rules'))
        ).columns[0].values() -%}
        {%- if problems -%}
            {{ exceptions.raise_compiler_error(
                "rfm_segment_rules cannot be used:\n- " ~ problems | join("\n- ")
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- One row per thing that is wrong with the rules. -#}
{% macro rfm_rule_problems(rules) -%}
{%- set taken = ['Others', 'No order', 'No order yet'] -%}
with

rules as (

    select
        *,
        'rule ' || coalesce(cast(priority as varchar), 'without priority')
        || ' (' || coalesce(rfm_segment, '') || '): ' as rule,
        count(*) over (partition by priority) as rules_of_priority
    from {{ rules }}

),

problems as (

    select rule || 'it needs a priority, a whole number' as problem
    from rules
    where priority is null
    union all
    select rule || 'another rule has the same priority' as problem
    from rules
    where priority is not null and rules_of_priority > 1
    union all
    select rule || 'it needs a name, without spaces around it' as problem
    from rules
    where coalesce(rfm_segment, '') = '' or trim(rfm_segment) != rfm_segment
    union all
    select rule || 'that name is taken ({{ taken | join(", ") }})' as problem
    from rules
    where lower(rfm_segment) in ('{{ taken | join("', '") | lower }}')
    {%- for score in rfm_measures().values() %}
    {%- for limit in [score ~ '_min', score ~ '_max'] %}
    union all
    select
        rule || '{{ limit }} is ' || coalesce(cast({{ limit }} as varchar), 'missing')
        || ', scores go from 1 to 5' as problem
    from rules
    where {{ limit }} is null or {{ limit }} not between 1 and 5
    {%- endfor %}
    union all
    select
        rule || '{{ score }}_min ' || cast({{ score }}_min as varchar)
        || ' is above {{ score }}_max ' || cast({{ score }}_max as varchar) as problem
    from rules
    where {{ score }}_min > {{ score }}_max
    {%- endfor %}

)

select problem
from problems
order by problem
{%- endmacro %}
