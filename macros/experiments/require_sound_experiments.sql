{#- Stops every command, parsing as well, where a setting of experiments means nothing,
    and tells all that is wrong at once. -#}
{% macro require_sound_experiments() -%}
    {%- set problems = experiment_setting_problems() + metric_problems() -%}
    {%- set given = var('experiments') -%}
    {%- if given is not none and given is not mapping -%}
        {%- do problems.append(
            "experiments is " ~ given ~ "; it must name experiments and what they are, "
            ~ "like {checkout_button: {arms: {control: 0.5, treatment: 0.5}, …}}"
        ) -%}
    {%- else -%}
        {%- set ids, complete = [], {} -%}
        {%- for name, one in (given or {}).items() -%}
            {%- set found = definition_problems(name, one) -%}
            {%- for problem in found -%}
                {%- do problems.append("experiment " ~ name ~ ": " ~ problem) -%}
            {%- endfor -%}
            {%- if name | string | lower in ids -%}
                {%- do problems.append("experiment " ~ name ~ ": another one has this "
                    ~ "name, but for capital letters") -%}
            {%- endif -%}
            {%- do ids.append(name | string | lower) -%}
            {%- if not found -%}
                {%- set whole = experiment_defaults() -%}
                {%- do whole.update(one) -%}
                {%- do complete.update({name: whole}) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do problems.extend(layer_problems(complete)) -%}
    {%- endif -%}
    {%- if problems -%}
        {{ exceptions.raise_compiler_error(
            "Experiments cannot be read:\n- " ~ problems | join("\n- ")
        ) }}
    {%- endif -%}
{%- endmacro %}

{#- What is wrong with the settings that all experiments share. -#}
{% macro experiment_setting_problems() -%}
    {%- set problems = [] -%}
    {%- set corrections = ['holm', 'benjamini_hochberg', 'none'] -%}
    {%- if var('experiment_correction') | string | lower not in corrections -%}
        {%- do problems.append("experiment_correction is " ~ var('experiment_correction')
            ~ "; it must be one of " ~ corrections | join(', ')) -%}
    {%- endif -%}
    {%- set power = var('experiment_power') -%}
    {%- if power is not number or power is boolean or power <= 0.05 or power >= 1 -%}
        {%- do problems.append("experiment_power is " ~ power ~ "; it must be the "
            ~ "probability to find the effect, above 0.05 and below 1") -%}
    {%- endif -%}
    {%- for name in ['experiment_pre_period_days', 'experiment_sequential_tuning'] -%}
        {%- set number = var(name) -%}
        {%- if number is not integer or number is boolean or number < 1 -%}
            {%- do problems.append(name ~ " is " ~ number ~ "; it must be a whole number "
                ~ "from 1 on") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set networks = var('internal_networks') -%}
    {%- if networks is string or networks is mapping or networks is not iterable -%}
        {%- do problems.append("internal_networks is " ~ networks ~ "; it must be a list, "
            ~ "like [203.0.113.0/24]") -%}
    {%- else -%}
        {%- for network in networks if not modules.re.match(
            '(\\d{1,3}\\.){3}0/24$|[0-9a-f:]+::/48$', network | string) -%}
            {%- do problems.append("internal_networks names " ~ network ~ "; events tell "
                ~ "of networks like 203.0.113.0/24 or 2001:db8:1::/48") -%}
        {%- endfor -%}
        {%- if networks and var('personal_data').get('ip') == 'drop' -%}
            {%- do problems.append("internal_networks names networks, but personal_data "
                ~ "has the ip dropped: no event tells of its network") -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}

{#- Experiments of one layer have the same unit, or slices would not keep them apart,
    and share no part of it at the same time. -#}
{% macro layer_problems(complete) -%}
    {%- set problems, seen = [], [] -%}
    {%- for name, one in complete.items() if one.layer is not none -%}
        {%- for other_name, other in seen if other.layer == one.layer -%}
            {%- if other.unit != one.unit -%}
                {%- do problems.append("experiments " ~ other_name ~ " and " ~ name
                    ~ " of layer " ~ one.layer ~ " have different units") -%}
            {%- endif -%}
            {%- if one.start | string < other.end | string
                and other.start | string < one.end | string
                and one.slice[0] < other.slice[1] and other.slice[0] < one.slice[1] -%}
                {%- do problems.append("overlapping experiments: " ~ other_name ~ " and "
                    ~ name ~ " share a part of layer " ~ one.layer ~ " from "
                    ~ [one.start | string, other.start | string] | max ~ " to "
                    ~ [one.end | string, other.end | string] | min ~ "; their slices are "
                    ~ other.slice ~ " and " ~ one.slice) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do seen.append((name, one)) -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}
