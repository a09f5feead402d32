"""Forecasts of many series and the evidence for them, as rows of one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from habitue.fits import TIME
from habitue.trends.backtest import Forecast, forecast, least_history
from habitue.trends.fitted import MODEL, RATIOS
from habitue.trends.keyed import Keyed, keyed_series, known_fingerprints, table_of
from habitue.trends.series import DAYS, TOLD, what_is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

FORECAST, CANDIDATE = "forecast", "candidate"
_METHOD = "forecast"
FORECAST_COLUMNS = {
    "series_id": "str",
    "data_fingerprint": "str",
    "part": "str",
    "method": "str",
    "status": "str",
    "reason": "str",
    "step": "Int64",
    "expected": "float64",
    "low_80": "float64",
    "high_80": "float64",
    "low_95": "float64",
    "high_95": "float64",
    "mase": "float64",
    "held_out_mase": "float64",
    "coverage_80": "float64",
    "coverage_95": "float64",
    "factor_80": "float64",
    "factor_95": "float64",
    "naive_period": "Int64",
    "origin_count": "Int64",
    "held_out_count": "Int64",
    "tested_count": "Int64",
    "is_chosen": "boolean",
    "period_start_date": TIME,
}


class ForecastSettings(NamedTuple):
    """What is forecast and how.

    Attributes:
        metrics: Metrics that are forecast.
        methods: Candidates besides the seasonal naive.
        horizon_days: Days ahead; of weeks, the whole ones.
        limit: Series that are forecast, at most.
    """

    metrics: Sequence[str]
    methods: Sequence[str]
    horizon_days: int
    limit: int


# Matrices are small: threads would wait for each other far longer than they work.
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator]
def forecast_series_once(
    frame: pd.DataFrame,
    *,
    previous: pd.DataFrame | None,
    settings: ForecastSettings,
) -> pd.DataFrame:
    """Forecast all series that are new, or other than they were.

    Args:
        frame: As for `keyed_series`.
        previous: Rows of earlier forecasts, None for none.
        settings: What is forecast and how.

    Returns:
        FORECAST_COLUMNS: per series, rows of part "forecast", one per period to come;
        of part "candidate", one per candidate, with its backtest; one of part "model",
        with a status in words. None of series that did not change.
    """
    known = known_fingerprints(previous)
    found = keyed_series(frame)
    left_out = _left_out(found, settings)
    parts = []
    for one in found:
        missing = left_out.get(one.series_id) or _missing(one)
        asked = settings.horizon_days, *settings.methods
        fingerprint = one.fingerprint(missing or "", asked if not missing else ())
        if known.get(one.series_id) == fingerprint:
            continue
        rows = _model_row(missing) if missing else _forecast(one, settings)
        parts.append(rows.assign(series_id=one.series_id, data_fingerprint=fingerprint))
    return table_of(parts, FORECAST_COLUMNS)


def _left_out(found: list[Keyed], settings: ForecastSettings) -> dict[str, str]:
    """Series that are not forecast, and why: everybody first, then large segments."""
    sizes: dict[int | None, float] = {}
    for one in found:
        if one.metric == "active_customers" and one.series.grain == "day":
            sizes[one.segment_id] = float(one.series.values.sum())
    wanted = [one for one in found if one.metric in settings.metrics]
    wanted = [one for one in wanted if _missing(one) is None]
    wanted.sort(
        key=lambda one: (
            one.segment_id is not None,
            -sizes.get(one.segment_id, 0.0),
            one.segment_id or 0,
            one.series.grain,
            settings.metrics.index(one.metric),
        )
    )
    beyond = (
        f"beyond the {settings.limit} series that are forecast (forecast_series_limit)"
    )
    reasons = {one.series_id: beyond for one in wanted[settings.limit :]}
    for one in found:
        if one.metric not in settings.metrics:
            reasons[one.series_id] = "not asked for (forecast_metrics)"
    return reasons


def _missing(one: Keyed) -> str | None:
    missing = what_is_missing(one.series)
    least, count = least_history(one.series.grain), len(one.series.values)
    if missing is None and count < least:
        missing = f"too short: {count} of at least {least} {one.series.grain}s"
    return missing


def _model_row(status: str) -> pd.DataFrame:
    return pd.DataFrame({"part": [MODEL], "method": _METHOD, "status": status})


def _forecast(one: Keyed, settings: ForecastSettings) -> pd.DataFrame:
    horizon = settings.horizon_days // DAYS[one.series.grain]
    found = forecast(
        one.series,
        horizon=horizon,
        candidates=settings.methods,
        is_ratio=one.metric in RATIOS,
    )
    [chosen] = [one for one in found.evidence if one.is_chosen]
    rows = pd.DataFrame(
        {
            "part": FORECAST,
            "method": chosen.name,
            "period_start_date": found.dates,
            "step": range(1, horizon + 1),
            "expected": found.expected,
            "low_80": found.low[0],
            "high_80": found.high[0],
            "low_95": found.low[1],
            "high_95": found.high[1],
        }
    )
    candidates = pd.DataFrame(
        [
            {
                "part": CANDIDATE,
                "method": tried.name,
                "status": tried.status,
                "reason": tried.reason,
                "mase": tried.mase,
                "held_out_mase": tried.held_out_mase,
                "coverage_80": tried.coverage[0],
                "coverage_95": tried.coverage[1],
                "factor_80": tried.factors[0],
                "factor_95": tried.factors[1],
                "naive_period": found.period,
                "origin_count": found.origins,
                "held_out_count": found.held_out,
                "tested_count": found.tested,
                "is_chosen": tried.is_chosen,
            }
            for tried in found.evidence
        ]
    )
    return pd.concat([rows, candidates, _model_row(_status(one, found, horizon))])


def _status(one: Keyed, found: Forecast, horizon: int) -> str:
    """Told, and what is to be known before it is believed."""
    notes = [one.note] if one.note else []
    if found.tested < horizon:
        notes.append(f"tested up to {found.tested} {one.series.grain}s ahead")
    if not found.held_out:
        notes.append("too short to hold anything out: tested where it was chosen")
    return "; ".join([TOLD, *notes])
