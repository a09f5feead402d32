"""A small world of events in which everything that can go wrong does.

Times are whole milliseconds around a handful of midnights. Identifiers of the rows on
which two copies of one event disagree without a clock to settle it start with `tie`:
which copy wins there is a matter of taste, but it must not depend on the order of
arrival.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

START = pd.Timestamp("2024-03-01")
DAYS = 6
BOT_AGENT = "Mozilla/5.0 (compatible; Googlebot/2.1)"
AGENTS = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Safari/605",
    "Mozilla/5.0 (Linux; Android 9; CUBOT X19) Mobile",
    None,
)
TYPES = (
    "page_view",
    "page_view",
    "product_view",
    "search",
    "page_ping",
    "page_ping",
    "Add-To-Cart",
    "purchase",
    "mystery",
)
VARIABLES: dict[str, Any] = {
    "sources": ["files"],
    "bot_events_per_minute": 12,
    "max_group_size": {"default": 3, "email": 2},
    "session_cap_days": 1,
}
TEXT = (
    "source",
    "event_id",
    "event_type",
    "user_id",
    "anonymous_id",
    "device_id",
    "client_session_id",
    "email",
    "page_path",
    "utm_campaign",
    "user_agent",
    "product_id",
    "category",
    "order_id",
    "page_view_id",
)
NUMBERS = ("quantity", "unit_price", "engaged_seconds", "scroll_ratio")
TIMES = ("occurred_at", "device_created_at", "sent_at", "received_at")


@dataclass(frozen=True)
class World:
    """Raw rows of the three kinds of input, all values text as in a CSV file."""

    events: pd.DataFrame
    order_lines: pd.DataFrame
    consents: pd.DataFrame


def make_world(seed: int, *, with_ties: bool = True) -> World:
    """The same world for the same seed; without ties every verdict has a reason."""
    rng = np.random.default_rng(seed)
    events = _visits(rng)
    events += _long_streak(rng)
    events += _bots(rng)
    events += _double_fires_at_midnight()
    events += _rotating_cookies(rng)
    events += _crowded_cookie_and_email()
    events += _gaps_at_the_timeout()
    events += _unusable_rows()
    events += _late_and_skewed(rng, events)
    events += _copies(rng, events)
    if with_ties:
        events += _ties(rng)
    frame = _as_text(pd.DataFrame(events), [*TEXT, *NUMBERS, *TIMES])
    frame = frame.sample(frac=1, random_state=seed).reset_index(drop=True)
    return World(
        events=frame,
        order_lines=_order_lines(rng, seed, with_ties),
        consents=_consents(rng, seed),
    )


def deliver(
    frame: pd.DataFrame, folder: Path, name: str, batches: int, seed: int
) -> list[Path]:
    """Spread rows over so many files, as they might arrive; gives their paths.

    Some files lack columns that are empty in them; some are CSV, and those end their
    lines in one of two ways.
    """
    rng = np.random.default_rng([seed, len(name)])
    place = rng.integers(batches, size=len(frame))
    paths = []
    for number in range(batches):
        part = frame[place == number].dropna(axis=1, how="all")
        path = folder / f"{name}_{number}.parquet"
        part.to_parquet(path, index=False)
        paths.append(path)
    return paths


def _as_text(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """All columns, as text; what is missing stays missing."""
    frame = frame.reindex(columns=columns).astype(object)
    return frame.map(lambda value: None if pd.isna(value) else str(value)).astype("str")


def _moment(rng: np.random.Generator) -> pd.Timestamp:
    """Any time of the world; midnights are crowded."""
    day = START + pd.Timedelta(days=int(rng.integers(DAYS)))
    if rng.random() < 0.4:
        seconds = int(rng.normal(0, 1500)) + 86_400
        return day + pd.Timedelta(seconds=seconds)
    return day + pd.Timedelta(milliseconds=int(rng.integers(86_400_000)))


class _Ids:
    """Counts event ids."""

    def __init__(self) -> None:
        self.next = 0

    def __call__(self) -> str:
        self.next += 1
        return f"e{self.next:05d}"


def _event(event_id: str | None, at: pd.Timestamp, **values: Any) -> dict[str, Any]:
    row = {
        "source": "files",
        "event_id": event_id,
        "event_type": "page_view",
        "occurred_at": at,
        "received_at": at + pd.Timedelta(seconds=2),
    }
    return row | values


def _what(rng: np.random.Generator, number: int) -> dict[str, Any]:
    """Type and content of an event."""
    kind = str(rng.choice(TYPES))
    row: dict[str, Any] = {"event_type": kind}
    if kind == "page_view":
        row["page_path"] = f"/p/{rng.integers(4)}"
        if rng.random() < 0.3:
            row["page_view_id"] = f"v{rng.integers(60)}"
    if kind in {"product_view", "Add-To-Cart", "purchase"}:
        row["product_id"] = f"product {rng.integers(4)}"
        row["unit_price"] = round(float(rng.uniform(1, 50)), 2)
    if kind == "purchase":
        row["order_id"] = (
            f"event-order {number if rng.random() < 0.6 else rng.integers(5)}"
        )
        row["quantity"] = int(rng.integers(1, 4))
    if kind == "page_ping":
        row["scroll_ratio"] = round(float(rng.uniform(0, 1.2)), 3)
    row["utm_campaign"] = str(rng.choice(["spring", "summer", ""]))
    return row


def _visits(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Twelve people on shared and own cookies and devices, logging in midway."""
    rows = []
    identity = _Ids()
    for person in range(12):
        for visit in range(int(rng.integers(2, 4))):
            at = _moment(rng)
            cookie: str | None = f"cookie {rng.integers(15)}"
            device: str | None = f"device {rng.integers(8)}"
            if rng.random() < 0.25:
                cookie = None if rng.random() < 0.5 else "  "
            if rng.random() < 0.5:
                device = None
            length = int(rng.integers(2, 9))
            logs_in_at = int(rng.integers(0, length * 2))
            agent = AGENTS[int(rng.integers(len(AGENTS)))]
            for step in range(length):
                user = f"user {person}" if step >= logs_in_at else None
                if user is None and rng.random() < 0.3:
                    user = ""
                rows.append(
                    _event(
                        identity(),
                        at,
                        anonymous_id=cookie,
                        device_id=device,
                        user_id=user,
                        email=(
                            f" Person{person // 2}@Example.com"
                            if user and rng.random() < 0.15
                            else None
                        ),
                        client_session_id=f"session {person}-{visit}",
                        user_agent=agent,
                        **_what(rng, identity.next),
                    )
                )
                at += pd.Timedelta(
                    milliseconds=int(rng.choice([0, 400, 1000, 1001, 9000, 300_000]))
                )
                if rng.random() < 0.1:
                    at += pd.Timedelta(seconds=int(rng.choice([1799, 1800, 1801])))
    return rows


def _long_streak(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Activity without a gap for longer than a session may last."""
    at = START + pd.Timedelta(hours=3)
    rows = []
    for number in range(75):
        rows.append(
            _event(
                f"streak {number}",
                at,
                anonymous_id="cookie streak",
                page_path=f"/streak/{number}",
                user_id="user streak" if number == 60 else None,
            )
        )
        at += pd.Timedelta(seconds=int(rng.integers(1500, 1801)))
    return rows


def _bots(rng: np.random.Generator) -> list[dict[str, Any]]:
    """A burst beyond the limit, one just at it, a batch at one moment, a named bot."""
    noon = START + pd.Timedelta(hours=36)
    burst = [
        _event(
            f"burst {number}",
            noon + pd.Timedelta(seconds=2 * number),
            anonymous_id="cookie burst",
            page_path=f"/burst/{number}",
        )
        for number in range(14)
    ]
    at_limit = [
        _event(
            f"limit {number}",
            noon + pd.Timedelta(seconds=4 * number),
            anonymous_id="cookie limit",
            page_path=f"/limit/{number}",
            user_id="user 3",
        )
        for number in range(12)
    ]
    at_once = [
        _event(
            f"once {number}",
            noon,
            anonymous_id="cookie once",
            page_path=f"/once/{number}",
        )
        for number in range(20)
    ]
    named = [
        _event(
            f"named {number}",
            _moment(rng),
            anonymous_id="cookie 1",
            user_agent=BOT_AGENT,
            page_path=f"/named/{number}",
        )
        for number in range(4)
    ]
    after = [
        _event(
            "burst after",
            noon + pd.Timedelta(hours=20),
            anonymous_id="cookie burst",
            page_path="/burst/later",
        )
    ]
    return burst + at_limit + at_once + named + after


def _double_fires_at_midnight() -> list[dict[str, Any]]:
    midnight = START + pd.Timedelta(days=3)
    offsets = (-1400, -900, -300, 0, 600, 1600, 2601, 2602)
    return [
        _event(
            f"midnight {number}",
            midnight + pd.Timedelta(milliseconds=offset),
            anonymous_id="cookie midnight",
            user_id="user 5",
            page_path="/midnight",
        )
        for number, offset in enumerate(offsets)
    ]


def _rotating_cookies(rng: np.random.Generator) -> list[dict[str, Any]]:
    """A new cookie on every visit, held together by a device; some without a login."""
    rows = []
    for number in range(8):
        at = _moment(rng)
        rows.append(
            _event(
                f"rotating {number}",
                at,
                anonymous_id=f"cookie rotating {number}",
                device_id=f"device rotating {number % 2}",
                user_id="user rotating" if number == 4 else None,
                page_path=f"/rotating/{number}",
            )
        )
        rows.append(
            _event(
                f"rotating without device {number}",
                at + pd.Timedelta(minutes=5),
                anonymous_id=f"cookie rotating {number}",
                page_path="/rotating",
            )
        )
    return rows


def _crowded_cookie_and_email() -> list[dict[str, Any]]:
    """A library's terminal, and an e-mail address that a whole office uses."""
    at = START + pd.Timedelta(hours=50)
    terminal = [
        _event(
            f"terminal {number}",
            at + pd.Timedelta(minutes=40 * number),
            anonymous_id="cookie terminal",
            user_id=f"user {number}",
            page_path=f"/terminal/{number}",
        )
        for number in range(5)
    ]
    office = [
        _event(
            f"office {number}",
            at + pd.Timedelta(minutes=7 * number),
            anonymous_id=f"cookie office {number}",
            user_id=f"user office {number}",
            email="office@example.com",
            page_path=f"/office/{number}",
        )
        for number in range(4)
    ]
    return terminal + office


def _gaps_at_the_timeout() -> list[dict[str, Any]]:
    """Exactly the timeout, a millisecond more, and an event between two sessions."""
    at = START + pd.Timedelta(hours=70)
    offsets = (0, 1_800_000, 3_600_001, 9_000_000, 12_600_000, 10_800_000)
    return [
        _event(
            f"gap {number}",
            at + pd.Timedelta(milliseconds=offset),
            anonymous_id="cookie gap",
            page_path=f"/gap/{number}",
        )
        for number, offset in enumerate(offsets)
    ]


def _unusable_rows() -> list[dict[str, Any]]:
    at = START + pd.Timedelta(hours=10)
    return [
        _event("unusable 1", at),
        _event("unusable 2", at, anonymous_id="", user_id="  ", device_id=""),
        _event("unusable 3", at, user_id="user 1", event_type=None),
        _event("unusable 4", at, user_id="user 1", occurred_at="half past nine"),
        _event("unusable 5", at, user_id="user 1", occurred_at=None),
        _event("unusable 6", at, user_id="user 1", unit_price="a lot"),
        _event(
            "unusable 7", at + pd.Timedelta(days=3), user_id="user 1", received_at=at
        ),
        _event(None, at, anonymous_id="cookie 2", page_path="/no-id"),
        _event(None, at, anonymous_id="cookie 2", page_path="/no-id"),
        _event(None, at, anonymous_id="cookie 2", page_path="/another-no-id"),
    ]


def _late_and_skewed(
    rng: np.random.Generator, events: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Rows sent long after they happened, and rows of a device with a wrong clock."""
    rows = []
    for number in range(16):
        like = events[int(rng.integers(80))]
        created = pd.Timestamp(like["occurred_at"]) + pd.Timedelta(hours=-7)
        delay = pd.Timedelta(days=4) if number % 3 == 0 else pd.Timedelta(minutes=20)
        skew = pd.Timedelta(hours=7)
        rows.append(
            like
            | {
                "event_id": f"skewed {number}",
                "page_path": f"/skewed/{number}",
                "page_view_id": None,
                "order_id": None,
                "occurred_at": None if number % 2 else created,
                "device_created_at": created,
                "sent_at": created + delay,
                "received_at": created + delay + skew,
            }
        )
    return rows


def _copies(
    rng: np.random.Generator, events: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Exact repeats, and repeats at another time that say something else."""
    rows = []
    for _ in range(70):
        like = events[int(rng.integers(len(events)))]
        if not isinstance(like["received_at"], pd.Timestamp):
            continue
        choice = rng.random()
        if choice < 0.4:
            rows.append(dict(like))
            continue
        shift = pd.Timedelta(milliseconds=int(rng.integers(-90_000, 90_000)))
        copy = like | {"received_at": like["received_at"] + shift}
        if choice < 0.75 and like["event_id"] is not None:
            copy |= {
                "anonymous_id": f"cookie {rng.integers(15)}",
                "user_id": f"user {rng.integers(12)}",
                "utm_campaign": "conflict",
                "product_id": f"product {rng.integers(4)}",
            }
            if isinstance(like["occurred_at"], pd.Timestamp) and rng.random() < 0.5:
                copy["occurred_at"] = like["occurred_at"] + pd.Timedelta(
                    hours=int(rng.integers(-30, 30))
                )
        rows.append(copy)
    return rows


def _ties(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Copies of one event that agree on every clock and disagree on one other thing."""
    changes: dict[str, tuple[Any, Any]] = {
        "event_type": ("search", "feature_use"),
        "user_id": ("tie user 1", "tie user 2"),
        "anonymous_id": ("tie cookie a", "tie cookie b"),
        "device_id": ("tie device 1", "tie device 2"),
        "email": ("tie1@example.com", "tie2@example.com"),
        "client_session_id": ("tie session 1", "tie session 2"),
        "product_id": ("product 1", "product 2"),
        "category": ("shoes", "hats"),
        "utm_campaign": ("spring", "autumn"),
        "page_path": ("/tie/1", "/tie/2"),
        "page_view_id": ("tie view 1", "tie view 2"),
        "order_id": ("tie order 1", "tie order 2"),
        "quantity": (1, 2),
        "unit_price": (3, 4),
        "scroll_ratio": (0.1, 0.2),
        "engaged_seconds": (5, 6),
        "user_agent": (AGENTS[0], BOT_AGENT),
    }
    rows = []
    for number, (column, values) in enumerate(changes.items()):
        base = _event(
            f"tie {column}",
            START + pd.Timedelta(hours=20, minutes=3 * number),
            event_type="purchase" if column in {"order_id", "quantity"} else "search",
            anonymous_id=f"tie cookie {number % 4}",
            user_id="tie user" if number % 3 == 0 else None,
        )
        copies = [base | {column: value} for value in values]
        rows += copies + [copies[int(rng.integers(2))]] * int(rng.integers(2))
    return rows


def _order_lines(rng: np.random.Generator, seed: int, with_ties: bool) -> pd.DataFrame:
    """Lines with versions, repeats, credit notes, gaps, and lines without an id."""
    rows: list[dict[str, Any]] = []
    for number in range(30):
        at = _moment(rng)
        user = f"user {rng.integers(14)}" if rng.random() < 0.8 else None
        for line in range(int(rng.integers(1, 4))):
            row = {
                "order_id": f"order {number}",
                "line_id": str(line),
                "ordered_at": at,
                "received_at": at + pd.Timedelta(minutes=1),
                "user_id": user,
                "anonymous_id": f"cookie {rng.integers(15)}" if user is None else None,
                "email": f"person{number % 6}@example.com" if number % 5 == 0 else None,
                "product_id": f"product {rng.integers(4)}",
                "category": str(rng.choice(["shoes", "hats"])),
                "quantity": int(rng.choice([1, 2, -1])),
                "unit_price": round(float(rng.uniform(1, 90)), 2),
                "discount": None if rng.random() < 0.7 else 0.5,
                "currency": "eur" if rng.random() < 0.9 else None,
                "status": str(rng.choice(["completed", "cancelled"], p=[0.8, 0.2])),
            }
            if rng.random() < 0.1:
                row["unit_price"] = None
            rows.append(row)
            choice = rng.random()
            if choice < 0.15:
                rows.append(dict(row))
            elif choice < 0.35:
                later = pd.Timedelta(hours=int(rng.integers(1, 50)))
                rows.append(
                    row
                    | {
                        "received_at": row["received_at"] + later,
                        "status": "returned",
                        "quantity": int(rng.integers(1, 9)),
                    }
                )
            elif choice < 0.5 and with_ties:
                column, value = [
                    ("product_id", "product 9"),
                    ("category", "gloves"),
                    ("discount", 0.75),
                    ("status", "shipped"),
                    ("user_id", "user 13"),
                    ("currency", "USD"),
                    ("ordered_at", at + pd.Timedelta(hours=30)),
                ][int(rng.integers(7))]
                rows.append(row | {column: value})
    rows += [
        rows[0] | {"order_id": None, "line_id": "no order"},
        rows[0] | {"order_id": "order bad", "ordered_at": "soon"},
        rows[0] | {"order_id": "order bad 2", "quantity": "some"},
        rows[0] | {"order_id": "order no line", "line_id": None},
        rows[0] | {"order_id": "order no line", "line_id": None, "quantity": 7},
    ]
    frame = _as_text(pd.DataFrame(rows), list(rows[0]))
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True)


def _consents(rng: np.random.Generator, seed: int) -> pd.DataFrame:
    """People and cookies that say no, and some that say yes again."""
    rows: list[dict[str, Any]] = []
    for number in range(8):
        subject = (
            {"user_id": f"user {rng.integers(12)}"}
            if number % 2
            else {"anonymous_id": f"cookie {rng.integers(15)}"}
        )
        at = _moment(rng)
        base = {"purpose": "analytics", "user_id": None, "anonymous_id": None} | subject
        rows.append(base | {"status": "denied", "changed_at": at})
        if number % 3 == 0:
            rows.append(rows[-1])
        if number % 4 != 0:
            again = at + pd.Timedelta(hours=int(rng.integers(2, 40)))
            rows.append(base | {"status": "granted", "changed_at": again})
        if number == 6:
            rows.append(base | {"status": "granted", "changed_at": at})
        rows.append(
            base | {"status": "denied", "changed_at": at, "purpose": "marketing"}
        )
    rows.append(rows[0] | {"status": "perhaps"})
    rows.append(rows[0] | {"changed_at": "never"})
    frame = _as_text(pd.DataFrame(rows), list(rows[0]))
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True)
