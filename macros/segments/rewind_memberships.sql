{#- Pre-hooks of the memberships: back to the scoring before this one, in the
    transaction that writes them anew. What was written after it is of the same date,
    of later ones that a build went back from, or of a build that was killed. Scorings
    that are undone leave the log at once: a build that is killed after this must not
    find them there. -#}
{% macro rewind_memberships() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where exists ({{ scorings_before('valid_from') }})
    {%- endif -%}
{%- endmacro %}

{% macro reopen_memberships() -%}
    {%- if is_incremental() -%}
        update {{ this }}
        set valid_to = null, is_current = true
        where valid_to is not null and exists ({{ scorings_before('valid_to') }})
    {%- endif -%}
{%- endmacro %}

{% macro undo_scorings() -%}
    {%- set log = relation_of('int_scorings__logged') -%}
    {%- if log -%}
        delete from {{ log }}
        where exists ({{ scorings_before('as_of_date', log.identifier) }})
    {%- endif -%}
{%- endmacro %}

{#- The scoring before this build's, if it lies before a date of the relation, or
    there is none. -#}
{% macro scorings_before(date, relation=this.identifier) -%}
    select 1
    from {{ ref('int_scorings__recalled') }} as scorings
    where
        scorings.last_as_of_date is null
        or {{ relation }}.{{ date }} > scorings.last_as_of_date
{%- endmacro %}

{#- Pre-hook of what is only added to: of whom the vault knows nothing any more. -#}
{% macro forget_unknown_members(column='customer_id') -%}
    {%- if is_incremental() and is_anything_limited() -%}
        delete from {{ this }}
        where {{ column }} not in (
            select known.pseudonym from {{ ref('identifiers') }} as known
        )
    {%- endif -%}
{%- endmacro %}
