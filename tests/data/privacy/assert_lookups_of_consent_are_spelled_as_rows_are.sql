-- Rows are compared with the lookups in one spelling: a rule that is spelled otherwise
-- would never be found, and nobody would notice.
select
    'consent_purposes' as lookup,
    name as entry
from {{ ref('consent_purposes') }}
where name != {{ event_name_of('name') }}
union all
select
    'consent_defaults' as lookup,
    region as entry
from {{ ref('consent_defaults') }}
where region != upper(trim(region))
union all
select
    'opt_out_signals' as lookup,
    signal as entry
from {{ ref('opt_out_signals') }}
where signal != lower(trim(signal))
