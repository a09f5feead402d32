"""A small world of experiments, and what a loop over its rows makes of it."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
AS_OF = date(2025, 4, 10)
PAST_DAYS = 21
CUSTOMERS = 150
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)

ORDERS = {"model": "orders", "at": "ordered_at"}
VISITS = {"model": "customer_days", "date": "activity_date"}
METRICS: dict[str, dict[str, Any]] = {
    "bought": {"kind": "proportion", "value": ORDERS | {"where": "is_purchase"}},
    "revenue": {"kind": "mean", "value": ORDERS | {"column": "amount"}},
    "order_value": {
        "kind": "ratio",
        "value": ORDERS | {"column": "amount"},
        "base": ORDERS | {"where": "is_purchase"},
    },
    "orders_per_visit": {
        "kind": "ratio",
        "value": ORDERS | {"where": "is_purchase"},
        "base": VISITS | {"column": "session_count"},
    },
    "visits": {
        "kind": "mean",
        "value": VISITS | {"column": "session_count"},
        "covariate": "order_count",
        "better": "lower",
    },
    "came_back": {
        "kind": "proportion",
        "value": VISITS | {"where": "session_count > 0"},
        "from_day": 3,
        "to_day": 10,
    },
    "late_revenue": {
        "kind": "mean",
        "value": ORDERS | {"column": "amount"},
        "from_day": 5,
    },
    "most_revenue": {
        "kind": "quantile",
        "quantile": 0.8,
        "value": ORDERS | {"column": "amount"},
    },
    "never_asked": {"kind": "mean", "value": ORDERS},
}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "ended": {
        "assigned_by": "events",
        "arms": {"old": 0.5, "new": 0.25, "newest": 0.25},
        "start": "2025-03-03",
        "end": "2025-03-31",
        "metrics": ["order_value", "revenue", "visits", "most_revenue"],
        "guardrails": ["came_back", "late_revenue"],
        "minimum_effect": 0.2,
    },
    "running": {
        "assigned_by": "events",
        "arms": {"a": 0.5, "b": 0.5},
        "start": "2025-04-01",
        "end": "2025-05-01",
        "metrics": ["bought", "orders_per_visit", "came_back"],
    },
    "planned": {
        "assigned_by": "events",
        "arms": {"a": 0.5, "b": 0.5},
        "start": "2025-06-01",
        "end": "2025-07-01",
        "metrics": ["bought", "most_revenue"],
    },
}

Amounts = dict[str, list[tuple[datetime, datetime, float]]]


@dataclass
class World:
    """Rows of the marts that metrics are made of."""

    assignments: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    days: list[dict[str, Any]] = field(default_factory=list)
    features: list[dict[str, Any]] = field(default_factory=list)

    def facts_of(self, fact: dict[str, Any]) -> dict[str, list[Any]]:
        """(began, over, amount) by customer, where its condition holds."""
        facts = defaultdict(list)
        rows = self.orders if fact["model"] == "orders" else self.days
        for row in rows:
            if fact.get("where") == "is_purchase" and not row["is_purchase"]:
                continue
            if (
                fact.get("where") == "session_count > 0"
                and not row["session_count"] > 0
            ):
                continue
            amount = row[fact["column"]] if "column" in fact else 1
            if "date" in fact:
                began = midnight(row["activity_date"])
                over = midnight(row["activity_date"] + DAY)
            else:
                began = over = row["ordered_at"]
            facts[row["customer_id"]].append((began, over, float(amount or 0)))
        return facts


def midnight(day: date) -> datetime:
    """When a day begins where the shop is, UTC."""
    local = datetime.combine(day, time(), tzinfo=ZONE)
    return local.astimezone(UTC).replace(tzinfo=None)


def make_world(seed: int) -> World:
    """Customers who buy and visit at random, also at the edges of every window."""
    draw = random.Random(seed)  # noqa: S311
    world = World()
    for name, days in (("ended", 28), ("running", 9)):
        arms = list(EXPERIMENTS[name]["arms"])
        for number in range(CUSTOMERS):
            customer = str(uuid.UUID(int=draw.getrandbits(128)))
            start = datetime.fromisoformat(EXPERIMENTS[name]["start"])
            assigned = start + draw.randrange(days * 24) * timedelta(hours=1)
            if number % 5 == 0:
                assigned += timedelta(seconds=draw.random() * 3600)
            if number % 11 == 0:
                assigned = midnight(assigned.date() + DAY)
            world.assignments.append(
                {
                    "customer_id": customer,
                    "experiment_id": name,
                    "arm": draw.choice(arms),
                    "status": "in" if number % 17 else "automated",
                    "segment_name": None,
                    "segment_id": draw.choice([1, 2, None]),
                    "arm_count": 1,
                    "is_analysed": number % 17 != 0,
                    "assigned_at": assigned,
                    "exposed_at": assigned,
                }
            )
            live(world, customer, assigned, draw)
    return world


def live(world: World, customer: str, assigned: datetime, draw: random.Random) -> None:
    """What one customer does around the assignment."""
    edges = [
        assigned,
        assigned - MICROSECOND,
        assigned - timedelta(days=PAST_DAYS),
        assigned - timedelta(days=PAST_DAYS) - MICROSECOND,
        assigned + timedelta(days=5),
        assigned + timedelta(days=5) - MICROSECOND,
        datetime.fromisoformat("2025-03-31"),
        datetime.fromisoformat("2025-03-31") - MICROSECOND,
        midnight(AS_OF),
        midnight(AS_OF) - MICROSECOND,
    ]
    moments = [edge for edge in edges if draw.random() < 0.2]
    moments += [
        assigned + timedelta(hours=draw.uniform(-24 * 30, 24 * 35))
        for _ in range(draw.randrange(8))
    ]
    for moment in moments:
        amount = draw.choice([None, -5.25, round(draw.expovariate(0.02), 4), 10])
        world.orders.append(
            {
                "customer_id": customer,
                "amount": amount,
                "is_purchase": amount is not None and amount > 0,
                "ordered_at": moment,
            }
        )
    for offset in sorted(draw.sample(range(-30, 45), draw.randrange(30))):
        world.days.append(
            {
                "customer_id": customer,
                "activity_date": assigned.date() + offset * DAY,
                "session_count": draw.randrange(4),
            }
        )
    for as_of in (date(2025, 2, 1), date(2025, 3, 1), date(2025, 3, 10), AS_OF):
        if draw.random() < 0.7:
            world.features.append(
                {
                    "customer_id": customer,
                    "as_of_date": as_of,
                    "order_count": draw.randrange(9),
                }
            )


@dataclass
class Reference:
    """Metrics by a loop: one customer, one fact at a time."""

    world: World

    def __post_init__(self) -> None:
        self.facts = {
            (name, side): self.world.facts_of(metric[side])
            for name, metric in METRICS.items()
            for side in ("value", "base")
            if side in metric and name != "never_asked"
        }

    def value(
        self,
        metric: str,
        assignment: dict[str, Any],
        *,
        until: datetime,
        since: datetime | None = None,
    ) -> dict[str, float] | None:
        """The parts of a metric, None where it cannot be told yet.

        Facts from `since` on alone, where it is given; they are known once they are
        over.
        """
        asked = METRICS[metric]
        assigned = assignment["assigned_at"]
        starts = assigned + asked.get("from_day", 0) * DAY
        ends = until
        if "to_day" in asked:
            ends = assigned + asked["to_day"] * DAY
            if ends > midnight(AS_OF):
                return None
        elif starts >= until:
            return None
        customer = assignment["customer_id"]
        told = {}
        for side in ("value", "base"):
            if side not in asked:
                continue
            facts = self.facts[metric, side][customer]
            found = [
                amount
                for began, over, amount in facts
                if starts <= began < ends
                and over <= ends
                and (since is None or (over > since if over > began else over >= since))
            ]
            past = [
                amount
                for began, over, amount in facts
                if assigned - PAST_DAYS * DAY <= began < assigned and over <= assigned
            ]
            told[side], told["past_" + side] = sum(found), sum(past)
        if asked["kind"] == "proportion":
            told = {part: float(number > 0) for part, number in told.items()}
        if "covariate" in asked:
            told["past_value"] = self.feature(customer, asked["covariate"], assigned)
        if asked["kind"] == "quantile":
            del told["past_value"]
        return told

    def feature(self, customer: str, name: str, assigned: datetime) -> float:
        """As of the last date that is computed and not after the assignment."""
        day = assigned.replace(tzinfo=UTC).astimezone(ZONE).date()
        dates = [one for one in AS_OF_DATES if one <= day]
        for row in self.world.features:
            if row["customer_id"] == customer and row["as_of_date"] == max(dates):
                return float(row[name])
        return 0.0


AS_OF_DATES = (date(2025, 2, 1), date(2025, 3, 1), date(2025, 3, 10), AS_OF)
