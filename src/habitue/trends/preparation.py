"""What is done to a history before it is forecast, the same at every origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.trends.candidates import SEASONAL_NAIVE
from habitue.trends.decomposition import decompose, fit_yearly_season
from habitue.trends.scales import Scale, choose_scale, robust_spread, to_scale
from habitue.trends.series import DAYS, TWO_YEARS

if TYPE_CHECKING:
    from habitue.trends.candidates import Candidate
    from habitue.trends.series import Dates, Floats, Series
    from habitue.trends.state_space import Outlook

_OUTLIER = 4.0
_WEEKS_OF_YEAR = 52
# Outliers are told from a season that was seen three times, or from so many points.
_LEAST_TO_CLEAN = 21
# What lies further back says little about what is next, and costs time.
MOST_HISTORY = 1100


class Setup(NamedTuple):
    """How a series is prepared.

    Attributes:
        grain: day or week.
        period: Points of the season of models, 1 for none.
        naive_period: Points of the season that the seasonal naive repeats.
        scale: What models are fitted on.
        has_year: Whether the season of the year is set apart: the first origin knows
            two years.
    """

    grain: str
    period: int
    naive_period: int
    scale: Scale
    has_year: bool

    def period_of(self, name: str) -> int:
        """Points of the season that a candidate knows."""
        return self.naive_period if name == SEASONAL_NAIVE else self.period


def set_up(series: Series, values: Floats, *, first: int, is_ratio: bool) -> Setup:
    """Decide how a series is prepared.

    Args:
        series: The series.
        values: Its values, without gaps.
        first: Points that the first origin knows.
        is_ratio: Whether values are shares.
    """
    knows_years = first * DAYS[series.grain] >= TWO_YEARS
    is_weekly = series.grain == "week"
    return Setup(
        grain=series.grain,
        period=series.period,
        naive_period=_WEEKS_OF_YEAR if is_weekly and knows_years else series.period,
        # What can be transformed is known of all points, what should be of the first.
        scale=choose_scale(
            values[:first] if values.min() > 0 else values,
            period=series.period,
            is_ratio=is_ratio,
        ),
        has_year=knows_years,
    )


class History(NamedTuple):
    """What a candidate gets to see.

    Attributes:
        values: (n,), on the scale.
        dates: (n,).
        yearly: What the time of the year adds to each point ahead, shape (horizon,).
    """

    values: Floats
    dates: Dates
    yearly: Floats


def prepare(
    setup: Setup, values: Floats, dates: Dates, *, horizon: int, is_naive: bool
) -> History:
    """A history as candidates get it.

    Args:
        setup: How it is prepared.
        values: (n,), without gaps.
        dates: (n,), its dates.
        horizon: Points ahead that are asked for.
        is_naive: Whether it is for the seasonal naive, which gets it as it is.
    """
    scaled = to_scale(values, setup.scale)
    yearly = np.zeros(horizon)
    if is_naive:
        return History(scaled, dates, yearly)
    scaled, dates = scaled[-MOST_HISTORY:], dates[-MOST_HISTORY:]
    if setup.has_year:
        season = fit_yearly_season(
            scaled, dates, grain=setup.grain, steps=np.zeros(len(scaled))
        )
        step = DAYS[setup.grain]
        yearly = season.at(dates[-1] + step * np.arange(1, horizon + 1))
        scaled = scaled - season.at(dates)
    clean = without_far_points(scaled, period=setup.period)
    return History(clean, dates, yearly)


def ask(
    candidate: Candidate, history: History, *, horizon: int, is_fitted: bool
) -> Outlook:
    """What a candidate says of the points after a history, on the scale.

    Args:
        candidate: The candidate.
        history: What it gets to see.
        horizon: Points ahead.
        is_fitted: Whether an earlier fit is kept.
    """
    if not is_fitted:
        candidate.fit(history.values, history.dates)
    outlook = candidate.ahead(history.values, history.dates, horizon=horizon)
    return outlook._replace(expected=outlook.expected + history.yearly)


def without_far_points(values: Floats, *, period: int) -> Floats:
    """Values with outliers replaced by trend and season as robust STL sees them.

    Only what came before the origin is looked at, so that nothing leaks. A level that
    has shifted is no outlier: the trend follows it.
    """
    if len(values) < max(_LEAST_TO_CLEAN, 3 * period):
        return values
    parts = decompose(values, period=period, robust=True, is_quick=True)
    spread = robust_spread(parts.remainder)
    is_far = np.abs(parts.remainder) > _OUTLIER * spread
    return np.where(is_far & (spread > 0), values - parts.remainder, values)
