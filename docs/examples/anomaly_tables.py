"""Print how many anomalies there are, of which kinds, and who, as Markdown.

Customers are named by what the vault knows of them, which is right for public data and
for nothing else: `habitue anomalies list` tells pseudonyms.

Usage: python anomaly_tables.py habitue.duckdb [customer ...]
"""

import sys

import duckdb

LEVELS = """
    select subject, method, status,
        format('{:,}', scored_count) as scored,
        format('{:,}', flagged_count) as flagged,
        format('{:.2f} % [{:.2f}, {:.2f}]', 100 * contamination,
            100 * contamination_low, 100 * contamination_high) as "estimated share",
        format('{:.0f} %', 100 * ordinary_share) as "of them ordinary"
    from marts.anomaly_models
    order by subject, method desc
"""
KINDS = """
    select kind, format('{:,}', count(*)) as customers,
        format('{:,}', count(*) filter (where agreement = 'both')) as both,
        format('{:,}', count(*) filter (where agreement = 'forest only'))
            as "forest only",
        format('{:,}', count(*) filter (where agreement = 'density only'))
            as "density only"
    from marts.customer_anomalies
    where is_anomaly
    group by kind
    order by count(*) desc, kind
"""
CUSTOMERS = """
    select names.raw_value as customer, kind, agreement as "found by",
        format('{:.2f}', score) as score,
        concat_ws('; ', first_reason, second_reason, third_reason) as why
    from marts.customer_anomalies as anomalies
    inner join intermediate.int_identity__components using (customer_id)
    inner join vault.identifiers as names using (pseudonym)
    where names.identifier_kind = 'user_id'
        and (is_anomaly or len($wanted) > 0)
        and (len($wanted) = 0 or list_contains($wanted, names.raw_value))
    order by anomalies.score desc, names.raw_value
    limit 20
"""

with duckdb.connect(sys.argv[1], read_only=True) as connection:
    for sql in (LEVELS, KINDS, CUSTOMERS):
        options = {"wanted": sys.argv[2:]} if sql is CUSTOMERS else {}
        found = connection.execute(sql, options)
        header = [column[0] for column in found.description]
        for line in (header, ["---"] * len(header), *found.fetchall()):
            sys.stdout.write("| " + " | ".join(cell or "" for cell in line) + " |\n")
        sys.stdout.write("\n")
