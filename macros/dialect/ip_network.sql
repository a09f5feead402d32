{#- The network of an IP address: the first 24 bits of IPv4, the first 48 of IPv6, like
    203.0.113.0/24; null where the text is no address. An address may have a port, brackets
    or a zone, and be the first of a list (X-Forwarded-For). -#}
{% macro ip_network(text) -%}
    {{ return(adapter.dispatch('ip_network', 'habitue')(text)) }}
{%- endmacro %}

{% macro default__ip_network(text) -%}
    {{ exceptions.raise_compiler_error('ip_network is not written for ' ~ target.type) }}
{%- endmacro %}

{#- list_transform over one element names a step, so that it is not written out again. -#}
{% macro duckdb__ip_network(text) -%}
    {%- set octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])' -%}
    {%- set start, end = '^[[:space:]]*', '[[:space:]]*(?:,|$)' -%}
    {%- set ipv4 = "regexp_extract(" ~ text ~ ", '" ~ start ~ "((?:" ~ octet ~ "[.]){3})"
        ~ octet ~ "(?::[0-9]{1,5})?" ~ end ~ "', 1)" -%}
    case
        when {{ text }} is null then null
        when {{ ipv4 }} != '' then {{ ipv4 }} || '0/24'
        when contains({{ text }}, ':') then list_transform(
            [lower(
                regexp_extract({{ text }},
                    '{{ start }}([0-9A-Fa-f:.]+)(?:%[^,/[:space:]]+)?{{ end }}', 1)
                || regexp_extract({{ text }}, '{{ start }}[[]([0-9A-Fa-f:.]+)'
                    || '(?:%[^],/[:space:]]+)?[]](?::[0-9]{1,5})?{{ end }}', 1)
            )],
            lambda address: list_transform(
                [{{ spelt_out(hexadecimal_tail('address')) }}],
                lambda hextets: {{ network_of_hextets('hextets') }}
            )[1]
        )[1]
    end
{%- endmacro %}

{#- The last two hextets of an IPv6 address may be written as IPv4. -#}
{% macro hexadecimal_tail(address) -%}
    {%- set octet = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])' -%}
    case
        when not contains({{ address }}, '.') then {{ address }}
        when regexp_matches({{ address }}, ':{{ ([octet] * 4) | join("[.]") }}$') then
            regexp_replace({{ address }}, '[^:]*$', '')
            {%- for place in [1, 3] %}
            || {{ "':' || " if place == 3 }}lower(to_hex(
                256 * try_cast(split_part(
                    regexp_extract({{ address }}, '[^:]*$'), '.', {{ place }}) as bigint)
                + try_cast(split_part({{ address }}, '.', {{ place + 1 }}) as bigint)
            ))
            {%- endfor %}
    end
{%- endmacro %}

{#- All eight hextets: :: stands for as many zeros as are missing, one at least. -#}
{% macro spelt_out(address) -%}
    list_transform(
        [{{ address }}],
        lambda short: case
            when not contains(short, '::') then short
            else concat_ws(
                ':',
                nullif(regexp_replace(short, '::.*$', ''), ''),
                '0' || repeat(':0', 7 - len(list_filter(
                    string_split(short, ':'), lambda hextet: hextet != ''))),
                nullif(regexp_replace(short, '^.*?::', ''), '')
            )
        end
    )[1]
{%- endmacro %}

{#- Leading hextets of zeros stay, trailing ones are what :: says. An IPv4 address in the
    clothes of IPv6 (::ffff:0:0/96) is one. -#}
{% macro network_of_hextets(hextets) -%}
    case
        when not regexp_full_match({{ hextets }}, '([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}')
            then null
        when regexp_matches({{ hextets }}, '^(0{1,4}:){5}ffff:') then concat_ws('.',
            {%- for place, divisor in [(7, 256), (7, 1), (8, 256)] %}
            try_cast('0x' || split_part({{ hextets }}, ':', {{ place }}) as bigint)
            // {{ divisor }} % 256
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        ) || '.0/24'
        else regexp_replace(
            concat_ws(':',
                {%- for place in range(1, 4) %}
                coalesce(nullif(ltrim(split_part({{ hextets }}, ':', {{ place }}), '0'), ''), '0')
                {%- if not loop.last %},{% endif %}
                {%- endfor %}
            ), '(^|:)0(:0)*$', '') || '::/48'
    end
{%- endmacro %}
