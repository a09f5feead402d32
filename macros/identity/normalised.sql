{#- What a person says of themselves, and the one spelling it is compared in. -#}
{% macro profile_columns() -%}
    {{ return([
        'email', 'phone', 'first_name', 'last_name', 'birth_date', 'city', 'postal_code',
    ]) }}
{%- endmacro %}

{#- E-mails, names and places in lower case; of phone numbers the digits, of a postal
    code letters and digits. A text that cannot be an e-mail or a phone number is none. -#}
{% macro normalised(kind, column) -%}
    {%- if kind == 'email' -%}
        case when {{ column }} like '%_@_%' then lower({{ column }}) end
    {%- elif kind == 'phone' -%}
        case
            when length({{ digits_of(column) }}) >= 7
                then case
                    when {{ digits_of(column) }} like '00%'
                        then substr({{ digits_of(column) }}, 3)
                    else {{ digits_of(column) }}
                end
        end
    {%- elif kind == 'postal_code' -%}
        nullif(lower(replace(replace({{ column }}, ' ', ''), '-', '')), '')
    {%- else -%}
        lower({{ column }})
    {%- endif -%}
{%- endmacro %}

{#- All of it as one text, in the order of profile_columns. -#}
{% macro profile_text(relation) -%}
    {%- for name in profile_columns() -%}
        coalesce({{ relation }}.{{ name }}, '')
        {%- if not loop.last %} || '|' || {% endif -%}
    {%- endfor -%}
{%- endmacro %}
