"""From what happened to what was delivered: the clocks and their faults.

A row has at most one fault, so the labels are exclusive by construction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from habitue.generation.bots import CRAWLER
from habitue.generation.plan import DAY, MINUTE

if TYPE_CHECKING:
    from habitue.generation.text import Ints, Mask
    from habitue.generation.visits import Visits

SERIALS_PER_CHUNK = 2**26

(
    CLEAN, DUPLICATE, DOUBLE_FIRED, LATE, BOT_AGENT, BOT_RATE,
    NO_IDENTIFIER, MISSING_TIME, FAR_FUTURE, UNPARSABLE_TIME,
) = range(10)  # fmt: skip
LABELS = (
    ("clean", "clean"),
    ("duplicate", "redelivered"),
    ("double_fired", "fired_twice_within_a_second"),
    ("late", "sent_after_more_than_three_days"),
    ("bot", "crawler_user_agent"),
    ("bot", "request_rate"),
    ("invalid", "no_identifier"),
    ("invalid", "missing_time"),
    ("invalid", "far_future_time"),
    ("invalid", "unparsable_time"),
)
FAULT_RATES = {
    DUPLICATE: 0.008,
    DOUBLE_FIRED: 0.005,
    NO_IDENTIFIER: 0.0007,
    MISSING_TIME: 0.0007,
    FAR_FUTURE: 0.0005,
    UNPARSABLE_TIME: 0.0005,
}
FEWEST_FAULTS = 3
BATCHED_RATE = 0.03
THIRD_COPY_RATE = 0.15
FUTURE = 400 * DAY


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Delivered rows in the order of arrival; arrays of shape (n_delivered,).

    Attributes:
        row: Row of the event it delivers; redelivered and double-fired rows repeat it.
        serial: Number the id is made from, the same for every copy.
        received_at: Microseconds since 1970, never missing.
        sent_at: Microseconds since 1970 by the device's clock.
        original_at: Microseconds since 1970 by the device's clock.
        has_ids: False where every identifier is missing.
        copy: 1 for the first delivery, 2 and more for redelivered ones.
        fault: One of the codes of `LABELS`.
    """

    row: Ints
    serial: Ints
    received_at: Ints
    sent_at: Ints
    original_at: Ints
    has_ids: Mask
    copy: Ints
    fault: Ints

    def __len__(self) -> int:
        return len(self.row)


def deliver(
    happened_at: Ints,
    visit: Ints,
    visits: Visits,
    *,
    chunk: int,
    rng: np.random.Generator,
    faults: tuple[int, ...] = tuple(FAULT_RATES),
) -> Delivery:
    """Deliver events, most of them well.

    Args:
        happened_at: (n,) true time of the events, microseconds.
        visit: (n,) row of their visit.
        visits: The visits of the chunk.
        chunk: Number of the chunk; ids are unique across chunks.
        rng: Source of randomness of this chunk.
        faults: Which faults to plant.
    """
    size = len(happened_at)
    late_by = visits.late_by[visit]
    fault = np.where(late_by > 0, LATE, CLEAN)
    bot = visits.bot[visit]
    fault = np.where(bot > 0, BOT_AGENT - CRAWLER + bot, fault)
    _plant(fault, faults, rng)

    delay = rng.integers(100_000, 1_500_000, size)
    batched = rng.random(size) < BATCHED_RATE
    delay[batched] = rng.integers(MINUTE, 40 * MINUTE, int(batched.sum()))
    delay += late_by
    skew = visits.skew[visit]
    original_at = happened_at + skew
    sent_at = original_at + delay
    received_at = happened_at + delay + visits.latency[visit]
    is_future = fault == FAR_FUTURE
    original_at[is_future] += FUTURE

    again = np.flatnonzero(fault == DUPLICATE)
    third = again[rng.random(len(again)) < THIRD_COPY_RATE]
    twice = np.flatnonzero(fault == DOUBLE_FIRED)
    gap = rng.integers(50_000, 900_001, len(twice))
    wait = rng.integers(5 * MINUTE, DAY, len(again))
    longer = DAY + rng.integers(MINUTE, DAY, len(third))
    # The first delivery of a redelivered or double-fired event is a clean row.
    fault[again] = CLEAN
    fault[twice] = CLEAN

    extra = np.concatenate([again, third, twice])
    shift = np.concatenate([np.zeros(len(again) + len(third), np.int64), gap])
    received_shift = np.concatenate([wait, longer, gap])
    row = np.concatenate([np.arange(size), extra])
    serial = np.concatenate(
        [np.arange(size), again, third, size + np.arange(len(twice))]
    )
    received_at = np.concatenate([received_at, received_at[extra] + received_shift])
    codes = (DUPLICATE, DUPLICATE, DOUBLE_FIRED)
    sizes = (len(again), len(third), len(twice))
    fault = np.concatenate([fault, np.repeat(codes, sizes)])
    copy = np.concatenate([np.ones(size, np.int64), np.repeat((2, 3, 1), sizes)])
    order = np.argsort(received_at, kind="stable")
    return Delivery(
        row=row[order],
        serial=(serial + chunk * SERIALS_PER_CHUNK)[order],
        received_at=received_at[order],
        sent_at=np.concatenate([sent_at, sent_at[extra] + shift])[order],
        original_at=np.concatenate([original_at, original_at[extra] + shift])[order],
        has_ids=(fault != NO_IDENTIFIER)[order],
        copy=copy[order],
        fault=fault[order],
    )


def _plant(fault: Ints, faults: tuple[int, ...], rng: np.random.Generator) -> None:
    """Give disjoint sets of the clean rows one fault each, a few of each at least."""
    clean = np.flatnonzero(fault == CLEAN)
    wanted = [FEWEST_FAULTS + int(FAULT_RATES[code] * len(clean)) for code in faults]
    total = min(sum(wanted), len(clean))
    chosen = rng.choice(clean, total, replace=False)
    fault[chosen] = np.repeat(faults, wanted)[:total]
