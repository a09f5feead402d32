"""Where the level of a series changes, by how much, and how exactly that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.ndimage import median_filter

from habitue.trends.scales import MAD_TO_SD, robust_spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.trends.series import Floats

# Points: of a spell, at least; on each side of a jump that is looked at; of the window
# that tells gradual growth from a jump; on each side of a jump that is measured.
LEAST_SPELL = {"day": 14, "week": 6}
_SIDE = {"day": 14, "week": 5}
_GROWTH = {"day": 91, "week": 33}
_MEASURED = {"day": 60, "week": 20}
_MEDIAN = {"day": 15, "week": 5}
# A jump must lead what the same series does elsewhere by so many deviations; by more
# where elsewhere is too short to tell.
LEAST_LEAD, LEAST_SHORT_LEAD = 3.8, 4.5
_PENALTY = 4.0
_OUTLIER = 4.0
_HIGHEST_CORRELATION = 0.95
_NORMAL_95 = 1.96
# 97.5 % quantile of where the likelihood of a shift is largest, in units of the noise's
# long-run variance over the squared shift: Bai (1997), p. 553, for equal variances.
_BAI_95 = 11.03
_EMPIRICAL_SIDES, _TELLING_SIDES = 8, 16
_NEAR = 3
_EDGE = 2
# A series must be long enough for so many spells.
SPELLS = 3


class LevelShift(NamedTuple):
    """A day, or week, from which on the level is another one.

    Attributes:
        place: Position of the first point after the shift.
        first_place: Earliest position it may have (95 %).
        last_place: Latest position.
        before: Level just before.
        after: Level just after.
        size: The level after less the one before.
        size_error: Standard error of the size.
        lead: Size of the jump in deviations of what the series does elsewhere.
    """

    place: int
    first_place: int
    last_place: int
    before: float
    after: float
    size: float
    size_error: float
    lead: float


def find_level_shifts(
    values: Floats, *, grain: str, given: Sequence[int] = ()
) -> list[LevelShift]:
    """Level shifts of a series without seasons, in order.

    Args:
        values: (n,), without gaps and seasons, on a scale where the noise is even.
        grain: day or week, which says how long spells and windows are.
        given: Places of shifts that are known from elsewhere.

    Returns:
        Shifts that (1) an optimal partition into spells with a straight line each asks
        for, at a price that grows with the autocorrelation of the noise, and that (2)
        stand out from the jumps of the same series elsewhere, growth set aside. Single
        outliers and spells of up to half a window are no shifts.

    Assumptions:
        Noise that is stationary between shifts, autocorrelated at most as an AR(1)
        with .95. Bai's intervals are for shifts that are small beside the noise; they
        are too wide for large ones.

    References:
        Jackson et al. (2005), An algorithm for optimal partitioning of data.
        Eichinger and Kirch (2018), A MOSUM procedure for multiple change points.
        Bai (1997), Estimation of a change point in multiple regression models.
    """
    least = LEAST_SPELL[grain]
    if len(values) < SPELLS * least or np.ptp(values) == 0:
        return []
    clean = without_outliers(values, width=_MEDIAN[grain])
    correlation, noise = _noise_of(clean)
    ratio = (1 + correlation) / (1 - correlation)
    price = _PENALTY * np.log(len(clean)) * noise**2 * ratio
    breaks = optimal_partition(clean, least=least, price=price)
    leads = _jump_leads(
        clean, side=_SIDE[grain], growth=_GROWTH[grain], long_run=noise**2 * ratio
    )
    is_short = len(values) < _TELLING_SIDES * _SIDE[grain]
    least_lead = LEAST_SHORT_LEAD if is_short else LEAST_LEAD
    given = [place for place in given if _EDGE <= place <= len(values) - _EDGE]
    found = {place: _lead_near(leads, place) for place in given}
    for place in breaks:
        lead = _lead_near(leads, place)
        is_new = all(abs(place - other) >= least for other in given)
        if lead >= least_lead and is_new:
            found[place] = lead
    shifts = [
        _measure(
            clean,
            place,
            list(found),
            lead=found[place],
            grain=grain,
            long_run=noise**2 * ratio,
        )
        for place in sorted(found)
    ]
    # What is known from elsewhere may be nothing here.
    return [one for one in shifts if abs(one.size) > _NORMAL_95 * one.size_error]


def without_outliers(values: Floats, *, width: int) -> Floats:
    """The series with what is far from its running median replaced by that."""
    middle = median_filter(values, size=width, mode="nearest")
    spread = robust_spread(values - middle)
    is_far = np.abs(values - middle) > _OUTLIER * spread
    return np.where(is_far, middle, values)


def optimal_partition(values: Floats, *, least: int, price: float) -> list[int]:
    """Where spells begin, the first one left out, if each has a straight line.

    Args:
        values: (n,).
        least: Points of a spell, at least.
        price: What a further spell must save in squared errors.

    Returns:
        The partition with the smallest sum of squared errors and prices, exactly.
    """
    size = len(values)
    sums = _Sums(values)
    best = np.full(size + 1, np.inf)
    best[0] = -price
    previous = np.zeros(size + 1, dtype=np.int64)
    kept = np.zeros(1, dtype=np.int64)
    dropped_at = np.full(1, size + 1)
    for end in range(least, size + 1):
        costs = best[kept] + sums.line_errors(kept, end)
        place = int(np.argmin(costs))
        best[end], previous[end] = costs[place] + price, kept[place]
        # What loses to a spell that begins here loses wherever that one may end (PELT),
        # which is after `least` points.
        is_beaten = (costs > best[end]) & (dropped_at > size)
        dropped_at[is_beaten] = end + least
        is_kept = dropped_at > end + 1
        kept, dropped_at = kept[is_kept], dropped_at[is_kept]
        opened = end - least + 1
        if opened >= least:
            kept = np.append(kept, opened)
            dropped_at = np.append(dropped_at, size + 1)
    found = []
    end = size
    while previous[end] > 0:
        end = int(previous[end])
        found.append(end)
    return found[::-1]


class _Sums:
    """Squared errors about a straight line of any stretch, from cumulated sums."""

    def __init__(self, values: Floats) -> None:
        centred = values - values.mean()
        place = np.arange(len(values), dtype=np.float64) - len(values) / 2
        self._sums = [
            np.concatenate([[0.0], np.cumsum(part)])
            for part in (
                np.ones(len(values)), place, place**2, centred, centred * place,
                centred**2,
            )
        ]  # fmt: skip

    def line_errors(self, starts: np.ndarray, end: int) -> Floats:
        count, x, xx, y, xy, yy = (part[end] - part[starts] for part in self._sums)
        x_spread = xx - x * x / count
        covariance = xy - x * y / count
        errors = yy - y * y / count - covariance**2 / np.maximum(x_spread, 1e-12)
        return np.asarray(np.maximum(errors, 0.0))


def _noise_of(values: Floats) -> tuple[float, float]:
    """Autocorrelation and standard deviation of the noise, from steps: shifts are few.

    Two steps of an AR(1) in a row are correlated by (φ - 1) / 2, and the variance of a
    step is 2 (1 - φ) times that of the noise.
    """
    steps = np.diff(values)
    spread = robust_spread(steps)
    steps = np.clip(steps - np.median(steps), -3 * spread, 3 * spread)
    variance = float(np.mean(steps**2))
    if variance <= 0:
        return 0.0, 0.0
    one = float(np.mean(steps[1:] * steps[:-1])) / variance
    correlation = float(np.clip(1 + 2 * one, 0.0, _HIGHEST_CORRELATION))
    return correlation, float(np.sqrt(variance / (2 * (1 - correlation))))


def _jump_leads(values: Floats, *, side: int, growth: int, long_run: float) -> Floats:
    """Means of the points after and before each place, in deviations of such jumps."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    jumps = np.zeros(len(values))
    places = np.arange(side, len(values) - side + 1)
    places = places[places < len(values)]
    jumps[places] = (
        total[places + side] - 2 * total[places] + total[places - side]
    ) / side
    inner = jumps[places]
    if len(inner) > growth:
        inner = inner - median_filter(inner, size=growth, mode="nearest")
    else:
        inner = inner - np.median(inner)
    spread = np.sqrt(2 * long_run / side)
    if len(inner) >= _EMPIRICAL_SIDES * side:
        spread = max(spread, MAD_TO_SD * float(np.median(np.abs(inner))))
    leads = np.zeros(len(values))
    leads[places] = inner / spread if spread > 0 else 0.0
    return leads


def _lead_near(leads: Floats, place: int) -> float:
    near = leads[max(place - _NEAR, 0) : place + _NEAR + 1]
    return float(np.abs(near).max(initial=0.0))


def _measure(
    values: Floats,
    place: int,
    places: list[int],
    *,
    lead: float,
    grain: str,
    long_run: float,
) -> LevelShift:
    """Levels on both sides by straight lines up to the neighbouring shifts."""
    before = max([0, place - _MEASURED[grain], *(one for one in places if one < place)])
    after = min(
        [
            len(values),
            place + _MEASURED[grain],
            *(one for one in places if one > place),
        ]
    )
    left, left_leverage = _level_at(values[before:place], at=place - before - 0.5)
    right, right_leverage = _level_at(values[place:after], at=-0.5)
    size = right - left
    error = float(np.sqrt(long_run * (left_leverage + right_leverage)))
    reach = int(np.floor(_BAI_95 * long_run / size**2)) + 1 if size else len(values)
    return LevelShift(
        place=place,
        first_place=max(place - reach, 0),
        last_place=min(place + reach, len(values) - 1),
        before=left,
        after=right,
        size=size,
        size_error=error,
        lead=lead,
    )


def _level_at(values: Floats, *, at: float) -> tuple[float, float]:
    """A straight line's value at a place, and its variance in units of the noise's."""
    place = np.arange(len(values)) - at
    design = np.column_stack([np.ones(len(values)), place])
    inverse = np.linalg.pinv(design.T @ design)
    return float((inverse @ design.T @ values)[0]), float(inverse[0, 0])


def interval_of(shift: LevelShift) -> tuple[float, float]:
    """95 % interval of the size."""
    reach = _NORMAL_95 * shift.size_error
    return shift.size - reach, shift.size + reach
