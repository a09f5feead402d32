-- Two identifiers behind one pseudonym would melt two people into one, for good.
select
    pseudonym,
    count(*) as identifier_count
from {{ ref('identifiers') }}
group by 1
having count(*) > 1
