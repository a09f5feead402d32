"""A shop whose customers are in experiments, and the arms as Python has them.

Orders alone; segments are made of their number, so that there are many customers with
one order and some with ten. Deliveries bring newcomers, an order that comes late, and
people who turn out to be one.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse import ResidentDbt, Warehouse

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

KEY = "the old key, which has more than 32 characters"
NEW_KEY = "the new key, which has more than 32 characters"
HALVES = {"control": 0.5, "treatment": 0.5}
PERIOD = {"start": "2024-02-10", "end": "2024-04-01", "metrics": ["conversion"]}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "plain": {"arms": {"control": 0.5, "blue": 0.3, "deep red": 0.2}, **PERIOD},
    "twin": {"arms": HALVES, **PERIOD},
    "closed": {"arms": HALVES, **PERIOD, "enrolment": "closed"},
    "left-half": {"arms": HALVES, **PERIOD, "layer": "page", "slice": [0, 0.5]},
    "right-half": {"arms": HALVES, **PERIOD, "layer": "page", "slice": [0.5, 1]},
    "even": {"arms": HALVES, **PERIOD, "is_stratified": True},
    "frequent": {"arms": HALVES, **PERIOD, "segments": ["High orders"]},
    "nobody": {"arms": HALVES, **PERIOD, "segments": ["High ordres"]},
    "cookies": {"arms": HALVES, **PERIOD, "unit": "visitor"},
    "spared": {
        "arms": {"alone": 0.2, "rest": 0.8},
        "is_holdout": True,
        "start": "2024-02-05",
        "end": "2024-05-01",
        "metrics": ["conversion"],
    },
    "shown": {"arms": HALVES, **PERIOD, "analysed": "exposed"},
    "later": {"arms": HALVES, **PERIOD, "start": "2024-03-20"},
    "elsewhere": {
        "arms": HALVES,
        **PERIOD,
        "end": "2024-02-20",
        "assigned_by": "events",
    },
}
VARIABLES: dict[str, Any] = {
    "sources": ["files"],
    "segment_features": {"order_count": "none"},
    "fixed_segment_count": 2,
    "compared_algorithms": ["k-means"],
    "recluster_days": 1000,
    "recluster_drift": 1000,
    "minimum_cell_size": 1,
    "experiments": EXPERIMENTS,
}
CLOCK = "clock"


def orders(
    user: str,
    days: list[str],
    *,
    hour: str = "12:00:00",
    email: str = "",
    cookie: str = "",
) -> list[dict[str, str]]:
    """One order on each of these days."""
    return [
        {
            "order_id": f"{user} {cookie} {day} {number}",
            "ordered_at": f"{day} {hour}",
            "user_id": user,
            "anonymous_id": cookie,
            "email": email,
            "unit_price": "10",
        }
        for number, day in enumerate(days)
    ]


def deliveries() -> list[list[dict[str, str]]]:
    """What arrives before each of two builds: as of 2024-02-21 and 2024-03-06."""
    january = [f"2024-01-{day:02d}" for day in range(1, 32)]
    first = orders(CLOCK, ["2024-02-20"])
    for number in range(120):
        first += orders(f"few {number}", january[number % 25 :][:1])
    for number in range(80):
        first += orders(f"many {number}", january[number % 20 :][:10])
    for number in range(30):
        first += orders(f"new {number}", [f"2024-02-{11 + number % 9}"])
    for number in range(12):
        for one in ("phone", "desk"):
            first += orders(f"two {number}", ["2024-01-05"], cookie=f"{one} {number}")
    first += orders("on the stroke", ["2024-02-10"], hour="00:00:00")
    second = [*orders(CLOCK, ["2024-03-05"]), *orders("received late", ["2024-01-20"])]
    for number in range(20):
        second += orders(f"newer {number}", [f"2024-03-0{1 + number % 5}"])
    # Two by two they have an e-mail, which makes them one.
    for number in range(0, 24, 2):
        for one in (number, number + 1):
            email = f"pair{number}@mail.example"
            second += orders(f"few {one}", ["2024-03-02"], email=email)
    return [first, second]


ASSIGNMENTS = [
    # Twice the same row; in two arms; an arm that nobody knows; before and after; no
    # arm; no time.
    *[("few 50", "control", "2024-02-15 10:00:00")] * 2,
    ("few 51", "treatment", "2024-02-10 00:00:00"),
    ("few 52", "control", "2024-02-12 10:00:00"),
    ("few 52", "treatment", "2024-02-13 10:00:00"),
    ("few 53", "purple", "2024-02-12 10:00:00"),
    ("few 54", "control", "2024-02-09 23:59:59"),
    ("few 55", "control", "2024-02-20 00:00:00"),
    ("few 56", "", "2024-02-12 10:00:00"),
    ("few 57", "control", "some day"),
    ("only assigned", "treatment", "2024-02-14 10:00:00"),
]
EXPOSED = [("few 50", "2024-02-15 10:00:00"), ("few 51", "2024-02-15 10:00:00")]


@dataclass(frozen=True)
class Shop:
    """A folder that orders and assignments arrive in, and who builds from it."""

    folder: Path
    dbt: ResidentDbt

    @classmethod
    def at(cls, folder: Path, **variables: Any) -> Shop:
        files = folder / "files"
        files.mkdir(exist_ok=True)
        paths = {
            "files_order_lines_path": str(files / "orders_*.csv"),
            "files_assignments_path": str(files / "assignments_*.csv"),
        }
        return cls(files, ResidentDbt(folder, VARIABLES | paths | variables))

    def with_settings(self, name: str, **variables: Any) -> Shop:
        """The same folder, read with other settings."""
        folder = self.dbt.folder / name
        folder.mkdir()
        return Shop(self.folder, ResidentDbt(folder, self.dbt.variables | variables))

    def build(
        self,
        warehouse: Warehouse,
        *,
        deliveries_so_far: int,
        is_reversed: bool = False,
        options: tuple[str, ...] = (),
    ) -> Warehouse:
        """Build as far as the experiments."""
        for path in self.folder.iterdir():
            path.unlink()
        for number, rows in enumerate(deliveries()[:deliveries_so_far]):
            self._write(f"orders_{number}.csv", rows, is_reversed=is_reversed)
        shown = [
            {
                "experiment_id": "shown",
                "variation": "control",
                "user_id": user,
                "assigned_at": time,
            }
            for user, time in EXPOSED
        ]
        elsewhere = [
            {
                "experiment_id": "elsewhere",
                "variation": arm,
                "user_id": user,
                "assigned_at": time,
            }
            for user, arm, time in ASSIGNMENTS
        ]
        self._write("assignments_0.csv", shown + elsewhere, is_reversed=is_reversed)
        self.dbt.run(
            warehouse,
            *("experiments", "experiment_assignments", "row_ledger"),
            "int_batches__completed",
            options=options,
        )
        return warehouse

    def _write(
        self, name: str, rows: list[dict[str, str]], *, is_reversed: bool
    ) -> None:
        with (self.folder / name).open("w") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(reversed(rows) if is_reversed else rows)


def place_of(text: str) -> float:
    """A number in [0, 1): the first 52 bits of the SHA-256 of a text."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:13], 16) / 2**52


def arm_at(place: float, arms: dict[str, float]) -> str:
    """The arm whose share a place lies in."""
    end = 0.0
    for arm, share in arms.items():
        end += share
        if place < end:
            return arm
    return arm


def naive_arms(
    experiment: str, customers: dict[str, datetime], *, start: datetime, end: datetime
) -> dict[str, str]:
    """Customer -> arm, of an experiment for everybody without strata."""
    one = EXPERIMENTS[experiment]
    assigned = {}
    for customer, first_seen_at in customers.items():
        is_early = first_seen_at < start
        is_open = one.get("enrolment", "open") == "open"
        if not (is_early or (is_open and first_seen_at < end)):
            continue
        low, high = one.get("slice", (0, 1))
        layer = one.get("layer")
        if layer and not low <= place_of(f"layer:{layer}:{customer}") < high:
            continue
        place = place_of(f"arm:{experiment}:{customer}")
        assigned[customer] = arm_at(place, one["arms"])
    return assigned
