{#- What identity is made with, as the vars say it; what means nothing stops the build. -#}

{#- Which of several people a cookie or device belongs to. -#}
{% macro identity_mode() -%}
    {%- set modes = ['last_touch', 'first_touch', 'time_bounded'] -%}
    {%- if var('identity_mode') not in modes -%}
        {{ exceptions.raise_compiler_error(
            "identity_mode is " ~ var('identity_mode') ~ "; it must be one of "
            ~ modes | join(', ') ~ "."
        ) }}
    {%- endif -%}
    {{ return(var('identity_mode')) }}
{%- endmacro %}

{#- What makes two people one: name of the rule -> attributes that must all be given and
    equal. -#}
{% macro identity_rules() -%}
    {%- set rules = var('identity_rules') or {} -%}
    {%- for name, attributes in rules.items() -%}
        {%- if modules.re.fullmatch('[a-z][a-z0-9_]*', name) is none
            or name in held_kinds() + ['user_id', 'default'] -%}
            {{ exceptions.raise_compiler_error(
                "identity_rules: " ~ name ~ " cannot be the name of a rule."
            ) }}
        {%- endif -%}
        {%- for attribute in attributes if attribute not in match_attributes() -%}
            {{ exceptions.raise_compiler_error(
                "identity_rules: " ~ name ~ " asks for " ~ attribute ~ "; there are "
                ~ match_attributes() | join(', ') ~ "."
            ) }}
        {%- endfor -%}
        {%- if attributes is string or not attributes
            or ('email' in attributes and attributes | length > 1)
            or (name == 'email') != (attributes == ['email']) -%}
            {{ exceptions.raise_compiler_error(
                "identity_rules: " ~ name ~ " must be a list of attributes; the e-mail "
                ~ "stands alone, in a rule of its own that is called email."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}

{#- The rules that compare profiles. The e-mail is an identifier of its own. -#}
{% macro profile_rules() -%}
    {%- set rules = {} -%}
    {%- for name, attributes in identity_rules().items() if name != 'email' -%}
        {%- do rules.update({name: attributes}) -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}

{% macro held_kinds() -%}
    {{ return(['anonymous_id', 'device_id', 'client_session_id']) }}
{%- endmacro %}

{#- The kinds of identifiers that name a person. Without the e-mail rule an address is
    something that a user holds, like a cookie. -#}
{% macro person_kinds() -%}
    {{ return(['user_id', 'email'] if 'email' in identity_rules() else ['user_id']) }}
{%- endmacro %}

{#- Whether a kind, an SQL expression, names a person. -#}
{% macro is_person(kind) -%}
    {{ kind }} in ('{{ person_kinds() | join("', '") }}')
{%- endmacro %}

{#- The person that a row names: its user, else its e-mail. -#}
{% macro person_key() -%}
    {{ 'coalesce(user_key, email_key)' if 'email' in person_kinds() else 'user_key' }}
{%- endmacro %}

{#- How many people one identifier of this kind, or one match of this rule, may stand
    beside before it counts as shared and says nothing of anybody. `kind` is an SQL
    expression. -#}
{% macro max_group_size(kind) -%}
    {%- set sizes = var('max_group_size') -%}
    {%- set names = held_kinds() + ['email'] + profile_rules() | list -%}
    {%- for name, size in sizes.items() -%}
        {%- if name not in names + ['default'] or size is not integer or size < 1 -%}
            {{ exceptions.raise_compiler_error(
                "max_group_size: " ~ name ~ ": " ~ size ~ " means nothing; give a whole "
                ~ "number from 1 on for default, " ~ names | join(', ') ~ "."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    case
        {%- for name in names if name in sizes %}
        when {{ kind }} = '{{ name }}' then {{ sizes[name] }}
        {%- endfor %}
        when 1 = 1 then {{ sizes.get('default', 5) }}
    end
{%- endmacro %}
