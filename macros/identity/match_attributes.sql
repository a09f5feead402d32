{#- What identity rules may compare: columns of the vault's profiles, and parts of them.
    Each is null where it is not given. Birth dates are eight digits, year first. -#}
{% macro match_attributes() -%}
    {{ return({
        'email': 'email',
        'phone': 'phone',
        'first_name': 'first_name',
        'last_name': 'last_name',
        'birth_date': 'birth_date',
        'city': 'city',
        'postal_code': 'postal_code',
        'email_local_part': "substr(email, 1, position('@' in email) - 1)",
        'first_initial': 'substr(first_name, 1, 1)',
        'last_initial': 'substr(last_name, 1, 1)',
        'first_name_start': 'substr(first_name, 1, 3)',
        'last_name_start': 'substr(last_name, 1, 3)',
        'full_name': "case when first_name <= last_name "
            ~ "then first_name || ' ' || last_name "
            ~ "when first_name > last_name then last_name || ' ' || first_name end",
        'birth_year': 'substr(birth_date, 1, 4)',
        'birth_year_month': 'substr(birth_date, 1, 6)',
        'birth_month_day': 'substr(birth_date, 5, 4)',
    }) }}
{%- endmacro %}

{#- Eight digits, year first, from a birth date as it was sent; null where the text has
    another order: the parts of such a date cannot be told apart. -#}
{% macro birth_digits(column) -%}
    {%- set digits = digits_of('substr(' ~ column ~ ', 1, 10)') -%}
    case
        when
            length({{ digits }}) = 8
            and substr({{ digits }}, 5, 2) between '01' and '12'
            and substr({{ digits }}, 7, 2) between '01' and '31'
            then {{ digits }}
    end
{%- endmacro %}
