"""A small shop in New York over three years, for what only time and detail can show.

Seasons and anniversaries, visits around midnight, lines of one order that are cancelled
and others that are not, shared and unknown cookies, ratings, gaps in what is told. Rows
are all in order: nothing is a bot's, late or sent twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, Any]

ZONE = ZoneInfo("America/New_York")
FIRST = pd.Timestamp("2021-12-20")
DAYS = 1150
CATEGORIES = ("shoes", "hats", "coats", "bags", "belts", None)
FEATURES = ("wishlist", "compare", "size guide", None)
# Weights of what happens in a visit.
TYPES = {
    "page_view": 30,
    "screen_view": 5,
    "product_view": 30,
    "page_ping": 20,
    "add_to_cart": 8,
    "search": 8,
    "begin_checkout": 4,
    "feature_use": 12,
    "feedback": 5,
    "support_ticket": 3,
    "support_chat": 3,
    "email_open": 2,
    "email_click": 3,
    "remove_from_cart": 1,
}
AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148",
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) Version/16.6",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0",
    None,
)
CAME_FROM: tuple[Row, ...] = (
    {},
    {},
    {"referrer": "https://www.google.com/"},
    {"referrer": "https://www.facebook.com/feed"},
    {"referrer": "https://blog.example/post"},
    {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand"},
    {"utm_source": "facebook", "utm_medium": "paid_social"},
    {"utm_source": "network", "utm_medium": "banner"},
    {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "weekly"},
    {"utm_source": "partner", "utm_medium": "affiliate"},
)
# Days, in New York, on which these people come, whatever the others do.
HABITS: dict[str, tuple[str, ...]] = {
    "once": ("2023-07-04",),
    "for a year": ("2022-06-01", "2022-08-12", "2023-05-31"),
    "almost for a year": ("2022-06-02", "2022-08-12", "2023-05-31"),
    "in December": tuple(
        f"{year}-12-{day}" for year in (2022, 2023, 2024) for day in range(10, 26, 3)
    ),
    "on the first": tuple(
        f"{year}-{month:02}-01" for year in (2022, 2023, 2024) for month in range(1, 13)
    ),
    "on leap days": ("2023-02-28", "2024-02-29", "2024-12-31", "2025-01-01"),
    "when clocks change": ("2022-03-13", "2022-11-06", "2024-03-10", "2024-11-03"),
}


def make_events(seed: int) -> pd.DataFrame:
    """Visits of people with habits, and of thirty without."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for habit, days in HABITS.items():
        for day in days:
            at = pd.Timestamp(day)
            rows += _visit(rng, f"user {habit}", at, f"cookie {habit}")
    for number in range(30):
        who = f"user {number}"
        own = [f"cookie {number}-{place}" for place in range(int(rng.integers(1, 4)))]
        shared = [f"tablet {number // 2}", *(["terminal"] if number % 4 == 0 else [])]
        # Some have two accounts with one address, and three people have one device.
        address = f"person{number}" if number < 24 else f"pair{number // 2}"
        for _ in range(int(rng.integers(2, 45))):
            day = FIRST + pd.Timedelta(
                days=int(rng.integers(DAYS * number // 40, DAYS))
            )
            seen = str(rng.choice(own if rng.random() < 0.85 else shared))
            rows += _visit(
                rng,
                who,
                day,
                seen if rng.random() < 0.9 else None,
                device=f"device {number // 3}" if rng.random() < 0.3 else None,
                email=f"{address}@example.com" if rng.random() < 0.1 else None,
            )
    for number, row in enumerate(rows):
        row["event_id"] = f"event {number:06}"
    return pd.DataFrame(rows)


def make_order_lines(seed: int) -> pd.DataFrame:
    """Orders of people who also visit, and of some who never do."""
    rng = np.random.default_rng([seed, 1])
    rows: list[Row] = []
    for number in range(0, 30, 2):
        for place in range(int(rng.integers(0, 12))):
            day = FIRST + pd.Timedelta(
                days=int(rng.integers(DAYS * number // 40, DAYS))
            )
            at = _to_utc(day + pd.Timedelta(seconds=int(rng.integers(86_400))))
            who: Row = {"user_id": f"user {number}"}
            if place % 5 == 4:
                who = {"anonymous_id": f"cookie {number}-0"}
            rows += _order(rng, f"order {number}-{place}", at, who)
    clockwork = {"user_id": "user clockwork"}
    for place in range(60):
        at = _to_utc(pd.Timestamp("2022-03-01 12:00") + pd.Timedelta(days=14 * place))
        rows += _order(rng, f"order of clockwork {place}", at, clockwork, is_sold=True)
    noon = pd.Timestamp("2023-01-15 17:00")
    of_few: dict[str, tuple[int, Row]] = {
        "one": (1, {"user_id": "user one order"}),
        "two on a day": (2, {"user_id": "user two on a day"}),
        "three on a day": (3, {"email": "three@example.com"}),
        "nobody's": (2, {}),
    }
    for name, (count, who) in of_few.items():
        for place in range(count):
            # The second and third at the same moment.
            at = noon + pd.Timedelta(hours=min(place, 1))
            rows += _order(rng, f"order {name} {place}", at, who, is_sold=True)
    only_credit = {"user_id": "user credit", "status": "cancelled", "quantity": -1}
    rows.append(_line("credit", "0", noon, 25) | only_credit)
    return pd.DataFrame(rows)


def _to_utc(local: pd.Timestamp) -> pd.Timestamp:
    there = local.tz_localize(ZONE, ambiguous=True, nonexistent="shift_forward")
    return there.tz_convert(None)


def _visit(
    rng: np.random.Generator,
    who: str,
    day: pd.Timestamp,
    cookie: str | None,
    *,
    device: str | None = None,
    email: str | None = None,
) -> Iterator[Row]:
    """Some events, a third of them around midnight; who it is shows midway, or not."""
    is_late = rng.random() < 0.3
    second = 86_400 - int(rng.integers(1800)) if is_late else rng.integers(86_000)
    at = _to_utc(day + pd.Timedelta(seconds=int(second)))
    length = int(rng.integers(1, 12))
    came_from = CAME_FROM[int(rng.integers(len(CAME_FROM)))]
    told_at = int(rng.integers(4)) if is_late else 0
    login_at = int(rng.integers(0, 2 * length))
    agent = AGENTS[int(rng.integers(len(AGENTS)))]
    for step in range(length):
        row: Row = {
            "event_type": str(rng.choice(list(TYPES), p=WEIGHTS)),
            "occurred_at": at,
            "anonymous_id": cookie,
            "device_id": device if cookie else device or "device of all",
            "user_id": who if step >= login_at else None,
            "email": email if step >= login_at else None,
            "user_agent": agent,
            "page_path": f"/{step}",
        }
        if row["event_type"] in {"product_view", "add_to_cart", "feature_use"}:
            row["category"] = CATEGORIES[int(rng.integers(len(CATEGORIES)))]
        if row["event_type"] == "feature_use":
            row["feature_name"] = FEATURES[int(rng.integers(len(FEATURES)))]
        if row["event_type"] == "feedback" and rng.random() < 0.8:
            row["quantity"] = float(rng.integers(2, 21)) / 2
        if step == told_at:
            row |= came_from
        yield row
        at += pd.Timedelta(milliseconds=int(rng.integers(2000, 600_000)))


WEIGHTS = np.array(list(TYPES.values())) / sum(TYPES.values())


def _line(order_id: str, line_id: str, at: pd.Timestamp, price: float) -> Row:
    return {
        "order_id": order_id,
        "line_id": line_id,
        "ordered_at": at,
        "quantity": 1,
        "unit_price": price,
        "discount": None,
        "status": "completed",
        "currency": "USD",
    }


def _order(
    rng: np.random.Generator,
    order_id: str,
    at: pd.Timestamp,
    who: Row,
    *,
    is_sold: bool = False,
) -> Iterator[Row]:
    """One to three lines; what is not sold for sure may be cancelled, or a credit."""
    for number in range(int(rng.integers(1, 4))):
        price = round(float(rng.uniform(0, 90)), 2)
        row = _line(order_id, str(number), at, price) | who
        row["quantity"] = int(rng.integers(1, 4))
        row["category"] = CATEGORIES[int(rng.integers(len(CATEGORIES)))]
        if rng.random() < 0.4:
            row["discount"] = round(price * float(rng.random()), 2)
        if not is_sold:
            row["status"] = str(
                rng.choice(["completed", "cancelled", "returned"], p=[0.7, 0.2, 0.1])
            )
            if rng.random() < 0.1:
                row["quantity"] = -1
        yield row
