"""Buckets, sessions, customers and visits equal those of a naive second reading."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import naive
import pytest
from adversary import VARIABLES, deliver, make_world
from warehouse import WITHOUT_ANALYSES

from habitue.privacy.keys import find_key, pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from adversary import World
    from naive import Identity, Node, Row, Session
    from warehouse import Warehouse

KEY = find_key({}, allow_demo_key=True)


def key_of(node: Node) -> UUID:
    return pseudonym(KEY, kind=node[0], value=node[1])


@dataclass(frozen=True)
class Reading:
    """What the marts should say, and the marts."""

    warehouse: Warehouse
    events: list[Row]
    kept: list[Row]
    lines: list[Row]
    sessions: list[Session]
    identity: Identity


@pytest.fixture(
    scope="module",
    params=[(11, "last_touch"), (12, "first_touch"), (15, "time_bounded")],
    ids=lambda param: param[1],
)
def reading(
    request: pytest.FixtureRequest, built_once: Callable[..., Warehouse]
) -> Reading:
    seed, mode = request.param
    world = make_world(seed, with_ties=False)

    def build(warehouse: Warehouse) -> None:
        variables: dict[str, Any] = VARIABLES | {"identity_mode": mode}
        for kind in ("events", "order_lines", "consents"):
            deliver(getattr(world, kind), warehouse.folder, kind, 2, seed)
            path = warehouse.folder / f"{kind}_*.parquet"
            variables[f"files_{kind}_path"] = str(path)
        warehouse.build(*WITHOUT_ANALYSES, **variables)

    warehouse = built_once(f"reference_{seed}_{mode}", build)
    return read_naively(warehouse, world, mode)


def read_naively(warehouse: Warehouse, world: World, mode: str) -> Reading:
    """The second reading of a world, beside the warehouse that was built of it."""
    events = naive.judged_events(
        world.events,
        world.consents,
        bot_events_per_minute=VARIABLES["bot_events_per_minute"],
    )
    kept = [row for row in events if row["bucket"] == "kept"]
    lines = naive.kept_lines(world.order_lines)
    identity = naive.identity_of(
        naive.sightings_of(kept, lines),
        mode=mode,
        max_group_size=VARIABLES["max_group_size"],
        tie_break=key_of,
    )
    sessions = naive.sessions_of(
        kept, cap=timedelta(days=VARIABLES["session_cap_days"])
    )
    for session in sessions:
        session.customer = identity.customer_at(
            session.visitor, session.user, session.end
        )
    return Reading(warehouse, events, kept, lines, sessions, identity)


def test_the_world_holds_every_kind_of_trouble(reading: Reading) -> None:
    buckets = Counter(row["bucket"] for row in reading.events)
    assert min(buckets.values()) >= 3, buckets
    assert set(buckets) == {
        "kept",
        "duplicate",
        "double_fired",
        "invalid",
        "late",
        "bot",
        "no_consent",
    }
    assert any(
        len(v) > 1 for vs in naive.stitched(reading.sessions).values() for v in vs
    )


def test_every_row_is_in_the_bucket_of_the_naive_reading(reading: Reading) -> None:
    found = dict(
        reading.warehouse.query(
            "select bucket, cast(sum(bucket_row_count) as bigint) "
            "from marts.row_ledger where dataset = 'events' and bucket_row_count > 0 "
            "group by 1"
        )
    )
    assert found == Counter(row["bucket"] for row in reading.events)


def test_kept_events_are_those_of_the_naive_reading(reading: Reading) -> None:
    expected = Counter(
        (row["event_id"], key_of(row["visitor"]), row["at"].to_pydatetime())
        for row in reading.kept
        if "is_readable" not in row["event_id"]
    )
    found = Counter(
        row
        for row in reading.warehouse.query(
            "select event_id, visitor_id, occurred_at from marts.events"
        )
        if not row[0].startswith("row-")
    )
    assert found == expected


def test_sessions_are_those_of_the_naive_reading(reading: Reading) -> None:
    expected = Counter(
        (
            key_of(session.visitor),
            session.start.to_pydatetime(),
            session.end.to_pydatetime(),
            len(session.events),
            sum(
                event["name"] == "page_view" and not event["is_repeat"]
                for event in session.events
            ),
        )
        for session in reading.sessions
    )
    found = Counter(
        reading.warehouse.query(
            "select visitor_id, started_at, ended_at, event_count, page_view_count "
            "from marts.sessions"
        )
    )
    assert found == expected


def test_every_event_is_in_the_session_that_spans_it(reading: Reading) -> None:
    expected = Counter(
        (key_of(session.visitor), session.start.to_pydatetime(), event["event_id"])
        for session in reading.sessions
        for event in session.events
        if "is_readable" not in event["event_id"]
    )
    found = Counter(
        reading.warehouse.query(
            "select sessions.visitor_id, sessions.started_at, events.event_id "
            "from marts.events inner join marts.sessions using (session_id) "
            "where not starts_with(events.event_id, 'row-')"
        )
    )
    assert found == expected


def test_customers_are_those_of_the_naive_reading(reading: Reading) -> None:
    expected = {
        (node[0], key_of(node), key_of(name))
        for node, name in reading.identity.customers.items()
    }
    found = set(
        reading.warehouse.query(
            "select identifier_kind, pseudonym, customer_id "
            "from marts.customer_identifiers"
        )
    )
    assert found == expected


def test_nobody_is_merged_through_a_cookie_or_device(reading: Reading) -> None:
    """Users share a customer only where an e-mail address ties them together."""
    users = {
        key_of(("user_id", row["user_id"]))
        for row in reading.kept
        if row["user_id"] and not row["email"]
    }
    assert len(users) >= 12
    assert (
        reading.warehouse.query(
            "select customer_id from marts.customer_identifiers group by 1 "
            "having sum(case when identifier_kind = 'user_id' then 1 else 0 end) > 1 "
            "and sum(case when identifier_kind = 'email' then 1 else 0 end) = 0"
        )
        == []
    )


def test_sessions_belong_to_the_customer_of_the_naive_reading(reading: Reading) -> None:
    expected = {
        (
            key_of(session.visitor),
            session.start.to_pydatetime(),
            key_of(session.customer),
        )
        for session in reading.sessions
        if session.customer
    }
    found = set(
        reading.warehouse.query(
            "select visitor_id, started_at, customer_id from marts.sessions"
        )
    )
    assert found == expected


def test_customer_days_are_those_of_the_naive_reading(reading: Reading) -> None:
    """A day counts for the user last seen in the session that day, if any."""
    expected: Counter[tuple[UUID, Any]] = Counter()
    for session in reading.sessions:
        for day in sorted({event["at"].date() for event in session.events}):
            part = [event for event in session.events if event["at"].date() == day]
            users = [event["user_id"] for event in part if event["user_id"]]
            customer = reading.identity.customer_at(
                session.visitor, users[-1] if users else None, part[-1]["at"]
            )
            expected[key_of(customer), day] += len(part)
    found = {
        (customer, day): count
        for customer, day, count in reading.warehouse.query(
            "select customer_id, activity_date, event_count "
            "from marts.customer_days where event_count > 0"
        )
    }
    assert found == expected


def test_order_lines_belong_to_the_customer_of_the_naive_reading(
    reading: Reading,
) -> None:
    expected: Counter[tuple[Any, ...]] = Counter()
    for line in reading.lines:
        names = (line["user_id"], line["email"], line["anonymous_id"])
        if not any(names):
            continue
        customer = (
            reading.identity.customers["email", line["email"]]
            if line["email"] and not line["user_id"]
            else reading.identity.customer_at(
                ("anonymous_id", line["anonymous_id"]),
                line["user_id"],
                line["ordered_at"],
            )
        )
        expected[line["order_id"], key_of(customer)] += 1
    found = Counter(
        reading.warehouse.query(
            "select order_id, customer_id from marts.order_lines "
            "where customer_id is not null"
        )
    )
    assert found == expected


def test_only_the_time_bounded_mode_splits_the_past_of_a_visitor(
    reading: Reading,
) -> None:
    split = reading.warehouse.value(
        "select count(*) from (select visitor_id from marts.sessions "
        "where not has_login group by 1 having count(distinct customer_id) > 1)"
    )
    assert (split > 0) == (reading.identity.mode == "time_bounded")


def test_visits_are_those_of_the_naive_reading(reading: Reading) -> None:
    expected = Counter(
        (
            key_of(customer),
            visit[0].start.to_pydatetime(),
            max(session.end for session in visit).to_pydatetime(),
            len(visit),
            sum(len(session.events) for session in visit),
        )
        for customer, visits in naive.stitched(reading.sessions).items()
        for visit in visits
    )
    found = Counter(
        reading.warehouse.query(
            "select customer_id, started_at, ended_at, session_count, event_count "
            "from marts.stitched_sessions"
        )
    )
    assert found == expected
