{#- The classes of personal data and what can be done with each, the default first. Only
    what is carried out somewhere is listed. -#}
{% macro handlings() -%}
    {{ return({
        'user_id': ['vault'], 'cookie': ['vault'], 'device_id': ['vault'],
        'identifier': ['vault'], 'session_id': ['keep'],
        'email': ['vault', 'drop'], 'phone': ['vault', 'drop'],
        'name': ['vault', 'drop'], 'birth_date': ['vault', 'drop'],
        'address': ['vault', 'drop'], 'user_agent': ['vault', 'drop'],
        'ip': ['truncate', 'drop'], 'url': ['generalise', 'drop'],
        'free_text': ['drop'], 'behaviour': ['keep'], 'purchase': ['keep'],
        'consent': ['keep'], 'inferred': ['keep'], 'pseudonym': ['keep'],
        'operator': ['keep'], 'none': ['keep'],
    }) }}
{%- endmacro %}

{#- What the var `personal_data` says is done with a class; what cannot be done stops the
    build. -#}
{% macro handling_of(class) -%}
    {%- set allowed = handlings() -%}
    {%- if var('personal_data') is not mapping -%}
        {{ exceptions.raise_compiler_error(
            "personal_data is " ~ var('personal_data')
            ~ "; give what is done by class, as in {ip: drop}."
        ) }}
    {%- endif -%}
    {%- for name, handling in var('personal_data').items() -%}
        {%- if name not in allowed -%}
            {{ exceptions.raise_compiler_error(
                "personal_data: there is no class " ~ name ~ "; there are "
                ~ allowed | join(', ') ~ "."
            ) }}
        {%- elif handling not in allowed[name] -%}
            {{ exceptions.raise_compiler_error(
                "personal_data: " ~ name ~ ": " ~ handling ~ " cannot be done; "
                ~ name ~ " can be: " ~ allowed[name] | join(', ') ~ "."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(var('personal_data').get(class, allowed[class][0])) }}
{%- endmacro %}

{#- The raw columns, in canonical names, that can be dropped, by class. -#}
{% macro droppable_columns() -%}
    {{ return({
        'email': ['email'], 'phone': ['phone'], 'name': ['first_name', 'last_name'],
        'birth_date': ['birth_date'], 'address': ['city', 'postal_code'],
        'user_agent': ['user_agent'], 'ip': ['ip'],
        'url': ['page_url', 'page_path', 'referrer'],
    }) }}
{%- endmacro %}

{% macro dropped_columns() -%}
    {%- set dropped = [] -%}
    {%- for class, columns in droppable_columns().items()
        if handling_of(class) == 'drop' -%}
        {%- do dropped.extend(columns) -%}
    {%- endfor -%}
    {{ return(dropped) }}
{%- endmacro %}

{#- A raw column, or what is made of it; null where its class is dropped. -#}
{% macro unless_dropped(column, expression=none) -%}
    {{ 'cast(null as varchar)' if column in dropped_columns() else expression or column }}
{%- endmacro %}
