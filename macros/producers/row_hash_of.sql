{#- What stands in for a missing id: a keyed hash of everything the row says, so that the
    same row delivered twice is still the same row, and nobody can guess who it is about.
    Not the pseudonym key: when that is rotated, old rows must not become new ones. -#}
{% macro row_hash_of(kind, prefix='') -%}
    {%- set content = [] -%}
    {%- for name in canonical_columns(kind) -%}
        {%- do content.append("coalesce(cast(" ~ prefix ~ name ~ " as varchar), '~')") -%}
    {%- endfor -%}
    'row-' || substr({{ keyed_hash_of(
        "'row:' || md5(" ~ content | join(" || '|' || ") ~ ")"
    ) }}, 1, 32)
{%- endmacro %}
