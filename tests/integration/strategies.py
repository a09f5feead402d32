"""Events that hypothesis draws, made to collide.

Few visitors, few users, times around the session timeout and around midnight, ids that
repeat with other contents, values that cannot be read. With ties, rows may share every
clock; without them, whatever two rows disagree on is settled by a clock, so that a
naive reading can tell who is right.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from adversary import BOT_AGENT, NUMBERS, TEXT, TIMES, World
from hypothesis import strategies as st

START = pd.Timestamp("2024-03-01")
ANCHORS = ("10:00:00", "12:00:00", "23:29:59.5", "23:59:59", "1 day", "1 day 00:30:00")
OFFSETS = (
    *("0s", "0s", "1ms", "1s", "1001ms", "2s", "15s", "5min"),
    *("1799s", "1800s", "1800001ms", "3600s", "9h", "1 day", "2 days"),
)
NO_TEXT = (None, None, "", "  ")
NOBODY = ("null", "None", "undefined", "(not set)", "N/A")
USERS = tuple(f"user {number}" for number in range(6))
COOKIES = tuple(f"cookie {number}" for number in range(3))
DEVICES = tuple(f"device {number}" for number in range(3))
EMAILS = ("a@example.com", " A@Example.com", "b@example.com", "c@example.com")
TYPES = (
    *("page_view", "page_view", "Page View", "page_ping", "search", "search"),
    *("product_view", "purchase", "purchase", "mystery", ""),
)
UNREADABLE = ("a lot", "1,5", "--")
IDS = (
    *("event_id", "user_id", "anonymous_id", "device_id", "client_session_id"),
    *("page_view_id", "order_id"),
)
LINE_COLUMNS = (
    *("order_id", "line_id", "ordered_at", "received_at", "user_id", "anonymous_id"),
    *(
        "email",
        "product_id",
        "quantity",
        "unit_price",
        "discount",
        "status",
        "currency",
    ),
)
CONSENT_COLUMNS = ("user_id", "anonymous_id", "purpose", "status", "changed_at")
COLUMNS = {
    "events": (*TEXT, *NUMBERS, *TIMES),
    "order_lines": LINE_COLUMNS,
    "consents": CONSENT_COLUMNS,
}
Rows = list[dict[str, Any]]


class Arrival:
    """Rows of one batch by kind of input; no dataclass, to be readable in a report."""

    def __init__(self, rows: dict[str, Rows]) -> None:
        self.rows = rows

    def frames(self) -> dict[str, pd.DataFrame]:
        """All columns, as text; what is missing stays missing."""
        return {kind: _frame(kind, rows) for kind, rows in self.rows.items()}

    def __repr__(self) -> str:
        """One line a row, without what is empty."""
        return "\n".join(
            f"{kind}: " + ", ".join(f"{k}={v}" for k, v in row.items() if v is not None)
            for kind, rows in self.rows.items()
            for row in rows
        )


class Arrivals:
    """Batches in the order in which they arrive."""

    def __init__(self, batches: list[Arrival]) -> None:
        self.batches = batches

    def __repr__(self) -> str:
        """The batches below each other."""
        return "\n".join(
            f"\nbatch {number}\n{batch!r}" for number, batch in enumerate(self.batches)
        )


def _frame(kind: str, rows: Rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(COLUMNS[kind])).astype(object)
    return frame.map(lambda value: None if pd.isna(value) else str(value)).astype("str")


def as_world(arrival: Arrival) -> World:
    """Frames for the naive reading, which does not know who stands for nobody."""
    names = [name.lower() for name in NOBODY]
    frames = arrival.frames()
    for column in IDS:
        values = frames["events"][column]
        frames["events"][column] = values.mask(values.str.lower().isin(names))
    emails = frames["events"]["email"]
    frames["events"]["email"] = emails.where(emails.str.contains("@", na=False))
    return World(**frames)


_moments = st.builds(
    lambda anchor, *offsets: (
        START + pd.Timedelta(anchor) + sum(map(pd.Timedelta, offsets), pd.Timedelta(0))
    ),
    st.sampled_from(ANCHORS),
    st.sampled_from(OFFSETS),
    st.sampled_from(OFFSETS),
)


@st.composite
def _events(draw: st.DrawFn, number: int, *, with_ties: bool) -> dict[str, Any]:
    """One event; without ties, one that links identifiers has a moment of its own."""
    pick = lambda *values: draw(st.sampled_from(values))  # noqa: E731
    name = pick(*TYPES)
    row: dict[str, Any] = {
        "source": "files",
        "event_id": f"x{number}",
        "event_type": name,
        "anonymous_id": pick(*COOKIES, *COOKIES, *NO_TEXT, *NOBODY[:2]),
        "device_id": pick(*DEVICES, *NO_TEXT, *NO_TEXT, *NOBODY[2:]),
        "user_id": pick(*USERS, *NO_TEXT, *NO_TEXT, *NOBODY[:3]),
        "client_session_id": pick(None, None, "visit 1", "visit 2"),
        "page_path": pick(None, "/a", "/b"),
        "user_agent": pick(*[None] * 9, "Mozilla/5.0 (Linux; CUBOT X19)", BOT_AGENT),
    }
    if draw(st.integers(0, 7)) == 0:
        row["email"] = pick(*EMAILS, "no address")
    at = draw(_moments)
    if not with_ties:
        at += pd.Timedelta(microseconds=number)
    row |= {
        "occurred_at": at,
        "received_at": at + pd.Timedelta("2s") + pd.Timedelta(microseconds=number),
    }
    if name == "purchase":
        row["order_id"] = pick(None, "undefined", "event order 1", "event order 2")
        row["product_id"] = pick(None, "product 1")
        row["unit_price"] = pick(None, 5, 7.25)
    if name == "page_view":
        row["page_view_id"] = pick(*[None] * 3, "null", "view 1", "view 2")
    return row | draw(_spoilings(at, number, with_ties=with_ties))


@st.composite
def _spoilings(
    draw: st.DrawFn, at: pd.Timestamp, number: int, *, with_ties: bool
) -> dict[str, Any]:
    """What may be wrong with an event; mostly nothing."""
    delay = pd.Timedelta(draw(st.sampled_from(["10s", "3 days", "73h"])))
    skew = pd.Timedelta(draw(st.sampled_from(["0s", "1800s", "-7h"])))
    skewed = {
        "occurred_at": draw(st.sampled_from([None, at])),
        "device_created_at": at,
        "sent_at": at + delay,
        "received_at": at + delay + skew + pd.Timedelta(microseconds=number),
    }
    # A row without an id is told from others by its page.
    nameless = {
        "event_id": draw(st.sampled_from([*NO_TEXT, *NOBODY])),
        "page_path": f"/row/{number}",
    }
    troubles: list[dict[str, Any]] = [
        *[skewed] * 3,
        nameless,
        {"quantity": draw(st.sampled_from(UNREADABLE))},
        {"occurred_at": draw(st.sampled_from([None, "", "half past nine"]))},
        {"received_at": at - pd.Timedelta("2 days")},
        {"received_at": None} if with_ties else {},
    ]
    return draw(st.sampled_from([*[{}] * 24, *troubles]))


def _is_nobody(row: dict[str, Any]) -> bool:
    return row["event_id"] in {*NO_TEXT, *NOBODY}


@st.composite
def _copies(draw: st.DrawFn, of: Rows, number: int, *, with_ties: bool) -> Any:
    """An event again: as it was, or received at another time with other contents."""
    row = dict(draw(st.sampled_from(of)))
    if draw(st.booleans()):
        return row
    other = draw(_events(number, with_ties=with_ties))
    for name in draw(st.lists(st.sampled_from(list(other)), max_size=6)):
        row[name] = other[name]
    row["event_id"] = other["event_id"] if _is_nobody(row) else row["event_id"]
    if not with_ties:
        # Other contents come with a receipt and a moment that nothing else has.
        row["occurred_at"] = other["occurred_at"]
        row["received_at"] = other["received_at"]
    return row


@st.composite
def _streams(draw: st.DrawFn, most: int, *, with_ties: bool) -> Rows:
    count = draw(st.integers(most // 2, most))
    rows = [draw(_events(number, with_ties=with_ties)) for number in range(count)]
    return rows + [
        draw(_copies(rows, count + number, with_ties=with_ties))
        for number in range(count // 4)
    ]


@st.composite
def _order_lines(draw: st.DrawFn, *, with_ties: bool) -> Rows:
    pick = lambda *values: draw(st.sampled_from(values))  # noqa: E731
    rows: Rows = []
    for number in range(draw(st.integers(0, 12))):
        at = draw(_moments) + pd.Timedelta(milliseconds=7)
        if not with_ties:
            at += pd.Timedelta(microseconds=number)
        rows.append(
            {
                "order_id": pick("order 1", "order 2", "order 3"),
                "line_id": pick("1", "2", None),
                "ordered_at": at,
                "received_at": at + pd.Timedelta("1min"),
                "user_id": pick(*USERS, None),
                "anonymous_id": pick(*COOKIES, None, None),
                "email": pick(*EMAILS, None, None, None),
                "product_id": pick("product 1", "product 2"),
                "quantity": pick(1, 2, -1, None, *UNREADABLE[:1]),
                "unit_price": pick(5, 9.5, None),
                "status": pick("completed", "completed", "cancelled"),
                "currency": pick("eur", None),
            }
        )
    repeats = st.lists(st.sampled_from(rows), max_size=3) if rows else st.just([])
    return rows + [dict(row) for row in draw(repeats)]


@st.composite
def _consents(draw: st.DrawFn) -> Rows:
    pick = lambda *values: draw(st.sampled_from(values))  # noqa: E731
    rows: Rows = []
    for _ in range(draw(st.integers(0, 5))):
        subject: dict[str, Any] = (
            {"user_id": pick(*USERS)}
            if draw(st.booleans())
            else {"anonymous_id": pick(*COOKIES)}
        )
        rows.append(
            subject
            | {
                "purpose": pick("analytics", "analytics", "marketing"),
                "status": pick("denied", "denied", "granted", "perhaps"),
                "changed_at": draw(_moments),
            }
        )
    return rows


def _is_varied(world: Arrival) -> bool:
    """Hypothesis tries the plainest world first, all rows alike: not worth a build."""
    return len({row["occurred_at"] for row in world.rows["events"]}) > 5


def worlds(*, with_ties: bool, most: int = 60) -> st.SearchStrategy[Arrival]:
    """All rows of a little shop, in no order."""
    rows = st.fixed_dictionaries(
        {
            "events": _streams(most, with_ties=with_ties),
            "order_lines": _order_lines(with_ties=with_ties),
            "consents": _consents(),
        }
    )
    return rows.map(Arrival).filter(_is_varied)


@st.composite
def arrivals(draw: st.DrawFn, *, batches: int) -> Arrivals:
    """A world that comes in batches; some rows come twice, and one batch as a whole."""
    world = draw(worlds(with_ties=True))
    places = st.lists(st.integers(0, batches - 1), min_size=1, max_size=2, unique=True)
    split: list[dict[str, Rows]] = [
        {kind: [] for kind in world.rows} for _ in range(batches)
    ]
    for kind, rows in world.rows.items():
        for row in rows:
            for place in draw(places):
                split[place][kind].append(row)
    if draw(st.booleans()):
        split.insert(draw(st.integers(0, batches)), draw(st.sampled_from(split)))
    return Arrivals([Arrival(rows) for rows in split])
