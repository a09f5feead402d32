{#- The table of tombstones of erased people, or nothing where nobody was ever erased. All
    that erasure adds to a build hangs on it, so a project without tombstones runs the same
    SQL as before. `habitue privacy erase` writes it. -#}
{% macro tombstones() -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {%- set vault = graph.nodes['model.habitue.identifiers'] -%}
    {%- set relation = adapter.get_relation(vault.database, vault.schema, 'tombstones') -%}
    {%- if relation and run_query("select 1 from " ~ relation ~ " limit 1").rows -%}
        {{ return(relation) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- What is left of an identifier that was erased: under the vault's secret, so it outlives
    a rotation of the key. -#}
{% macro tombstone_of(kind, value) -%}
    {{ keyed_hash_of("'erased:' || " ~ kind ~ " || ':' || " ~ value) }}
{%- endmacro %}

{#- Whether an identifier, profile or order has a tombstone. -#}
{% macro has_tombstone(kind, value) -%}
    {{ tombstone_of(kind, value) }} in (
        select tombstones.tombstone from {{ tombstones() }} as tombstones
    )
{%- endmacro %}
