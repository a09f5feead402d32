{#- A text in which everything that looks like a person is replaced by what it is, as in
    `:email`. One cheap pattern says first whether there is anything to replace. -#}
{% macro generalised(text, kinds=['email', 'ip', 'phone', 'card']) -%}
    {%- set found = {'text': text} -%}
    {%- for kind in kinds -%}
        {%- do found.update({'text': replace_matches(
            found.text, "'" ~ personal_patterns()[kind] ~ "'", "':" ~ kind ~ "'"
        )}) -%}
    {%- endfor -%}
    case
            when length({{ text }}) > 5
                and {{ matches_pattern(text, "'" ~ suspicion(kinds) ~ "'") }}
                then {{ found.text }}
            else {{ text }}
        end
{%- endmacro %}

{#- A path, in which long numbers, keys and tokens are replaced as well. -#}
{% macro generalised_path(path) -%}
    {{ generalised(path, ['email', 'id', 'ip', 'phone', 'card', 'token', 'number']) }}
{%- endmacro %}

{#- What e-mails, addresses of computers, phone numbers, payment cards, UUIDs and tokens
    look like. A phone number has a country code or is written in groups (not those of a
    UUID): a plain number is as likely an id. A token is hexadecimal, or has 20 letters and
    digits on end. -#}
{% macro personal_patterns() -%}
    {%- set octet = '[0-9]{1,3}' -%}
    {%- set hextet = '[0-9A-Fa-f]{1,4}' -%}
    {%- set blank = '(?:[ .-]|%20)' -%}
    {%- set tokens = ['[0-9A-Fa-f]{16,}', '[A-Za-z]{20,}[0-9][A-Za-z0-9]*'] -%}
    {%- for place in range(20) -%}
        {%- do tokens.append(
            '[A-Za-z]{' ~ place ~ '}[0-9][A-Za-z0-9]{' ~ (19 - place) ~ ',}') -%}
    {%- endfor -%}
    {{ return({
        'email': '[^/@[:space:]"<>(),;:]+(?:@|%(?:25)*40)'
            ~ '[^/@[:space:]"<>(),;:]+[.][A-Za-z]{2,}',
        'id': '[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}',
        'ip': '\\b(?:' ~ octet ~ '[.]){3}' ~ octet ~ '\\b'
            ~ '|\\b(?:' ~ hextet ~ ':){7}' ~ hextet ~ '\\b'
            ~ '|\\b(?:' ~ hextet ~ ':){1,6}(?::' ~ hextet ~ '){1,6}\\b'
            ~ '|\\b(?:' ~ hextet ~ ':){2,7}:',
        'phone': '(?:[+]|%2[Bb])[1-9](?:(?:[ ().-]|%20)*[0-9]){7,14}\\b'
            ~ '|\\b00[1-9](?:(?:[ ()]|%20)*[0-9]){7,14}\\b'
            ~ '|(?:[(][0-9]{3}[)]' ~ blank ~ '?|\\b[0-9]{3}' ~ blank ~ ')[0-9]{3,4}'
            ~ blank ~ '[0-9]{4}\\b'
            ~ '|\\b[0-9]{4,5}' ~ blank ~ '[0-9]{3}' ~ blank ~ '[0-9]{3,4}\\b'
            ~ '|\\b0[1-9](?:' ~ blank ~ '[0-9]{2}){4}\\b'
            ~ '|\\b0[1-9][0-9]{1,4}(?:[ -]|%20)[0-9]{5,8}\\b',
        'card': '\\b[2-6][0-9]{3}(?:' ~ blank ~ '[0-9]{4}){2}' ~ blank ~ '[0-9]{1,7}\\b'
            ~ '|\\b3[47][0-9]{2}' ~ blank ~ '?[0-9]{6}' ~ blank ~ '?[0-9]{5}\\b'
            ~ '|\\b[2-6][0-9]{15}\\b',
        'token': tokens | join('|'),
        'number': '[0-9]{9,}',
    }) }}
{%- endmacro %}

{#- What a text must hold for any of these kinds to be in it. -#}
{% macro suspicion(kinds) -%}
    {%- set signs = {
        'email': '@|%(?:25)*40',
        'ip': '[0-9][.][0-9]{1,3}[.]|[0-9A-Fa-f]:[0-9A-Fa-f]{0,4}:',
        'phone': '[0-9](?:[0-9 ().-]|%20){6}',
        'token': '[A-Za-z0-9]{16}',
        'id': '-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-',
    } -%}
    {{ return(signs.items() | selectattr(0, 'in', kinds) | map('last') | join('|')) }}
{%- endmacro %}

{#- Numbers that can be a payment card by length and first digit. Whether they are one, the
    check digit says. -#}
{% macro card_numbers() -%}
    {{ return('\\b[3-6][0-9]{3}(?:[ -]?[0-9]{4}){2}[ -]?[0-9]{1,7}\\b'
        ~ '|\\b2[2-7][0-9]{2}(?:[ -]?[0-9]{4}){3}\\b'
        ~ '|\\b3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}\\b') }}
{%- endmacro %}

{#- The texts of an event that a producer fills as it likes, with what is looked for in
    each: an id of a product is often a long number. -#}
{% macro general_columns() -%}
    {%- set columns = {'product_id': ['email']} -%}
    {%- for name in ['utm_source', 'utm_medium', 'utm_campaign', 'category',
        'feature_name', 'experiment_id', 'experiment_arm', 'region'] -%}
        {%- do columns.update({name: ['email', 'ip', 'phone', 'card']}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
