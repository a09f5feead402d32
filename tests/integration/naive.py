"""The pipeline read a second time, row by row, with dictionaries and networkx.

Slow, plain and written from the design, not from the SQL: what the marts must equal.
A node is (kind, raw value), as in ("user_id", "ada").
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import networkx
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from zoneinfo import ZoneInfo

Node = tuple[str, str]
Row = dict[str, Any]

FUTURE = pd.Timestamp.max
PERSONS = ("user_id", "email")
KINDS = (*PERSONS, "anonymous_id", "device_id", "client_session_id")
SECOND = timedelta(seconds=1)
TIMEOUT = timedelta(seconds=1800)
LATE = timedelta(days=3)


@dataclass
class Session:
    visitor: Node
    events: list[Row] = field(default_factory=list)
    customer: Node | None = None

    @property
    def start(self) -> pd.Timestamp:
        return self.events[0]["at"]

    @property
    def end(self) -> pd.Timestamp:
        return self.events[-1]["at"]

    @property
    def user(self) -> str | None:
        return next(
            (event["user_id"] for event in reversed(self.events) if event["user_id"]),
            None,
        )


def clean(
    frame: pd.DataFrame, times: Iterable[str], numbers: Iterable[str]
) -> list[Row]:
    """Rows with values in place of text; `is_readable` is false where one is none."""
    rows = []
    for raw in frame.to_dict("records"):
        row: Row = {
            name: None
            if pd.isna(value) or not str(value).strip()
            else str(value).strip()
            for name, value in raw.items()
        }
        row["is_readable"] = True
        for name in times:
            if row[name] is not None:
                moment = pd.to_datetime(row[name], errors="coerce")
                row["is_readable"] &= not pd.isna(moment)
                row[name] = None if pd.isna(moment) else moment
        for name in numbers:
            if row[name] is not None:
                try:
                    row[name] = Decimal(row[name])
                except InvalidOperation:
                    row["is_readable"], row[name] = False, None
        if row.get("email"):
            row["email"] = row["email"].lower()
        rows.append(row)
    return rows


def judged_events(
    events: pd.DataFrame, consents: pd.DataFrame, *, bot_events_per_minute: int
) -> list[Row]:
    """Every row with its visitor and its bucket."""
    rows = clean(
        events,
        times=("occurred_at", "device_created_at", "sent_at", "received_at"),
        numbers=("quantity", "unit_price", "engaged_seconds", "scroll_ratio"),
    )
    for row in rows:
        _complete(row)
    valid = [row for row in rows if row["bucket"] is None]
    for copies in _grouped(valid, "event_id").values():
        for row in sorted(copies, key=_seniority)[1:]:
            row["bucket"] = "duplicate"
    refusals = _refusals(consents)
    for row in valid:
        if row["bucket"] is not None:
            continue
        if row["is_late"]:
            row["bucket"] = "late"
        elif _is_refused(row, refusals):
            row["bucket"] = "no_consent"
        elif "Googlebot" in (row["user_agent"] or ""):
            row["bucket"] = "bot"
    _judge_together(valid, bot_events_per_minute)
    return rows


def _complete(row: Row) -> None:
    """Name, type, corrected time, visitor, and whether the row can be used at all."""
    row["name"] = (row["event_type"] or "").lower().replace(" ", "_").replace("-", "_")
    created, sent, received = (
        row[f"{clock}_at"] for clock in ("device_created", "sent", "received")
    )
    at = row["occurred_at"] or created
    if created and sent and received and at == created:
        at = received - (sent - created)
    row["at"] = at
    row["is_late"] = bool(sent and created and sent - created > LATE)
    kinds = ("anonymous_id", "device_id", "user_id", "client_session_id")
    row["visitor"] = next(((kind, row[kind]) for kind in kinds if row[kind]), None)
    row["event_id"] = row["event_id"] or str(sorted(map(str, row.items())))
    is_usable = (
        row["is_readable"]
        and row["name"]
        and at is not None
        and row["visitor"]
        and not (received and at - received > timedelta(days=1))
    )
    row["bucket"] = None if is_usable else "invalid"


def _seniority(row: Row) -> tuple[Any, ...]:
    return (
        row["received_at"] or FUTURE,
        row["device_created_at"] or FUTURE,
        row["at"],
        row["event_id"],
    )


def _grouped(rows: Iterable[Row], name: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        if row[name] is not None:
            groups[row[name]].append(row)
    return groups


def _refusals(consents: pd.DataFrame) -> dict[Node, list[tuple[Any, str]]]:
    """The changes of every subject in time; no comes last and so wins a tie."""
    changes: dict[Node, list[tuple[Any, str]]] = defaultdict(list)
    for row in clean(consents, times=("changed_at",), numbers=()):
        if (
            row["is_readable"]
            and row["purpose"] == "analytics"
            and row["status"] in {"granted", "denied"}
        ):
            kind = "user_id" if row["user_id"] else "anonymous_id"
            changes[kind, row[kind]].append((row["changed_at"], row["status"]))
    for history in changes.values():
        history.sort(key=lambda change: (change[0], change[1] == "denied"))
    return changes


def _is_refused(row: Row, refusals: dict[Node, list[tuple[Any, str]]]) -> bool:
    for subject in (row["visitor"], ("user_id", row["user_id"])):
        past = [
            status
            for moment, status in refusals.get(subject, [])
            if moment <= row["at"]
        ]
        if past and past[-1] == "denied":
            return True
    return False


def _judge_together(valid: list[Row], bot_events_per_minute: int) -> None:
    """Verdicts that need other events: repeated keys, rates, double fires."""
    for row in valid:
        row["key"] = None
        if row["name"] == "purchase" and row["order_id"]:
            row["key"] = ("order", row["order_id"], row["product_id"])
        elif row["name"] in {"page_view", "screen_view"} and row["page_view_id"]:
            row["key"] = ("view", row["page_view_id"])
        row["is_repeat"] = False
    survivors = [row for row in valid if row["bucket"] != "duplicate"]
    for group in _grouped(survivors, "key").values():
        for row in sorted(group, key=lambda row: (row["at"], _seniority(row)))[1:]:
            row["is_repeat"] = True
    open_rows = [row for row in valid if row["bucket"] is None]
    minutes = defaultdict(list)
    for row in open_rows:
        if row["name"] != "page_ping" and not row["is_repeat"]:
            minutes[row["visitor"], row["at"].floor("min")].append(row["at"])
    automated = {
        (visitor, minute.date())
        for (visitor, minute), times in minutes.items()
        if len(times) > bot_events_per_minute
        and max(times) - min(times) >= timedelta(seconds=10)
    }
    latest: dict[Any, Any] = {}
    for row in sorted(open_rows, key=lambda row: (row["at"], row["event_id"])):
        target = (
            row["visitor"],
            row["name"],
            row["product_id"],
            row["order_id"],
            row["page_path"],
        )
        is_double = target in latest and row["at"] - latest[target] <= SECOND
        latest[target] = row["at"]
        if (row["visitor"], row["at"].date()) in automated:
            row["bucket"] = "bot"
        elif is_double:
            row["bucket"] = "double_fired"
        elif row["is_repeat"] and row["key"][0] == "order":
            row["bucket"] = "duplicate"
        else:
            row["bucket"] = "kept"


def kept_lines(order_lines: pd.DataFrame) -> list[Row]:
    """The latest received version of every usable line."""
    rows = clean(
        order_lines,
        times=("ordered_at", "received_at"),
        numbers=("quantity", "unit_price", "discount"),
    )
    usable = [row for row in rows if row["is_readable"] and row["order_id"]]
    versions: dict[Any, Row] = {}
    for number, row in enumerate(sorted(usable, key=lambda row: row["received_at"])):
        versions[row["order_id"], row["line_id"] or f"unnamed {number}"] = row
    return list(versions.values())


def sessions_of(
    kept: list[Row],
    *,
    cap: timedelta,
    midnight_in: ZoneInfo | None = None,
    by_campaign: bool = False,
) -> list[Session]:
    """Sessions by inactivity; a streak without a gap is cut every `cap`.

    It may be cut before at every midnight of a zone, and where a campaign follows
    another one. What happened at one moment is never cut apart.
    """
    sessions = []
    for visitor, rows in _grouped(kept, "visitor").items():
        previous, start, part, day, campaign = None, None, None, None, None
        moments: dict[Any, list[Row]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: (row["at"], row["event_id"])):
            moments[row["at"]].append(row)
        for at, together in moments.items():
            if previous is None or at - previous > TIMEOUT:
                start, part, day, campaign = at, None, None, None
            if midnight_in and local_date(at, midnight_in) != day:
                start, part, campaign = at, None, None
                day = local_date(at, midnight_in)
            for row in together:
                named = campaign_of(row)
                if by_campaign and named:
                    if campaign and named != campaign:
                        start, part = at, None
                    campaign = named
            number = (at - start) // cap
            if number != part:
                sessions.append(Session(visitor))
                part = number
            sessions[-1].events += together
            previous = at
    return sessions


def local_date(at: pd.Timestamp, zone: ZoneInfo) -> date:
    """The calendar date of a UTC time in a zone."""
    return at.to_pydatetime().replace(tzinfo=UTC).astimezone(zone).date()


def campaign_of(row: Row) -> tuple[Any, ...] | None:
    """What an event says of its campaign."""
    named = tuple(row.get(f"utm_{part}") for part in ("source", "medium", "campaign"))
    return named if any(named) else None


def engaged_seconds(session: Session, zone: ZoneInfo) -> Decimal:
    """Ten seconds per bucket with a heartbeat and five once, or gaps, day by day."""
    total, has_beaten = Decimal(0), False
    previous = None
    days: dict[date, list[Row]] = defaultdict(list)
    gaps: dict[date, Decimal] = defaultdict(Decimal)
    for row in session.events:
        day = local_date(row["at"], zone)
        days[day].append(row)
        if previous is not None:
            microseconds = (row["at"] - previous) // timedelta(microseconds=1)
            gaps[day] += min(Decimal(60), Decimal(microseconds) / 1_000_000)
        previous = row["at"]
    for day, rows in days.items():
        beats = {
            row["at"].timestamp() // 10 for row in rows if row["name"] == "page_ping"
        }
        if not beats:
            total += gaps[day]
        else:
            total += 10 * len(beats) + (0 if has_beaten else 5)
            has_beaten = True
    return total


@dataclass
class Sightings:
    """When each identifier and each pair of identifiers was seen."""

    nodes: dict[Node, list[Any]] = field(default_factory=lambda: defaultdict(list))
    pairs: dict[frozenset[Node], list[Any]] = field(
        default_factory=lambda: defaultdict(list)
    )
    logins: dict[Node, list[tuple[Any, Node]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, nodes: Iterable[Node], at: Any) -> None:
        present = sorted(set(nodes))
        for place, node in enumerate(present):
            self.nodes[node].append(at)
            for other in present[place + 1 :]:
                self.pairs[frozenset((node, other))].append(at)
        people = [node for kind in PERSONS for node in present if node[0] == kind]
        for node in present:
            if people and node[0] not in PERSONS:
                self.logins[node].append((at, people[0]))

    def neighbours(self, node: Node) -> list[tuple[list[Any], Node]]:
        """Who was seen with this identifier, and when."""
        return [
            (times, next(iter(pair - {node})))
            for pair, times in self.pairs.items()
            if node in pair
        ]

    def is_crowded(self, node: Node, max_group_size: dict[str, int]) -> bool:
        kinds = Counter(other[0] for _, other in self.neighbours(node))
        limit = max_group_size.get(node[0], max_group_size["default"])
        return node[0] != "user_id" and max(kinds[kind] for kind in PERSONS) > limit

    def person_at(self, node: Node, at: Any) -> Node:
        """Who logged in last before then, or first after it."""
        past = [login for login in self.logins[node] if login[0] <= at]
        return max(past)[1] if past else min(self.logins[node])[1]


def sightings_of(kept: list[Row], lines: list[Row]) -> Sightings:
    """What every used event and order line shows of who was there."""
    sightings = Sightings()
    for row in kept:
        nodes = {row["visitor"]}
        for kind in ("user_id", "device_id", "email"):
            if row[kind]:
                nodes.add((kind, row[kind]))
        if row["client_session_id"] and not (row["anonymous_id"] or row["device_id"]):
            nodes.add(("client_session_id", row["client_session_id"]))
        sightings.add(nodes, row["at"])
    for row in lines:
        kinds = ("user_id", "anonymous_id", "email")
        sightings.add(
            [(kind, row[kind]) for kind in kinds if row[kind]], row["ordered_at"]
        )
    return sightings


@dataclass(frozen=True)
class Identity:
    """Who holds what, and what every customer is called after."""

    sightings: Sightings
    mode: str
    owner: dict[Node, Node | None]
    customers: dict[Node, Node]

    def customer_at(self, visitor: Node, user: str | None, at: Any) -> Node:
        """The customer of a session that ends then."""
        if user:
            return self.customers["user_id", user]
        if self.mode == "time_bounded" and self.owner.get(visitor) is not None:
            return self.customers[self.sightings.person_at(visitor, at)]
        return self.customers[visitor]


def identity_of(
    sightings: Sightings,
    *,
    mode: str,
    max_group_size: dict[str, int],
    tie_break: Callable[[Node], Any],
) -> Identity:
    """Every identifier and the one that its customer is called after.

    A cookie or device goes to one person, seen with it last or first, and never joins
    two people; people are joined by e-mail addresses only, cookies nobody logged in on
    by what they share, and these follow the person that held a neighbour.
    """
    pick = _first if mode == "first_touch" else _last
    owner = _owners(sightings, max_group_size, pick)
    graph = networkx.Graph()
    graph.add_nodes_from(sightings.nodes)
    for one, other in sightings.pairs:
        is_alike = (one[0] in PERSONS) == (other[0] in PERSONS)
        is_free = one not in owner and other not in owner
        crowded = any(
            node[0] == "email" and sightings.is_crowded(node, max_group_size)
            for node in (one, other)
        )
        if is_alike and is_free and not crowded:
            graph.add_edge(one, other)
    groups = [frozenset(nodes) for nodes in networkx.connected_components(graph)]
    group_of = {node: group for group in groups for node in group}
    merged: dict[Any, set[Node]] = defaultdict(set)
    for group in groups:
        adopters = [
            (
                times,
                sightings.person_at(other, max(times))
                if mode == "time_bounded"
                else owner[other],
            )
            for node in group
            if node[0] not in PERSONS and node not in owner
            for times, other in sightings.neighbours(node)
            if owner.get(other) is not None
        ]
        for node in group:
            person = pick(adopters) if adopters else owner.get(node)
            merged[group_of[person or node]].add(node)
    customers = {
        node: min(
            members,
            key=lambda one: (
                one[0] not in PERSONS,
                min(sightings.nodes[one]),
                KINDS.index(one[0]),
                tie_break(one),
            ),
        )
        for members in merged.values()
        for node in members
    }
    return Identity(sightings, mode, owner, customers)


def _last(people: list[tuple[list[Any], Any]]) -> Any:
    return max((max(times), who[0] == "user_id", who) for times, who in people)[2]


def _first(people: list[tuple[list[Any], Any]]) -> Any:
    return min((min(times), who[0] != "user_id", who) for times, who in people)[2]


def _owners(
    sightings: Sightings,
    max_group_size: dict[str, int],
    pick: Callable[[list[tuple[list[Any], Any]]], Node],
) -> dict[Node, Node | None]:
    """The person that each cookie or device goes to; none where a crowd uses it."""
    owner: dict[Node, Node | None] = {}
    for node in sightings.nodes:
        people = [
            (times, other)
            for times, other in sightings.neighbours(node)
            if other[0] in PERSONS
        ]
        if people and node[0] not in PERSONS:
            is_shared = sightings.is_crowded(node, max_group_size)
            owner[node] = None if is_shared else pick(people)
    return owner


def stitched(sessions: list[Session]) -> dict[Node, list[list[Session]]]:
    """Visits of every customer: sessions whose gaps are within the timeout."""
    visits: dict[Node, list[list[Session]]] = defaultdict(list)
    active_until: dict[Node, Any] = {}
    for session in sorted(sessions, key=lambda session: session.start):
        who = session.customer
        assert who is not None
        if who not in active_until or session.start - active_until[who] > TIMEOUT:
            visits[who].append([])
        visits[who][-1].append(session)
        active_until[who] = max(session.end, active_until.get(who, session.end))
    return visits
