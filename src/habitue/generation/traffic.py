"""Days and spells on which everybody comes more or less often: only in long runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONG_RUN_DAYS = 365
SPIKES_PER_YEAR = 5
SHIFTS_PER_YEAR = 1
# Every third spike is a day on which hardly anybody comes.
SPIKE_FACTORS = (2.6, 2.0, 0.3, 3.2, 2.2, 0.4)
SHIFT_FACTORS = (1.45, 0.65)
_SEED = 20_250_107
_SHIFT_DISTANCE, _SPIKE_DISTANCE, _EDGE = 75, 12, 45


class TrafficChange(NamedTuple):
    """A day, or the first of the days, on which visits are multiplied.

    Attributes:
        day: Day number.
        factor: On everybody's visits.
    """

    day: int
    factor: float


class Traffic(NamedTuple):
    """What is planted in the visits of everybody besides seasons.

    Attributes:
        spikes: Single days, in order.
        shifts: Days from which on the level is another one, in order.
    """

    spikes: tuple[TrafficChange, ...]
    shifts: tuple[TrafficChange, ...]


def plan_traffic(*, days: int, seed: int, taken: Sequence[int]) -> Traffic:
    """Choose spikes and level shifts of a run, none in a run shorter than a year.

    Args:
        days: Number of days.
        seed: Seed of the run; other seeds have other days.
        taken: Days on which something else is planted; nothing comes near them.
    """
    if days < LONG_RUN_DAYS:
        return Traffic((), ())
    rng = np.random.default_rng((seed, _SEED))
    candidates = rng.permutation(np.arange(_EDGE, days - _EDGE)).tolist()
    shifts = _apart(
        candidates,
        count=int(SHIFTS_PER_YEAR * days / LONG_RUN_DAYS),
        distance=_SHIFT_DISTANCE,
        taken=taken,
    )
    spikes = _apart(
        candidates,
        count=int(SPIKES_PER_YEAR * days / LONG_RUN_DAYS),
        distance=_SPIKE_DISTANCE,
        taken=(*taken, *shifts),
    )
    return Traffic(_factored(spikes, SPIKE_FACTORS), _factored(shifts, SHIFT_FACTORS))


def _apart(
    candidates: Iterable[int], *, count: int, distance: int, taken: Sequence[int]
) -> list[int]:
    found: list[int] = []
    for day in candidates:
        if len(found) == count:
            break
        if all(abs(day - other) >= distance for other in (*taken, *found)):
            found.append(day)
    return sorted(found)


def _factored(
    days: Sequence[int], factors: Sequence[float]
) -> tuple[TrafficChange, ...]:
    return tuple(
        TrafficChange(day, factors[place % len(factors)])
        for place, day in enumerate(days)
    )
