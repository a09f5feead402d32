"""Print the RFM segments of a date, and where their customers came from, as Markdown.

Usage: python rfm_tables.py habitue.duckdb [as-of date, else the latest]
"""

import sys

import duckdb

LATEST = "select cast(max(as_of_date) as varchar) from marts.rfm_segments"
SEGMENTS = """
    select
        rfm_segment as segment,
        format('{:,}', customer_count) as customers,
        format('{:.1f} %', 100 * customer_share) as share,
        format('{:,}', order_count) as orders,
        format('{:,}', cast(round(revenue) as bigint)) as revenue,
        format('{:.1f} %', 100 * revenue_share) as "of revenue",
        format('{:.0f} d', typical_recency_days) as recency,
        format('{:.0f}', typical_order_count) as "orders (median)",
        format('{:,.0f}', typical_revenue) as "revenue (median)"
    from marts.rfm_segments
    where as_of_date = ?
    order by priority nulls last
"""
MIGRATIONS = """
    select from_segment, to_segment, format('{:,}', customer_count),
        cast(previous_as_of_date as varchar)
    from marts.rfm_migrations
    where as_of_date = ?
"""


def print_table(header: list[str], rows: list[list[str]]) -> None:
    """Print Markdown; what is not there stays empty."""
    for line in (header, ["---"] * len(header), *rows):
        sys.stdout.write("| " + " | ".join(cell or "" for cell in line) + " |\n")


database, *dates = sys.argv[1:]
with duckdb.connect(database, read_only=True) as connection:
    as_of = dates[0] if dates else connection.execute(LATEST).fetchall()[0][0]
    segments = connection.execute(SEGMENTS, [as_of])
    header = [column[0] for column in segments.description]
    rows = segments.fetchall()
    moves = connection.execute(MIGRATIONS, [as_of]).fetchall()

sys.stdout.write(f"RFM segments as of {as_of}\n\n")
print_table(header, rows)
if moves:
    names = [row[0] for row in rows]
    counts = {move[:2]: move[2] for move in moves}
    sys.stdout.write(f"\nFrom {moves[0][3]} (rows) to {as_of} (columns)\n\n")
    print_table(
        ["", *names],
        [
            [before, *(counts.get((before, after)) for after in names)]
            for before in ["No order yet", *names]
        ],
    )
