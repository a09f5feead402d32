"""What one series is made of: level shifts, seasons, what was expected, anomalies."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.trends.anomalies import Fences, fences_of
from habitue.trends.changes import (
    LEAST_SPELL,
    SPELLS,
    LevelShift,
    find_level_shifts,
)
from habitue.trends.decomposition import (
    STEADY_WINDOW,
    Components,
    decompose,
    decompose_calendar,
    decompose_clean,
    leverage_of,
    yearly_season,
)
from habitue.trends.scales import Scale, choose_scale, from_scale, to_scale
from habitue.trends.series import DAYS, filled, without_closures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.trends.series import Floats, Series

_ROUNDS = 3


class Expectation(NamedTuple):
    """What was to be expected of each point; arrays have shape (n,).

    Attributes:
        expected: The most likely value.
        low: Values from here on are expected.
        high: Values up to here are.
        scores: Deviations from the expected value on the series' scale, signed.
        is_anomaly: Whether the value lies outside; false where there is none.
    """

    expected: Floats
    low: Floats
    high: Floats
    scores: Floats
    is_anomaly: np.ndarray


class Analysis(NamedTuple):
    """All that is told of a series.

    Attributes:
        scale: How values were transformed to find shifts and anomalies.
        components: Parts of the values themselves, untransformed. Gaps and closed
            spells are filled, so the remainder is of what they are filled with.
        shifts: Level shifts on the scale.
        expectation: What each point should have been.
        fences: How far points may lie from that.
    """

    scale: Scale
    components: Components
    shifts: list[LevelShift]
    expectation: Expectation
    fences: Fences


def analyse(
    series: Series, *, is_ratio: bool = False, known: Sequence[np.datetime64] = ()
) -> Analysis:
    """Find level shifts, then seasons around them, then what fits neither.

    Args:
        series: With something to find in it (see `what_is_missing`).
        is_ratio: Whether values are shares.
        known: Days on which the same numbers by day shift; a week shifts with its days,
            and weeks alone are too few to tell.
    """
    values = filled(without_closures(series.values), series.period)
    scale = choose_scale(values, period=series.period, is_ratio=is_ratio)
    scaled = to_scale(values, scale)
    shifts = _shifts_of(scaled, series, known)
    steps = steps_of(shifts, len(values))
    parts = decompose_clean(
        scaled,
        series.dates,
        grain=series.grain,
        steps=steps,
        has_year=series.has_two_years,
    )
    expectation, fences = _expect(series, parts, scale)
    natural = decompose_calendar(
        values,
        series.dates,
        grain=series.grain,
        steps=_natural_steps(shifts, scale, len(values)),
        has_year=series.has_two_years,
    )
    return Analysis(scale, natural, shifts, expectation, fences)


def can_change(series: Series) -> bool:
    """Whether the series is long enough for a level to shift in it."""
    return len(series.values) >= SPELLS * LEAST_SPELL[series.grain]


def steps_of(shifts: list[LevelShift], count: int) -> Floats:
    """The sum of the sizes of all shifts up to each of so many points."""
    steps = np.zeros(count)
    for shift in shifts:
        steps[shift.place :] += shift.size
    return steps


def natural_levels(shift: LevelShift, scale: Scale) -> tuple[float, float]:
    """Level before and after a shift, in the units of the series."""
    before, after = from_scale(np.array([shift.before, shift.after]), scale)
    return float(before), float(after)


def _natural_steps(shifts: list[LevelShift], scale: Scale, count: int) -> Floats:
    steps = np.zeros(count)
    for shift in shifts:
        before, after = natural_levels(shift, scale)
        steps[shift.place :] += after - before
    return steps


def _shifts_of(
    scaled: Floats, series: Series, known: Sequence[np.datetime64]
) -> list[LevelShift]:
    """Seasons blur shifts and shifts bend seasons: each is found without the other.

    Waves of a year are left in at first: they would take a shift for a season.
    """
    shifts: list[LevelShift] = []
    given = _places_of(known, series)
    for number in range(_ROUNDS):
        steps = steps_of(shifts, len(scaled))
        level = scaled
        if series.has_two_years and number:
            level = level - yearly_season(
                scaled, series.dates, grain=series.grain, steps=steps
            )
        if series.period > 1:
            level = (
                level
                - decompose(
                    level - steps,
                    period=series.period,
                    seasonal=STEADY_WINDOW,
                    robust=True,
                    is_quick=True,
                ).weekly
            )
        found = find_level_shifts(level, grain=series.grain, given=given)
        is_same = [one.place for one in found] == [one.place for one in shifts]
        if is_same and (number or not series.has_two_years):
            return found
        shifts = found
    return shifts


def _places_of(days: Sequence[np.datetime64], series: Series) -> list[int]:
    """The points that these days begin with, the nearest ones for weeks."""
    step = DAYS[series.grain]
    since = [int((day - series.dates[0]).astype(np.int64)) for day in days]
    return [(place + step // 2) // step for place in since]


def _expect(
    series: Series, parts: Components, scale: Scale
) -> tuple[Expectation, Fences]:
    values = series.values
    positive = values[values > 0]
    floor = positive.min() / 2 if scale == Scale.log else -np.inf
    centre = parts.trend + parts.weekly + parts.yearly
    if scale == Scale.root:
        # Less than nothing is not to be expected, so nothing is no surprise there.
        centre = np.maximum(centre, to_scale(np.zeros(1), scale))
    known = ~np.isnan(values)
    # Closed spells are no part of the fit, and no less what nobody expected.
    residuals = to_scale(np.maximum(values, floor), scale) - centre
    fences = fences_of(residuals, leverage=leverage_of(len(values), series.grain))
    scores = residuals / fences.spread if fences.spread > 0 else 0.0 * residuals
    low, high = (
        from_scale(centre + reach * fences.spread, scale)
        for reach in (-fences.low, fences.high)
    )
    with np.errstate(invalid="ignore"):
        is_anomaly = known & ((scores < -fences.low) | (scores > fences.high))
    if fences.spread <= 0:
        is_anomaly = np.zeros(len(values), dtype=np.bool_)
    expected = from_scale(centre, scale)
    return Expectation(expected, low, high, scores, is_anomaly), fences
