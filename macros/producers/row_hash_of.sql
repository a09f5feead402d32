{#- What stands in for a missing id: a hash of everything the row says, so that the same
    row delivered twice is still the same row. -#}
{% macro row_hash_of(kind, prefix='') -%}
    'row-' || md5(
        {%- for name in canonical_columns(kind) %}
        coalesce(cast({{ prefix }}{{ name }} as varchar), '~')
        {%- if not loop.last %} || '|' ||{% endif %}
        {%- endfor %}
    )
{%- endmacro %}
