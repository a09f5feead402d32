"""One series of a day's or a week's numbers, and whether anything can be said of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Dates = NDArray[np.datetime64]

DAYS = {"day": 1, "week": 7}
LEAST_POINTS = {"day": 21, "week": 12}
# Days of history from which on a season of the year can be told from a trend.
TWO_YEARS = 728
MOST_MISSING = 0.3
MOST_ZEROS = 0.5
# A share of fewer is mostly chance; it may be one at some points.
LEAST_BASE = 5
MOST_THIN = 0.1
_CHANCE_OF_CLOSURE = 0.01
# Squares of anything larger are.
_INFINITE = 1e100
TOLD = "told"
ONLY_ZEROS = "only zeros"
CONSTANT = "constant"


class Series(NamedTuple):
    """Numbers of consecutive days or weeks.

    Attributes:
        grain: day or week.
        dates: (n,), the days, or the Mondays of the weeks.
        values: (n,), NaN where there is no number.
        bases: (n,), how many a ratio is of; None for what is no ratio.
    """

    grain: str
    dates: Dates
    values: Floats
    bases: Floats | None = None

    @property
    def period(self) -> int:
        """Points of the shortest season: a week of days; weeks have none within."""
        return 7 if self.grain == "day" else 1

    @property
    def has_two_years(self) -> bool:
        """Whether two years are covered."""
        return len(self.dates) * DAYS[self.grain] >= TWO_YEARS


def read_series(
    grain: str, dates: Dates, values: Floats, bases: Floats | None = None
) -> tuple[Series, str | None]:
    """A series as far as it is told: from its first number to its last.

    Args:
        grain: day or week.
        dates: (n,), in any order; repeated ones are refused.
        values: (n,); infinite ones count as missing.
        bases: (n,), how many a ratio is of; None for what is no ratio.

    Returns:
        The series on a whole calendar, and what was wrong with it, None for nothing.

    Raises:
        ValueError: If a date is there twice.
    """
    order = np.argsort(dates, kind="stable")
    days = np.asarray(dates, dtype="datetime64[D]")[order]
    numbers = np.asarray(values, dtype=np.float64)[order]
    if len(np.unique(days)) != len(days):
        raise ValueError("a date of the series is there twice")
    is_infinite = np.abs(numbers) > _INFINITE
    infinite = int(is_infinite.sum())
    numbers = np.where(is_infinite, np.nan, numbers)
    known = np.flatnonzero(~np.isnan(numbers))
    ends = slice(known[0], known[-1] + 1) if len(known) else slice(0)
    calendar = _calendar(days[ends], DAYS[grain])
    places = np.searchsorted(calendar, days[ends])
    whole = np.full(len(calendar), np.nan)
    whole[places] = numbers[ends]
    whole_bases = None
    if bases is not None:
        whole_bases = np.zeros(len(calendar))
        whole_bases[places] = np.nan_to_num(bases[order][ends])
    note = f"{infinite} infinite values are left out" if infinite else None
    return Series(grain, calendar, whole, whole_bases), note


def what_is_missing(series: Series) -> str | None:
    """In words why nothing can be fitted to a series, None if something can."""
    known = series.values[~np.isnan(series.values)]
    if not len(known):
        return "no value"
    if not known.any():
        return ONLY_ZEROS
    if np.ptp(known) <= 1e-12 * np.abs(known).max():
        return CONSTANT
    return _too_little(series, known)


def _too_little(series: Series, known: Floats) -> str | None:
    count, units = len(series.values), f"{series.grain}s"
    least = LEAST_POINTS[series.grain]
    zeros = int((known == 0).sum())
    thin = 0 if series.bases is None else int((series.bases < LEAST_BASE).sum())
    problems = {
        f"too short: {count} of at least {least} {units}": count < least,
        f"too many gaps: {len(known)} of {count} {units} have a value": len(known)
        < (1 - MOST_MISSING) * count,
        f"a share of too few: {thin} of {count} {units} have fewer than {LEAST_BASE}": (
            thin > MOST_THIN * count
        ),
        f"mostly zero: {zeros} of {len(known)} {units}": zeros
        > MOST_ZEROS * len(known),
    }
    return next((words for words, is_so in problems.items() if is_so), None)


def without_closures(values: Floats) -> Floats:
    """The series with its closed spells missing: zeros in a row that are no chance.

    Args:
        values: (n,), NaN where there is no number.

    A spell is closed if, from the share of zeros outside it, fewer than one such spell
    in a hundred series of this length were to be expected. A shop that closes every
    Sunday keeps its zeros, one that closes over Christmas does not.
    """
    is_zero = values == 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_zero, [False]])))
    opened = values.copy()
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        inner = start > 0 and end < len(values)
        elsewhere = (is_zero.sum() - (end - start)) / len(values)
        chance = max(elsewhere, 1 / len(values)) ** (end - start)
        if inner and len(values) * chance < _CHANCE_OF_CLOSURE:
            opened[start:end] = np.nan
    return opened


def filled(values: Floats, period: int) -> Floats:
    """Gaps filled by a straight line between their ends, plus the season's usual part.

    Args:
        values: (n,), NaN where there is no number; the first and the last are numbers.
        period: Points of a season, 1 for none.
    """
    gaps = np.isnan(values)
    if not gaps.any():
        return values
    place = np.arange(len(values))
    season = np.zeros(len(values))
    if period > 1:
        centre = np.nanmedian(values)
        for phase in range(period):
            own = values[phase::period]
            if not np.isnan(own).all():
                season[phase::period] = np.nanmedian(own) - centre
    level = values - season
    level[gaps] = np.interp(place[gaps], place[~gaps], level[~gaps])
    found = level + season
    # No more and no less than ever was.
    found[gaps] = np.clip(found[gaps], np.nanmin(values), np.nanmax(values))
    return found


def _calendar(days: Dates, step: int) -> Dates:
    if not len(days):
        return days
    return np.arange(days[0], days[-1] + np.timedelta64(1, "D"), step)
