"""What a build came to, read from the marts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from habitue.database import opened

if TYPE_CHECKING:
    from pathlib import Path


class SegmentLine(NamedTuple):
    """One segment as people talk about it.

    Attributes:
        name: Segment name.
        customer_count: Customers in it, None where they are too few to tell, or where
            the number would give such a number away; all other numbers are then None.
        customer_share: Their share of all customers, in [0, 1].
        recency_days: Median days since the last activity.
        order_count: Median number of orders.
        revenue: Median revenue, in the currency of the data.
        telling_features: What sets the segment apart, most telling first.
    """

    name: str
    customer_count: int | None
    customer_share: float | None
    recency_days: float | None
    order_count: float | None
    revenue: float | None
    telling_features: list[str]


class SourceLine(NamedTuple):
    """Where the rows of one source went.

    Attributes:
        source: Source name.
        raw_row_count: Rows that came in.
        buckets: Rows per bucket, in the order of the ledger; they add up.
    """

    source: str
    raw_row_count: int
    buckets: dict[str, int]


class Summary(NamedTuple):
    """A build in a few lines.

    Attributes:
        database: The DuckDB file.
        as_of_date: The date that features are computed as of, None without customers.
        customer_count: All customers.
        identified_count: Customers with a user id or an e-mail.
        reason: Why there are as many segments as there are.
        segments: Largest first.
        sources: By name.
    """

    database: Path
    as_of_date: str | None
    customer_count: int
    identified_count: int
    reason: str | None
    segments: list[SegmentLine]
    sources: list[SourceLine]


_SEGMENTS = """
    select
        segment_name, customer_count, customer_share, typical_recency_days,
        typical_order_count, typical_revenue, first_feature, second_feature,
        third_feature
    from marts.segments
    order by customer_count desc nulls last, segment_id
"""
_LEDGER = """
    select source, bucket, any_value(raw_row_count), sum(bucket_row_count)
    from marts.row_ledger
    group by source, bucket
    order by source, case bucket when 'kept' then 0 else 1 end, bucket
"""
_CUSTOMERS = """
    select
        count(*), count(*) filter (where is_identified),
        (select cast(max(as_of_date) as varchar) from marts.customer_features)
    from marts.customers
"""
_REASON = """
    select evidence.reason
    from marts.k_evidence as evidence
    inner join marts.segment_models as fitted using (data_fingerprint)
    where evidence.is_chosen and fitted.is_adopted
    order by fitted.model_version desc
    limit 1
"""


def read_summary(database: Path) -> Summary:
    """Read the summary of the last build.

    Args:
        database: The DuckDB file that was built.

    Raises:
        DatabaseError: If there is no such file, it is being written to, or it holds no
            finished build.
    """
    with opened(database) as connection:
        segments = connection.execute(_SEGMENTS).fetchall()
        ledger = connection.execute(_LEDGER).fetchall()
        customers = connection.execute(_CUSTOMERS).fetchall()[0]
        reasons = connection.execute(_REASON).fetchall()
    return Summary(
        database=database.resolve(),
        as_of_date=customers[2],
        customer_count=customers[0],
        identified_count=customers[1],
        reason=reasons[0][0] if reasons else None,
        segments=[
            SegmentLine._make((*row[:6], [told for told in row[6:] if told]))
            for row in segments
        ],
        sources=_by_source(ledger),
    )


def _by_source(ledger: list[tuple[str, str, int, int]]) -> list[SourceLine]:
    lines: dict[str, SourceLine] = {}
    for source, bucket, raw_row_count, row_count in ledger:
        line = lines.setdefault(source, SourceLine(source, int(raw_row_count), {}))
        line.buckets[bucket] = int(row_count)
    return list(lines.values())
