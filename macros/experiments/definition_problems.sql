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

{% macro period_problems(one) -%}
    {%- set problems = [] -%}
    {%- for field in ['start', 'end'] if not is_calendar_date(one[field]) -%}
        {%- do problems.append(field ~ " is " ~ one[field] ~ "; it must be a date like "
            ~ "2025-03-01") -%}
    {%- endfor -%}
    {%- if not problems and one.start | string >= one.end | string -%}
        {%- do problems.append("it ends on " ~ one.end ~ ", but starts on " ~ one.start
            ~ "; the end is the first day after it") -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}

{#- Whether something is a day of the calendar, given as a date or as its text. -#}
{% macro is_calendar_date(value) -%}
    {%- set text = value | string -%}
    {%- if not modules.re.match(
        '[12]\\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$', text) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set year, month, day = text[:4] | int, text[5:7] | int, text[8:] | int -%}
    {%- set is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) -%}
    {{ return(day <= [31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][
        month - 1]) }}
{%- endmacro %}

{% macro audience_problems(one) -%}
    {%- set problems = [] -%}
    {%- if one.segments is string or one.segments is mapping
        or one.segments is not iterable -%}
        {%- do problems.append("segments is " ~ one.segments ~ "; it must be a list of "
            ~ "names of segments, like [" ~ one.segments ~ "]") -%}
    {%- elif one.segments | unique | list | length < one.segments | length -%}
        {%- do problems.append("segments names something twice") -%}
    {%- endif -%}
    {%- if one.layer is not none and (one.layer is not string
        or not modules.re.match('[A-Za-z0-9_][A-Za-z0-9_.-]*$', one.layer)) -%}
        {%- do problems.append("layer is " ~ one.layer ~ "; a name may have letters, "
            ~ "digits, _, dots and dashes") -%}
    {%- endif -%}
    {%- set slice = one.slice -%}
    {%- if slice is string or slice is mapping or slice is not iterable
        or slice | length != 2 or slice | select('number') | list | length != 2
        or slice | select('boolean') | list
        or slice[0] < 0 or slice[1] > 1 or slice[0] >= slice[1] -%}
        {%- do problems.append("slice is " ~ slice ~ "; it must be a part of its layer, "
            ~ "like [0, 0.5]") -%}
    {%- elif one.layer is none and slice != [0, 1] -%}
        {%- do problems.append("slice is " ~ slice ~ ", but no layer is named that it "
            ~ "would be a part of") -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}

{% macro asked_metric_problems(one) -%}
    {%- set problems = [] -%}
    {%- set known = var('experiment_metrics') or {} -%}
    {%- for field in ['metrics', 'guardrails'] -%}
        {%- set asked = one[field] -%}
        {%- if asked is string or asked is mapping or asked is not iterable -%}
            {%- do problems.append(field ~ " is " ~ asked ~ "; it must be a list, like ["
                ~ asked ~ "]") -%}
        {%- else -%}
            {%- if known is mapping -%}
                {%- for metric in asked if metric not in known -%}
                    {%- do problems.append(field ~ " names " ~ metric ~ "; there are "
                        ~ known | join(', ')) -%}
                {%- endfor -%}
            {%- endif -%}
            {%- if asked | unique | list | length < asked | length -%}
                {%- do problems.append(field ~ " names something twice") -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not problems -%}
        {%- if not one.metrics -%}
            {%- do problems.append("metrics is empty; the first one is what decides") -%}
        {%- endif -%}
        {%- for metric in one.guardrails if metric in one.metrics -%}
            {%- do problems.append(metric ~ " is a metric and a guardrail") -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}
