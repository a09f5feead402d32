{#- What is wrong with whom it is for: segments, layer, slice. -#}
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
