"""Components, anomalies and level shifts of all series, as rows of one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from habitue.fits import TIME
from habitue.trends.analysis import Analysis, analyse, can_change, natural_levels
from habitue.trends.changes import LEAST_SPELL, SPELLS, interval_of
from habitue.trends.decomposition import seasonal_strength, trend_strength
from habitue.trends.keyed import Keyed, keyed_series, known_fingerprints, table_of
from habitue.trends.scales import from_scale
from habitue.trends.series import CONSTANT, ONLY_ZEROS, TOLD, what_is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

POINT, CHANGE, MODEL = "point", "change", "model"
RATIOS = ("conversion",)
FIT_COLUMNS = {
    "series_id": "str",
    "data_fingerprint": "str",
    "part": "str",
    "method": "str",
    "status": "str",
    "scale": "str",
    "trend": "float64",
    "weekly_season": "float64",
    "yearly_season": "float64",
    "remainder": "float64",
    "expected": "float64",
    "low": "float64",
    "high": "float64",
    "score": "float64",
    "level_before": "float64",
    "level_after": "float64",
    "size_low": "float64",
    "size_high": "float64",
    "lead": "float64",
    "trend_strength": "float64",
    "weekly_strength": "float64",
    "yearly_strength": "float64",
    "found_count": "Int64",
    "is_anomaly": "boolean",
    "period_start_date": TIME,
    "first_date": TIME,
    "last_date": TIME,
}


# Matrices are small: threads would wait for each other far longer than they work.
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator]
def fit_series_once(
    frame: pd.DataFrame, *, previous: pd.DataFrame | None
) -> pd.DataFrame:
    """Fit all series that are new, or other than they were.

    Args:
        frame: As for `keyed_series`.
        previous: Rows of earlier fits, None for none.

    Returns:
        FIT_COLUMNS: per series, rows of part "point", one per point from its first
        number to its last; of part "change", one per level shift; of part "model", one
        per method, with a status in words. None of series that did not change.
    """
    known = known_fingerprints(previous)
    shift_days = _kept_shifts(previous)
    parts = []
    for one in keyed_series(frame):
        # A week shifts with its days, so they belong to what it is made from.
        days = shift_days.get(one.day_id, []) if one.series.grain == "week" else []
        fingerprint = one.fingerprint([str(day) for day in days])
        if known.get(one.series_id) == fingerprint:
            continue
        rows = _fit(one, days)
        parts.append(rows.assign(series_id=one.series_id, data_fingerprint=fingerprint))
        shifts = rows.loc[rows["part"] == CHANGE, "period_start_date"]
        shift_days[one.series_id] = list(shifts.to_numpy(dtype="datetime64[D]"))
    return table_of(parts, FIT_COLUMNS)


def _kept_shifts(previous: pd.DataFrame | None) -> dict[str, list[np.datetime64]]:
    if previous is None:
        return {}
    changes = previous[previous["part"] == CHANGE].sort_values("period_start_date")
    return {
        str(series_id): list(rows.to_numpy(dtype="datetime64[D]"))
        for series_id, rows in changes.groupby("series_id")["period_start_date"]
    }


def _fit(one: Keyed, days: Sequence[np.datetime64]) -> pd.DataFrame:
    missing = what_is_missing(one.series)
    if missing is not None:
        return _unfitted(one, missing)
    found = analyse(one.series, is_ratio=one.metric in RATIOS, known=days)
    parts = found.components
    points = pd.DataFrame(
        {
            "part": POINT,
            "period_start_date": one.series.dates,
            "trend": parts.trend,
            "weekly_season": parts.weekly,
            "yearly_season": parts.yearly,
            "remainder": one.series.values - parts.trend - parts.weekly - parts.yearly,
            "expected": found.expectation.expected,
            "low": found.expectation.low,
            "high": found.expectation.high,
            "score": found.expectation.scores,
            "is_anomaly": found.expectation.is_anomaly,
        }
    )
    changes = pd.DataFrame([_change(one, found, place) for place in _places(found)])
    return pd.concat([points, changes, _models(one, found)])


def _places(found: Analysis) -> range:
    return range(len(found.shifts))


def _change(one: Keyed, found: Analysis, place: int) -> dict[str, Any]:
    shift, dates = found.shifts[place], one.series.dates
    before, after = natural_levels(shift, found.scale)
    # The error of the size is that of the level after, if the one before is given.
    low, high = from_scale(shift.before + np.array(interval_of(shift)), found.scale)
    return {
        "part": CHANGE,
        "period_start_date": dates[shift.place],
        "first_date": dates[shift.first_place],
        "last_date": dates[shift.last_place],
        "level_before": before,
        "level_after": after,
        "size_low": low - before,
        "size_high": high - before,
        "lead": shift.lead,
    }


def _models(one: Keyed, found: Analysis) -> pd.DataFrame:
    parts, told = found.components, one.note or TOLD
    has_week, has_year = one.series.period > 1, one.series.has_two_years
    least = SPELLS * LEAST_SPELL[one.series.grain]
    changes = (
        told
        if can_change(one.series)
        else f"too short: {len(one.series.values)} of at least {least} "
        f"{one.series.grain}s"
    )
    rows = [
        {
            "method": "decomposition",
            "status": told,
            "trend_strength": trend_strength(parts),
            "weekly_strength": seasonal_strength(parts.weekly, parts.remainder)
            if has_week
            else np.nan,
            "yearly_strength": seasonal_strength(parts.yearly, parts.remainder)
            if has_year
            else np.nan,
        },
        {
            "method": "changes",
            "status": changes,
            "scale": found.scale.value,
            "found_count": len(found.shifts),
        },
        {
            "method": "anomalies",
            "status": told,
            "scale": found.scale.value,
            "found_count": int(found.expectation.is_anomaly.sum()),
        },
    ]
    return pd.DataFrame(rows).assign(part=MODEL)


def _unfitted(one: Keyed, missing: str) -> pd.DataFrame:
    """Rows that say why there is nothing; a constant is its own trend."""
    values = one.series.values
    points = pd.DataFrame({"period_start_date": one.series.dates}).assign(part=POINT)
    if missing in (CONSTANT, ONLY_ZEROS):
        level = float(np.nanmedian(values))
        points = points.assign(trend=level, expected=level, low=level, high=level)
        points = points.assign(weekly_season=0.0, yearly_season=0.0, is_anomaly=False)
        points = points.assign(remainder=values - level)
    models = pd.DataFrame(
        {"method": ["decomposition", "changes", "anomalies"], "status": missing}
    )
    return pd.concat([points, models.assign(part=MODEL)])
