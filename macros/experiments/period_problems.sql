{#- What is wrong with its dates. -#}
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
