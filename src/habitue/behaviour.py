"""What the marts of trends say about one series, or about all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from habitue.database import opened
from habitue.drawing import ForecastPoint, Shift, TrendPoint

if TYPE_CHECKING:
    from pathlib import Path

ALL_CUSTOMERS = "All customers"


class BehaviourError(ValueError):
    """There is nothing of the kind that was asked for."""


class SeriesPicture(NamedTuple):
    """All that is drawn of one series.

    Attributes:
        segment_name: Whose it is.
        points: The past.
        shifts: Level shifts.
        forecast: What is to come, empty where nothing is forecast.
        status: Of the anomalies: told, or why nothing was fitted.
        forecast_status: The same of the forecast.
        method: Of the forecast, None where there is none.
        mase: Its error on held-out days, None where there is none.
        naive_mase: That of the seasonal naive.
    """

    segment_name: str
    points: list[TrendPoint]
    shifts: list[Shift]
    forecast: list[ForecastPoint]
    status: str
    forecast_status: str
    method: str | None
    mase: float | None
    naive_mase: float | None


class SeriesReport(NamedTuple):
    """One line per series.

    Attributes:
        metric: What is told.
        segment_name: Whose.
        grain: day or week.
        statuses: Method → told, or why not.
        change_count: Level shifts.
        anomaly_count: Anomalies.
        method: Of the forecast, None where there is none.
        mase: Its error on held-out days, None where there is none.
        naive_mase: That of the seasonal naive.
    """

    metric: str
    segment_name: str
    grain: str
    statuses: dict[str, str]
    change_count: int
    anomaly_count: int
    method: str | None
    mase: float | None
    naive_mase: float | None


_KEY = "metric = $metric and grain = $grain and segment_name = $segment"
_SERIES = """
    select distinct metric, grain, segment_name
    from marts.behaviour_models
"""
_POINTS = f"""
    select
        anomalies.period_start_date, anomalies.value,
        parts.trend + parts.yearly_season, anomalies.low, anomalies.high,
        anomalies.is_anomaly
    from marts.behaviour_anomalies as anomalies
    inner join marts.behaviour_decomposition as parts
        using (metric, grain, segment_name, period_start_date)
    where {_KEY}
    order by 1
"""  # noqa: S608
_SHIFTS = f"""
    select change_date, relative_size
    from marts.behaviour_changes
    where {_KEY}
    order by 1
"""  # noqa: S608
_FORECASTS = f"""
    select
        period_start_date, expected, low_80, high_80, low_95, high_95,
        method, mase, naive_mase
    from marts.behaviour_forecasts
    where {_KEY}
    order by 1
"""  # noqa: S608
_STATUSES = f"""
    select method, status
    from marts.behaviour_models
    where {_KEY}
"""  # noqa: S608
_REPORTS = """
    select
        models.metric, models.segment_name, models.grain,
        map(list(models.method order by models.method),
            list(models.status order by models.method)) as statuses,
        coalesce(sum(found_count) filter (models.method = 'changes'), 0),
        coalesce(sum(found_count) filter (models.method = 'anomalies'), 0),
        any_value(forecasts.method), any_value(forecasts.mase),
        any_value(forecasts.naive_mase)
    from marts.behaviour_models as models
    left join marts.behaviour_forecasts as forecasts
        on models.metric = forecasts.metric and models.grain = forecasts.grain
        and models.segment_name = forecasts.segment_name and forecasts.step = 1
    group by models.metric, models.segment_name, models.grain, models.segment_id
    order by models.grain, models.segment_id nulls first, models.metric
"""


def read_picture(
    database: Path, *, metric: str, grain: str, segment: str = ALL_CUSTOMERS
) -> SeriesPicture:
    """Read all that is drawn of one series.

    Args:
        database: The DuckDB file that was built.
        metric: One of behaviour_series.
        grain: day or week.
        segment: Name of a segment.

    Raises:
        DatabaseError: If there is no such file, it is being written to, or it holds no
            finished build.
        BehaviourError: If there is no such series, or no value in it.
    """
    key: dict[str, Any] = {"metric": metric, "grain": grain, "segment": segment}
    with opened(database) as connection:
        known = connection.execute(_SERIES).fetchall()
        _require("metric", metric, {row[0] for row in known})
        _require("grain", grain, {row[1] for row in known})
        _require("segment", segment, {row[2] for row in known})
        points = connection.execute(_POINTS, key).fetchall()
        shifts = connection.execute(_SHIFTS, key).fetchall()
        forecast = connection.execute(_FORECASTS, key).fetchall()
        statuses = dict(connection.execute(_STATUSES, key).fetchall())
    found = [TrendPoint._make(row) for row in points]
    if all(one.value is None for one in found):
        raise BehaviourError(
            f"{metric} of {segment} by {grain} has nothing to draw: "
            f"{statuses.get('anomalies', 'no value')}"
        )
    told = forecast[0][6:] if forecast else (None, None, None)
    return SeriesPicture(
        segment_name=segment,
        points=found,
        shifts=[Shift._make(row) for row in shifts],
        forecast=[ForecastPoint._make(row[:6]) for row in forecast],
        status=statuses["anomalies"],
        forecast_status=statuses["forecast"],
        method=told[0],
        mase=told[1],
        naive_mase=told[2],
    )


def read_reports(database: Path) -> list[SeriesReport]:
    """Read what is told of every series, and what is not, days first.

    Raises:
        DatabaseError: As above.
    """
    with opened(database) as connection:
        rows = connection.execute(_REPORTS).fetchall()
    return [SeriesReport._make(row) for row in rows]


def _require(kind: str, name: str, known: set[str]) -> None:
    if name not in known:
        listed = ", ".join(sorted(known)) or "none: there are no customers yet"
        raise BehaviourError(f"there is no {kind} {name!r}; there are: {listed}")
