"""What the marts say about anomalies, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from habitue.anomalies.errors import AnomalyError
from habitue.database import opened
from habitue.drawing import Point

if TYPE_CHECKING:
    from pathlib import Path

USUAL = "no anomaly"


class Anomaly(NamedTuple):
    """A customer who is unlike the others.

    Attributes:
        customer_id: The pseudonym.
        kind: What it may be.
        agreement: both, forest only, density only, or neither.
        score: Of the forest, in (0, 1).
        score_percentile: Percent of the customers whose score is no higher.
        is_anomaly: Whether it is one, or only among the most unusual.
        reasons: The features that set it apart, in words.
    """

    customer_id: str
    kind: str | None
    agreement: str
    score: float
    score_percentile: float
    is_anomaly: bool
    reasons: list[str]


class Level(NamedTuple):
    """How many anomalies a method finds among customers.

    Attributes:
        method: Isolation Forest or DBSCAN.
        status: fitted, or why not.
        contamination: Estimated share, None where nothing is fitted.
        low: Lower limit of its interval.
        high: Upper limit.
        scored_count: Customers scored.
        flagged_count: Customers called anomalous.
    """

    method: str
    status: str
    contamination: float | None
    low: float | None
    high: float | None
    scored_count: int
    flagged_count: int


class Anomalies(NamedTuple):
    """Those that were asked for, and how many there are.

    Attributes:
        customers: The most unusual first.
        levels: One per method.
    """

    customers: list[Anomaly]
    levels: list[Level]


_CUSTOMERS = """
    select
        cast(customer_id as varchar), kind, agreement, score, score_percentile,
        is_anomaly, first_reason, second_reason, third_reason
    from marts.customer_anomalies
    where score is not null and (is_anomaly or $top is not null)
        and ($kind is null or lower(kind) = lower($kind))
    order by score desc, customer_id
    limit coalesce($top, 9223372036854775807)
"""
_KINDS = """
    select distinct kind from marts.customer_anomalies
    where kind is not null
    order by kind
"""
_LEVELS = """
    select
        method, status, contamination, contamination_low, contamination_high,
        scored_count, flagged_count
    from marts.anomaly_models
    where subject = 'customer'
    order by method desc
"""
_MAP = """
    with kinds as (
        select kind, row_number() over (order by kind) as place
        from (select distinct kind from marts.customer_anomalies where is_anomaly)
    )

    select
        x, y, case when is_anomaly then place else 0 end,
        case when is_anomaly then map.kind else $usual end
    from marts.anomaly_map as map
    left join kinds on map.kind = kinds.kind
    where method = $method
    order by customer_id
"""


def read_anomalies(
    database: Path, *, kind: str | None = None, top: int | None = None
) -> Anomalies:
    """Read who is an anomaly and why.

    Args:
        database: The DuckDB file that was built.
        kind: Only those that may be of this kind.
        top: As many customers as this with the highest scores, anomalies or not; None
            for all anomalies.

    Raises:
        DatabaseError: If there is no such file, it is being written to, or it holds no
            finished build.
        AnomalyError: If nobody is of this kind.
    """
    with opened(database) as connection:
        kinds = [name for (name,) in connection.execute(_KINDS).fetchall()]
        if kind is not None and kind.lower() not in [name.lower() for name in kinds]:
            raise AnomalyError(
                f"nobody is {kind!r}; there is: {', '.join(kinds) or 'nobody at all'}"
            )
        rows = connection.execute(_CUSTOMERS, {"kind": kind, "top": top}).fetchall()
        levels = connection.execute(_LEVELS).fetchall()
    return Anomalies(
        [
            Anomaly._make((*row[:6], [one for one in row[6:] if one is not None]))
            for row in rows
        ],
        [Level._make(row) for row in levels],
    )


def read_anomaly_map(database: Path, *, method: str) -> list[Point]:
    """Read the customers on a map: 0 for those that are no anomalies, else the kind.

    Args:
        database: The DuckDB file that was built.
        method: Which map.

    Raises:
        DatabaseError: If there is no such file, it is being written to, or it holds no
            finished build.
        AnomalyError: If there is no map by this method.
    """
    with opened(database) as connection:
        rows = connection.execute(_MAP, {"method": method, "usual": USUAL}).fetchall()
    if not rows:
        raise AnomalyError(
            f"there is no map by {method}: name it in map_methods, set "
            "anomaly_map_sample_size above 0 and run `dbt build`"
        )
    return [Point._make(row) for row in rows]
