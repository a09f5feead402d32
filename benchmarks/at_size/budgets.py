"""The budgets of the design, and whether the figures of a run meet them."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from at_size.settings import Size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from at_size.results import Figure

GIGABYTE = 1e9
# Below, what a build costs anyway is most of what is seen.
SMALLEST_JUDGED = Size.of("20m")
OF_LARGE = ("equal", "whole", "by_hand", "memory", "day")

# Why a budget is not met, by its key; written by hand, shown where one is missed.
REASONS: dict[str, str] = {
    "equal": "Who is who, the vault, verdicts, orders, items and stitched visits are "
    "made along, which the scripts do without.",
    "whole": "The budget is that of the line above; this one has thirteen dates, page "
    "views, segments and tests on top.",
    "by_hand": "What the script does without, and dbt's own time.",
    "memory": "What the engine takes from the system beyond its limit, and half a "
    "gigabyte of Python.",
    "day": "Tables of customers are made again and tested, whoever came that day.",
}


class Verdict(NamedTuple):
    """A budget beside what was measured.

    Attributes:
        key: Its name, by which a reason is found.
        what: What is measured.
        limit: The budget, in words.
        measured: What was found, in words; empty if this run did not measure it.
        used: Measured as a share of the budget; at most 1 is met.
        is_judged: Whether the run is as large as the budget asks.
    """

    key: str
    what: str
    limit: str
    measured: str = ""
    used: float | None = None
    is_judged: bool = True

    @property
    def told(self) -> str:
        """Met, or by how much not."""
        if self.used is None:
            return "not measured"
        if not self.is_judged:
            return "of 20m and more"
        if self.used <= 1:
            return "met"
        reason = REASONS.get(self.key, "")
        return f"missed by {self.used - 1:.0%}. {reason}".strip()


class Found:
    """The figures of a run, by key and size."""

    def __init__(self, figures: Sequence[Figure], size: str) -> None:
        self.figures, self.size = figures, size

    def all(self, key: str, size: str | None = None) -> list[Figure]:
        """All figures of a key that went well at a size."""
        size = self.size if size is None else size
        return [
            one
            for one in self.figures
            if one.key == key and one.size == size and one.status == "ok"
        ]

    def one(self, key: str, size: str | None = None) -> Figure | None:
        """The last of them."""
        found = self.all(key, size)
        return found[-1] if found else None

    def wall(self, key: str, size: str | None = None) -> float | None:
        """Seconds: the median of repetitions."""
        walls = [one.wall_seconds for one in self.all(key, size)]
        return median(walls) if walls else None

    def times_copy(self, key: str, size: str | None = None) -> float | None:
        """Seconds as multiples of C at the same size."""
        seconds, copy = self.wall(key, size), self.wall("copy", size)
        return seconds / copy if seconds is not None and copy else None


def judge(figures: Sequence[Figure], size: str) -> list[Verdict]:
    """Every budget of the design, in its order."""
    found = Found(figures, size)
    is_large = Size.of(size).events >= SMALLEST_JUDGED.events
    return [
        one if is_large or one.key not in OF_LARGE else one._replace(is_judged=False)
        for one in _verdicts(found)
    ]


def _verdicts(found: Found) -> list[Verdict]:
    return [
        _in_copies(found, "equal", "full refresh, the tables that scripts make too"),
        _in_copies(found, "whole", "full refresh with segments, 13 dates and tests"),
        _by_hand(found),
        _growth(found),
        _memory(found),
        _one_more_day(found),
        _overhead(found),
        _seconds(
            found, "scoring", 1, "SQL scoring, 1M customers, 12 features, 8 segments"
        ),
        _seconds(found, "evidence", 90, "k evidence and fit, 1M customers"),
        _evidence_memory(found),
        _seconds(found, "demo", 60, "`make demo`, installed"),
    ]


def _verdict(
    key: str, what: str, limit: str, value: float | None, *, most: float, told: str
) -> Verdict:
    if value is None:
        return Verdict(key, what, limit)
    return Verdict(key, what, limit, told.format(value), value / most)


def _in_copies(found: Found, key: str, what: str) -> Verdict:
    value = found.times_copy(key)
    return _verdict(key, what, "≤ 3 C", value, most=3, told="{:.2f} C")


def _by_hand(found: Found) -> Verdict:
    ours, floor = found.wall("equal"), found.wall("duckdb_by_hand")
    value = ours / floor if ours is not None and floor else None
    what = "the same, against the script by hand"
    return _verdict(
        "by_hand", what, "≤ 1.3 times", value, most=1.3, told="{:.2f} times"
    )


def per_event(found: Found, key: str, size: str) -> float | None:
    """Microseconds an event."""
    one = found.one(key, size)
    return one.wall_seconds / one.events * 1e6 if one and one.events else None


def _growth(found: Found) -> Verdict:
    what = "time per event at 100m, against 20m"
    large, small = (per_event(found, "whole", size) for size in ("100m", "20m"))
    value = large / small if large is not None and small else None
    return _verdict("growth", what, "≤ 1.3 times", value, most=1.3, told="{:.2f} times")


def _memory(found: Found) -> Verdict:
    one = found.one("whole")
    value = one.peak_memory_bytes / GIGABYTE if one else None
    what = "peak memory of the full refresh"
    return _verdict("memory", what, "≤ 9 GB", value, most=9, told="{:.1f} GB")


def share_beyond_fixed(found: Found, key: str) -> float | None:
    """A later build beyond what builds cost anyway, as a share of a full refresh."""
    later, fixed = found.wall(key), found.wall("fixed_day", "10k")
    whole = found.wall("whole")
    if later is None or fixed is None or not whole:
        return None
    return (later - fixed) / whole


def _one_more_day(found: Found) -> Verdict:
    what = "one more day, beyond the same build of next to nothing"
    limit = "≤ 5 % of the full refresh"
    value = share_beyond_fixed(found, "day")
    return _verdict("day", what, limit, value, most=0.05, told="{:.1%}")


def _overhead(found: Found) -> Verdict:
    one = found.one("fixed_refresh", "10k")
    what, limit = "fixed overhead of a build", "≤ 35 ms a node + 6 s"
    if one is None or "kinds" not in one.details:
        return Verdict("overhead", what, limit)
    nodes = sum(count for count, _ in one.details["kinds"].values())
    most = 6 + 0.035 * nodes
    told = f"{one.wall_seconds:.1f} s of {most:.1f} s ({nodes:.0f} nodes)"
    return Verdict("overhead", what, limit, told, one.wall_seconds / most)


def _seconds(found: Found, key: str, most: float, what: str) -> Verdict:
    value = found.wall(key, "")
    return _verdict(key, what, f"≤ {most} s", value, most=most, told="{:.2f} s")


def _evidence_memory(found: Found) -> Verdict:
    one = found.one("evidence", "")
    value = one.peak_memory_bytes / GIGABYTE if one else None
    what = "peak memory of the same"
    return _verdict(
        "evidence_memory", what, "≤ 1.5 GB", value, most=1.5, told="{:.2f} GB"
    )
