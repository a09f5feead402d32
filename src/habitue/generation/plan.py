"""What is fixed before anybody is drawn: the calendar and what is planted in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from habitue.generation.personas import DRIFT_FACTOR, DRIFT_FROM
from habitue.generation.traffic import Traffic, plan_traffic

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY = 86_400_000_000
HOUR = 3_600_000_000
MINUTE = 60_000_000
SECOND = 1_000_000

SLOT = 2 * HOUR
SLOTS_PER_DAY = 12
# Share of visits in each two-hour slot of the day (UTC).
SLOT_ODDS = (1, 0.5, 0.5, 2, 5, 6, 7, 6, 6, 8, 9, 5)

# From Monday to Sunday.
WEEKDAY_FACTORS = (1.0, 0.95, 0.95, 1.0, 1.1, 1.25, 1.15)
YEARLY_SWING = 0.15
PEAK_DAY_OF_YEAR = 345

EXPERIMENT_ID = "checkout_button"
EXPERIMENT_FROM, EXPERIMENT_TO = 0.30, 0.65
EXPERIMENT_EFFECT = 0.20

SPIKE_AT = 0.55
SPIKE_FACTOR = 3.0

# A chunk is drawn, sorted and written at once; its size is the memory bound.
EVENTS_PER_CHUNK = 400_000
EVENTS_PER_PERSON_DAY = 1.35


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The calendar of one run.

    Attributes:
        customers: Number of persons.
        days: Number of days, from start on.
        seed: Seed of everything that is drawn.
        start: First day.
        intensity: Factor on everybody's visits.
        persons_per_chunk: Even, so a household is never cut in two.
        origin: Start of the first day, microseconds since 1970 (UTC).
        exposure: Cumulated day weights, shape (2, days + 1); row 0 for everybody,
            row 1 for the persona that drifts.
        spike_day: Day on which traffic trebles.
        traffic: More such days, and level shifts, in a run of a year or longer.
        drift_day: First day of the drift.
        experiment_days: First day and the day after the last one.
    """

    customers: int
    days: int
    seed: int
    start: date
    intensity: float
    persons_per_chunk: int
    origin: int
    exposure: NDArray[np.float64]
    spike_day: int
    traffic: Traffic
    drift_day: int
    experiment_days: tuple[int, int]

    @property
    def spike_days(self) -> list[int]:
        """All days of spikes."""
        return [self.spike_day, *(spike.day for spike in self.traffic.spikes)]

    @property
    def chunk_count(self) -> int:
        """Number of chunks the persons are cut into."""
        return -(-self.customers // self.persons_per_chunk)

    def date_of(self, day: int) -> date:
        """Calendar date of a day number."""
        return self.start + timedelta(days=day)

    def moment_of(self, day: int) -> int:
        """Start of a day number, microseconds since 1970."""
        return self.origin + day * DAY


def make_plan(
    *, customers: int, days: int, seed: int, start: date, intensity: float
) -> Plan:
    """Lay out the calendar: seasons, spikes, shifts, drift, experiment, chunks."""
    calendar = [start + timedelta(days=day) for day in range(days)]
    weekday = np.array([moment.weekday() for moment in calendar])
    day_of_year = np.array([moment.timetuple().tm_yday for moment in calendar])
    angle = 2 * np.pi * (day_of_year - PEAK_DAY_OF_YEAR) / 365.25
    weight = np.array(WEEKDAY_FACTORS)[weekday] * (1 + YEARLY_SWING * np.cos(angle))
    spike_day = int(days * SPIKE_AT)
    weight[spike_day] *= SPIKE_FACTOR
    drift_day = int(days * DRIFT_FROM)
    traffic = plan_traffic(days=days, seed=seed, taken=(spike_day, drift_day))
    for spike in traffic.spikes:
        weight[spike.day] *= spike.factor
    for shift in traffic.shifts:
        weight[shift.day :] *= shift.factor
    drifting = np.where(np.arange(days) >= drift_day, weight * DRIFT_FACTOR, weight)
    exposure = np.zeros((2, days + 1))
    np.cumsum(weight, out=exposure[0, 1:])
    np.cumsum(drifting, out=exposure[1, 1:])
    midnight = datetime(start.year, start.month, start.day, tzinfo=UTC)
    first = int(days * EXPERIMENT_FROM)
    expected = EVENTS_PER_PERSON_DAY * days * intensity
    return Plan(
        customers=customers,
        days=days,
        seed=seed,
        start=start,
        intensity=intensity,
        persons_per_chunk=min(
            20_000, max(8, 2 * round(EVENTS_PER_CHUNK / expected / 2))
        ),
        origin=int(midnight.timestamp()) * SECOND,
        exposure=exposure,
        spike_day=spike_day,
        traffic=traffic,
        drift_day=drift_day,
        experiment_days=(first, max(first + 1, int(days * EXPERIMENT_TO))),
    )
