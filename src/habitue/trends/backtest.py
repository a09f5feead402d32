"""How wrong forecasts were where the answer is known, and which one to take."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

from habitue.trends.candidates import (
    CANDIDATES,
    SEASONAL_NAIVE,
    new_candidate,
    what_candidate_lacks,
)
from habitue.trends.preparation import History, Setup, ask, prepare, set_up
from habitue.trends.scales import from_scale, to_scale
from habitue.trends.series import DAYS, filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.trends.series import Dates, Floats, Series

LEVELS = (0.8, 0.95)
MOST_ORIGINS = 8
# Of the origins, the later ones are held out: nothing is chosen or scaled on them.
HELD_OUT = 3
# How much better than a simpler one a candidate must be.
_LEAD = 0.01
_LEAST_FACTOR, _MOST_FACTOR = 0.5, 4.0
_LEAST_HISTORY = {"day": 42, "week": 20}
_CHOSEN = "smallest error where it was chosen"


class Evidence(NamedTuple):
    """How one candidate did.

    Attributes:
        name: The candidate.
        status: told, or why it was not tried.
        mase: Mean absolute error of the origins it is chosen on, in units of the
            seasonal naive's error one step ahead within the history.
        held_out_mase: The same of the origins that are held out.
        coverage: Share of held-out values in the 80 % and the 95 % interval; scaled on
            the other origins.
        factors: What the model's own errors are multiplied by.
        is_chosen: Whether this is the one that is taken.
        reason: Why, or why not.
    """

    name: str
    status: str
    mase: float
    held_out_mase: float
    coverage: tuple[float, float]
    factors: tuple[float, float]
    is_chosen: bool
    reason: str


class Forecast(NamedTuple):
    """What is to come and how good that was before; arrays have shape (horizon,).

    Attributes:
        dates: Days or Mondays.
        expected: Medians: it is as likely to be more as to be less.
        low: Lower ends of the 80 % and the 95 % interval, shape (2, horizon).
        high: Upper ends.
        evidence: Of every candidate.
        period: Points of the season that the seasonal naive repeats, 1 for none.
        origins: Backtests made.
        held_out: How many of them are held out.
        tested: Points ahead that were tested.
    """

    dates: Dates
    expected: Floats
    low: Floats
    high: Floats
    evidence: list[Evidence]
    period: int
    origins: int
    held_out: int
    tested: int


class _Tested(NamedTuple):
    """One candidate at every origin.

    Attributes:
        mase: Mean absolute error in units of the naive's, shape (origins,).
        deviations: Errors over the standard errors that the model tells, on its scale,
            shape (origins, tested).
    """

    mase: Floats
    deviations: Floats


def least_history(grain: str) -> int:
    """Points that a forecast needs."""
    return _LEAST_HISTORY[grain]


def forecast(
    series: Series,
    *,
    horizon: int,
    candidates: Sequence[str],
    is_ratio: bool = False,
) -> Forecast:
    """Choose a candidate on a rolling backtest and forecast with it.

    Args:
        series: With at least `least_history` points and something to find in it.
        horizon: Points to come.
        candidates: Some of CANDIDATES; the seasonal naive is always among them.
        is_ratio: Whether values are shares.

    Returns:
        The forecast. From up to eight origins in the later half of the history the next
        points are forecast with what was known then. The candidate with the smallest
        error from the earlier origins is taken, and its intervals are made as wide
        there as the errors ask for. The last three origins, on days that come after
        all of that, tell how good it is. The intervals that are returned are as wide as
        the errors of all origins ask for.

    Assumptions:
        The future is like the later half of the past. Errors of overlapping backtests
        are alike, so that a measured coverage is itself uncertain.

    References:
        Hyndman and Koehler (2006), Another look at measures of forecast accuracy.
        Tashman (2000), Out-of-sample tests of forecasting accuracy.
        Lei et al. (2018), Distribution-free predictive inference for regression.
    """
    values = filled(series.values, series.period)
    tested = min(horizon, len(values) // 6)
    origins, held_out = _origins(len(values), tested)
    setup = set_up(series, values, first=origins[0], is_ratio=is_ratio)
    names = [one for one in CANDIDATES if one == SEASONAL_NAIVE or one in candidates]
    lacking = {name: what_candidate_lacks(name) for name in names}
    kinds = (True, False) if len(names) > 1 else (True,)
    histories = {
        is_naive: [
            prepare(
                setup,
                values[:origin],
                series.dates[:origin],
                horizon=horizon if origin == len(values) else tested,
                is_naive=is_naive,
            )
            for origin in (*origins, len(values))
        ]
        for is_naive in kinds
    }
    tried = {
        name: _backtest(
            series,
            setup,
            name,
            origins,
            histories[name == SEASONAL_NAIVE],
            tested=tested,
            held_out=held_out,
        )
        for name in names
        if lacking[name] is None
    }
    chosen = _choose(tried, held_out)
    evidence = [
        _untried(name, lack)
        if (lack := lacking[name])
        else _judge(name, tried, chosen, held_out)
        for name in names
    ]
    best = new_candidate(chosen, period=setup.period_of(chosen))
    step = DAYS[series.grain]
    dates = series.dates[-1] + step * np.arange(1, horizon + 1)
    outlook = ask(
        best,
        histories[chosen == SEASONAL_NAIVE][-1],
        horizon=horizon,
        is_fitted=False,
    )
    reach = np.outer(
        [
            factor * stats.norm.ppf((1 + level) / 2)
            for factor, level in zip(
                _factors(tried[chosen].deviations), LEVELS, strict=True
            )
        ],
        outlook.errors,
    )
    low, high = (
        from_scale(outlook.expected + side * reach, setup.scale) for side in (-1, 1)
    )
    if is_ratio:
        low, high = np.clip(low, 0, None), np.clip(high, None, 1)
    return Forecast(
        dates=dates,
        expected=from_scale(outlook.expected, setup.scale),
        low=low,
        high=high,
        evidence=evidence,
        period=setup.naive_period,
        origins=len(origins),
        held_out=held_out,
        tested=tested,
    )


def mase_unit(values: Floats, *, period: int) -> float:
    """What errors are told in: the naive's, one season back, within the history."""
    return float(np.mean(np.abs(values[period:] - values[:-period])))


def _origins(count: int, tested: int) -> tuple[list[int], int]:
    """Lengths of the histories that forecasts are made from, and how many are held out.

    No day on which something is chosen comes after the first origin that is held out.
    """
    last, first = count - tested, count // 2
    choosing = MOST_ORIGINS - HELD_OUT
    apart = min(tested, (last - first - tested) // (MOST_ORIGINS - 2))
    if apart < 1:
        apart = max(1, (last - first) // (MOST_ORIGINS - 1))
        number = min(MOST_ORIGINS, (last - first) // apart + 1)
        return [last - apart * place for place in reversed(range(number))], 0
    held = [last - apart * place for place in reversed(range(HELD_OUT))]
    end = held[0] - tested
    return [end - apart * place for place in reversed(range(choosing))] + held, HELD_OUT


def _backtest(
    series: Series,
    setup: Setup,
    name: str,
    origins: Sequence[int],
    histories: Sequence[History],
    *,
    tested: int,
    held_out: int,
) -> _Tested:
    """Forecast from every origin, fitted at the first and at the first held out."""
    candidate = new_candidate(name, period=setup.period_of(name))
    refits = {0, len(origins) - held_out}
    values = filled(series.values, series.period)
    mase, deviations = [], []
    for place, origin in enumerate(origins):
        outlook = ask(
            candidate, histories[place], horizon=tested, is_fitted=place not in refits
        )
        truth = series.values[origin : origin + tested]
        missed = np.abs(truth - from_scale(outlook.expected, setup.scale))
        unit = mase_unit(values[:origin], period=setup.naive_period)
        mase.append(float(np.nanmean(missed)) / unit if unit > 0 else np.nan)
        errors = np.maximum(outlook.errors, 1e-12)
        deviations.append((to_scale(truth, setup.scale) - outlook.expected) / errors)
    return _Tested(np.array(mase), np.array(deviations))


def _choose(tried: dict[str, _Tested], held_out: int) -> str:
    """The first whose error none of the later ones undercuts clearly."""
    chosen = SEASONAL_NAIVE
    for name, one in tried.items():
        if _mean(one.mase, held_out) < (1 - _LEAD) * _mean(
            tried[chosen].mase, held_out
        ):
            chosen = name
    return chosen


def _mean(mase: Floats, held_out: int) -> float:
    return float(np.mean(mase[: len(mase) - held_out]))


def _judge(
    name: str, tried: dict[str, _Tested], chosen: str, held_out: int
) -> Evidence:
    one = tried[name]
    choosing = len(one.mase) - held_out
    factors = _factors(one.deviations[:choosing])
    later = one.deviations[choosing:]
    coverage = [np.nan, np.nan]
    if held_out:
        known = np.abs(later[~np.isnan(later)])
        coverage = [
            float(np.mean(known <= factor * stats.norm.ppf((1 + level) / 2)))
            for factor, level in zip(factors, LEVELS, strict=True)
        ]
    mase = _mean(one.mase, held_out)
    best = _mean(tried[chosen].mase, held_out)
    reason = _CHOSEN
    if name != chosen:
        reason = f"{chosen} has an error of {best:.2f}, this one of {mase:.2f}"
        if mase < best:
            reason += ", which is no clear lead over a simpler one"
    return Evidence(
        name=name,
        status="told",
        mase=mase,
        held_out_mase=float(np.mean(one.mase[choosing:])) if held_out else np.nan,
        coverage=(coverage[0], coverage[1]),
        factors=factors,
        is_chosen=name == chosen,
        reason=reason,
    )


def _untried(name: str, lack: str) -> Evidence:
    nothing = (np.nan, np.nan)
    return Evidence(name, lack, np.nan, np.nan, nothing, nothing, False, lack)  # noqa: FBT003


def _factors(deviations: Floats) -> tuple[float, float]:
    """What a model's own errors must be multiplied by to hold what they promise.

    The quantile of split conformal prediction, a little further out than the level.
    """
    known = np.abs(deviations[~np.isnan(deviations)])
    if not len(known):
        return 1.0, 1.0
    found = []
    for level in LEVELS:
        share = min(1.0, np.ceil((len(known) + 1) * level) / len(known))
        reach = float(np.quantile(known, share, method="higher"))
        factor = reach / float(stats.norm.ppf((1 + level) / 2))
        found.append(float(np.clip(factor, _LEAST_FACTOR, _MOST_FACTOR)))
    return found[0], found[1]
