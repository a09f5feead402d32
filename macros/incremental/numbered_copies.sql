{#- All rows of `relation`, each with its copy number among rows of one identity: what a
    first build holds. Only identities that stand more than once are windowed; the
    arguments are those of undelivered. -#}
{% macro numbered_copies(relation, identity, delivery, given=none) -%}
    {%- set identity_hash = fast_hash(given or identity) -%}
    {%- set is_named = (given or ["''"]) | join(' is not null and ') ~ ' is not null' -%}
with

repeated as (

    select {{ identity_hash }} as identity_hash
    from {{ relation }}
    where {{ is_named }}
    group by 1
    having count(*) > 1

)

select *, 1 as copy_number
from {{ relation }}
where
    {{ is_named }}
    and {{ identity_hash }} not in (select identity_hash from repeated)

union all

select
    *,
    row_number() over (
        partition by {{ identity | join(', ') }} order by {{ delivery | join(', ') }}
    ) as copy_number
from {{ relation }}
where
    not ({{ is_named }})
    or {{ identity_hash }} in (select identity_hash from repeated)
{%- endmacro %}
