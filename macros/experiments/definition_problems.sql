{#- What is wrong with one experiment, as it is given. -#}
{% macro definition_problems(name, given) -%}
    {%- if given is not mapping -%}
        {{ return(["it is " ~ given ~ "; it must have arms, a start, an end and metrics"]) }}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- if not modules.re.match('[A-Za-z0-9_][A-Za-z0-9_.-]*$', name | string) -%}
        {%- do problems.append("a name may have letters, digits, _, dots and dashes") -%}
    {%- endif -%}
    {%- for field in given if field not in experiment_defaults() -%}
        {%- do problems.append("there is no field " ~ field ~ "; there are "
            ~ experiment_defaults() | join(', ')) -%}
    {%- endfor -%}
    {%- set one = experiment_defaults() -%}
    {%- do one.update(given) -%}
    {%- set choices = {
        'unit': ['customer', 'visitor'], 'assigned_by': ['habitue', 'events'],
        'enrolment': ['open', 'closed'], 'analysed': ['assigned', 'exposed'],
        'is_stratified': [true, false], 'is_holdout': [true, false],
    } -%}
    {%- for field, known in choices.items()
        if one[field] not in known or one[field] is number and one[field] is not boolean -%}
        {%- do problems.append(field ~ " is " ~ one[field] ~ "; it must be "
            ~ known | join(' or ') | lower) -%}
    {%- endfor -%}
    {%- set effect = one.minimum_effect -%}
    {%- if effect is not none
        and (effect is not number or effect is boolean or effect <= 0) -%}
        {%- do problems.append("minimum_effect is " ~ effect ~ "; it must be a relative "
            ~ "effect above 0, like 0.1") -%}
    {%- endif -%}
    {%- do problems.extend(arm_problems(one.arms)) -%}
    {%- do problems.extend(period_problems(one)) -%}
    {%- do problems.extend(audience_problems(one)) -%}
    {%- do problems.extend(asked_metric_problems(one)) -%}
    {%- if one.assigned_by == 'events' -%}
        {%- for field in ['segments', 'is_stratified', 'is_holdout', 'layer', 'slice',
            'enrolment', 'unit'] if field in given -%}
            {%- do problems.append(field ~ " means nothing where events tell who is in "
                ~ "which arm") -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}

{% macro arm_problems(arms) -%}
    {%- set problems = [] -%}
    {%- if arms is not mapping or arms | length < 2 -%}
        {{ return(["arms is " ~ arms ~ "; it must name two or more and their shares, like "
            ~ "{control: 0.5, treatment: 0.5}"]) }}
    {%- endif -%}
    {%- for arm in arms if arm is not string
        or not modules.re.match('[A-Za-z0-9_]([A-Za-z0-9_ .-]*[A-Za-z0-9_.-])?$', arm) -%}
        {%- do problems.append("the arm " ~ arm ~ " must be a text of letters, digits, _, "
            ~ "blanks, dots and dashes; numbers and yes or no stand in quotes") -%}
    {%- endfor -%}
    {%- set wrong = [] -%}
    {%- for arm, share in arms.items()
        if share is not number or share is boolean or share <= 0 -%}
        {%- do wrong.append(arm) -%}
        {%- do problems.append("the share of " ~ arm ~ " is " ~ share ~ "; it must be a "
            ~ "number above 0") -%}
    {%- endfor -%}
    {%- if not wrong and (arms.values() | sum - 1) | abs > 0.00001 -%}
        {%- do problems.append("the shares of its arms add up to "
            ~ arms.values() | sum | round(6) ~ ", not to 1") -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}
