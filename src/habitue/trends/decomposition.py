"""A series as trend, season of the week, season of the year and remainder."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from statsmodels.nonparametric.smoothers_lowess import lowess
from statsmodels.tsa.seasonal import STL

from habitue.trends.scales import robust_spread
from habitue.trends.series import DAYS

if TYPE_CHECKING:
    from habitue.trends.series import Dates, Floats

SEASONAL_WINDOW = 13
# Of a season that hardly changes: a year of weeks.
STEADY_WINDOW = 51
# Seasons, at least, for STL to say anything.
_LEAST_SEASONS = 2
_TREND_DAYS = 29
_TREND_WEEKS = 13
_CLEANINGS = 2
_DRAWS = 9
_OUTLIER = 4.0
_HUBER = 1.345
_ROUNDS = 8
_THREE_YEARS = 1095


class Components(NamedTuple):
    """The parts of a series; they add up to it. Every array has shape (n,).

    Attributes:
        trend: What is left of the series without seasons and noise.
        weekly: Season of the shorter period, zeros where there is none.
        yearly: Season of the year, zeros where it cannot be told.
        remainder: The rest.
    """

    trend: Floats
    weekly: Floats
    yearly: Floats
    remainder: Floats


def decompose(
    values: Floats,
    *,
    period: int,
    seasonal: int = SEASONAL_WINDOW,
    trend: int | None = None,
    robust: bool = False,
    is_quick: bool = False,
) -> Components:
    """Decompose by STL, or where there is no season by a robust local line.

    Args:
        values: (n,), without gaps.
        period: Points of a season, 1 for none.
        seasonal: Seasons that the smoother of the season looks at, odd.
        trend: Points that the smoother of the trend looks at, odd; None for the
            smallest that does not see the season.
        robust: Whether outliers are kept from the trend and the season.
        is_quick: Whether smoothers are evaluated at every tenth of their window and
            interpolated between, as Cleveland's own program does.

    Raises:
        ValueError: If there are fewer than two seasons.

    References:
        Cleveland, Cleveland, McRae and Terpenning (1990), STL: A seasonal-trend
        decomposition procedure based on loess.
    """
    nothing = np.zeros(len(values))
    if period == 1:
        width = min(1.0, (trend or _TREND_WEEKS) / len(values))
        place = np.arange(len(values), dtype=np.float64)
        level = lowess(
            values, place, frac=width, it=3 if robust else 0, return_sorted=False
        )
        # Where robust weights leave nothing, the smoother has no answer.
        level = np.where(np.isfinite(level), level, values)
        return Components(level, nothing, nothing, values - level)
    if len(values) < _LEAST_SEASONS * period:
        raise ValueError(
            f"{len(values)} points are fewer than {_LEAST_SEASONS} seasons of {period}"
        )
    jumps = {}
    if is_quick:
        low_pass = period + 1 if period % 2 == 0 else period + 2
        windows = {"seasonal": seasonal, "trend": trend or period, "low_pass": low_pass}
        jumps = {f"{name}_jump": 1 + size // 10 for name, size in windows.items()}
    found = STL(
        values,
        period=period,
        seasonal=seasonal,
        trend=trend,
        robust=robust,
        **jumps,
    ).fit()
    level, season = np.asarray(found.trend), np.asarray(found.seasonal)
    return Components(level, season, nothing, values - level - season)


def decompose_calendar(
    values: Floats,
    dates: Dates,
    *,
    grain: str,
    steps: Floats,
    has_year: bool,
) -> Components:
    """Decompose a series of days or weeks whose level shifts are known.

    Args:
        values: (n,), without gaps.
        dates: (n,).
        grain: day or week.
        steps: (n,), the sum of all level shifts up to a date; it is part of the trend,
            which would otherwise take weeks to follow.
        has_year: Whether the season of the year is told apart.
    """
    level = values - steps
    yearly = np.zeros(len(values))
    if has_year:
        yearly = yearly_season(values, dates, grain=grain, steps=steps)
    parts = decompose(
        level - yearly,
        period=7 if grain == "day" else 1,
        trend=_TREND_DAYS if grain == "day" else _TREND_WEEKS,
        robust=True,
    )
    return parts._replace(trend=parts.trend + steps, yearly=yearly)


def decompose_clean(
    values: Floats,
    dates: Dates,
    *,
    grain: str,
    steps: Floats,
    has_year: bool,
) -> Components:
    """The same, for telling what was to be expected: noise stays as large as it is.

    Outliers are found by robust weights and then replaced, and the smoothers see all
    other points alike. Robust weights would follow the points that they like best:
    normal noise comes out with heavy tails.
    """
    level = values - steps
    yearly = np.zeros(len(values))
    if has_year:
        yearly = yearly_season(values, dates, grain=grain, steps=steps)
    level = level - yearly
    period = 7 if grain == "day" else 1
    trend = _TREND_DAYS if grain == "day" else _TREND_WEEKS
    parts = decompose(
        level,
        period=period,
        seasonal=STEADY_WINDOW,
        trend=trend,
        robust=True,
        is_quick=True,
    )
    for _ in range(_CLEANINGS):
        spread = robust_spread(parts.remainder)
        is_far = np.abs(parts.remainder) > _OUTLIER * spread
        clean = np.where(is_far, level - parts.remainder, level)
        parts = decompose(
            clean, period=period, seasonal=STEADY_WINDOW, trend=trend, is_quick=True
        )
        parts = parts._replace(remainder=level - parts.trend - parts.weekly)
    return parts._replace(trend=parts.trend + steps, yearly=yearly)


@cache
def leverage_of(count: int, grain: str) -> float:
    """How much of so many points' noise `decompose_clean` takes for trend or season.

    Measured on normal noise, since STL has no closed form; the same for the same count.
    """
    rng = np.random.default_rng(count)
    taken = []
    for _ in range(_DRAWS):
        noise = rng.normal(size=count)
        parts = decompose(
            noise,
            period=7 if grain == "day" else 1,
            seasonal=STEADY_WINDOW,
            trend=_TREND_DAYS if grain == "day" else _TREND_WEEKS,
            is_quick=True,
        )
        taken.append(1 - float(np.mean(parts.remainder**2) / np.mean(noise**2)))
    return float(np.clip(np.median(taken), 0.0, 0.5))


class YearlySeason(NamedTuple):
    """A season of the year as a few waves.

    Attributes:
        weights: Of cosine and sine of each wave, shape (2 * waves,).
        mean: Of the waves over the dates they were fitted to.
    """

    weights: Floats
    mean: float

    def at(self, dates: Dates) -> Floats:
        """What the time of the year adds at any dates, shape (n,)."""
        return _waves(dates, len(self.weights) // 2) @ self.weights - self.mean


def fit_yearly_season(
    values: Floats, dates: Dates, *, grain: str, steps: Floats
) -> YearlySeason:
    """The season of the year as two waves a year (three from three years on).

    Args:
        values: (n,), without gaps.
        dates: (n,), over two years or more.
        grain: day or week.
        steps: (n,), level shifts; only where they lie counts, not how large they are.

    Returns:
        Waves with a mean of zero. A day's place in its own year counts, so that a leap
        day moves nothing.

    Assumptions:
        A linear trend between level shifts. With two values for each day of the year a
        smoother by day would follow the noise: few waves are what two years can tell.
        What is sharper than a month, as Christmas, is not in them.

    References:
        Hyndman and Athanasopoulos (2021), Forecasting, 7.4, Fourier series.
        Huber (1964), Robust estimation of a location parameter.
    """
    waves = 3 if len(dates) * DAYS[grain] >= _THREE_YEARS else 2
    season = _waves(dates, waves)
    others = [np.ones(len(values)), np.linspace(-1, 1, len(values))]
    shifts = np.flatnonzero(np.diff(steps)) + 1
    others += [(np.arange(len(values)) >= day).astype(np.float64) for day in shifts]
    if grain == "day":
        weekday = np.arange(len(values)) % 7
        others += [(weekday == day).astype(np.float64) for day in range(6)]
    design = np.column_stack([season, *others])
    weights = np.ones(len(values))
    for _ in range(_ROUNDS):
        root = np.sqrt(weights)[:, None]
        found = np.linalg.lstsq(design * root, values * root[:, 0], rcond=None)[0]
        residuals = values - design @ found
        spread = robust_spread(residuals)
        if spread <= 0:
            break
        weights = np.minimum(1, _HUBER * spread / np.maximum(np.abs(residuals), 1e-300))
    own = found[: 2 * waves]
    return YearlySeason(own, float((season @ own).mean()))


def yearly_season(values: Floats, dates: Dates, *, grain: str, steps: Floats) -> Floats:
    """What `fit_yearly_season` adds at the dates it is fitted to, shape (n,)."""
    return fit_yearly_season(values, dates, grain=grain, steps=steps).at(dates)


def _waves(dates: Dates, count: int) -> Floats:
    angle = 2 * np.pi * _place_in_year(dates)
    return np.column_stack(
        [
            wave(number * angle)
            for number in range(1, count + 1)
            for wave in (np.cos, np.sin)
        ]
    )


def trend_strength(parts: Components) -> float:
    """Hyndman's F_T: how much of what is no season the trend explains, 0 to 1."""
    return _strength(parts.trend, parts.remainder)


def seasonal_strength(season: Floats, remainder: Floats) -> float:
    """Hyndman's F_S: how much of what is no trend a season explains, 0 to 1.

    References:
        Wang, Smith and Hyndman (2006), Characteristic-based clustering for time series.
    """
    return _strength(season, remainder)


def _strength(part: Floats, remainder: Floats) -> float:
    both = float(np.var(part + remainder))
    return max(0.0, 1 - float(np.var(remainder)) / both) if both > 0 else 0.0


def _place_in_year(dates: Dates) -> Floats:
    years = dates.astype("datetime64[Y]")
    begin = years.astype("datetime64[D]")
    end = (years + 1).astype("datetime64[D]")
    days = np.asarray((dates - begin).astype(np.float64))
    return np.asarray((days + 0.5) / (end - begin).astype(np.float64))
