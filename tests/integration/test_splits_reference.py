"""Sessions split by midnight and campaign, in batches, against a naive reading."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import naive
import pytest
from adversary import VARIABLES, deliver, make_world
from warehouse import WITHOUT_ANALYSES

from habitue.privacy.keys import find_key, pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from naive import Node, Session
    from warehouse import Warehouse

KEY = find_key({}, allow_demo_key=True)
SEED = 14
ZONE = ZoneInfo("America/New_York")
KINDS = ("events", "order_lines", "consents")


def key_of(node: Node) -> UUID:
    return pseudonym(KEY, kind=node[0], value=node[1])


@pytest.fixture(scope="module")
def sessions() -> list[Session]:
    world = make_world(SEED, with_ties=False)
    events = naive.judged_events(
        world.events,
        world.consents,
        bot_events_per_minute=VARIABLES["bot_events_per_minute"],
    )
    return naive.sessions_of(
        [row for row in events if row["bucket"] == "kept"],
        cap=timedelta(days=VARIABLES["session_cap_days"]),
        midnight_in=ZONE,
        by_campaign=True,
    )


@pytest.fixture(scope="module")
def split(built_once: Callable[..., Warehouse]) -> Warehouse:
    """The world in three batches, one build each."""
    world = make_world(SEED, with_ties=False)

    def build(warehouse: Warehouse) -> None:
        files = {
            kind: deliver(getattr(world, kind), warehouse.folder, kind, 3, SEED)
            for kind in KINDS
        }
        for number in (2, 0, 1):
            variables: dict[str, Any] = VARIABLES | {
                f"files_{kind}_path": str(files[kind][number]) for kind in KINDS
            }
            warehouse.build(
                *WITHOUT_ANALYSES,
                session_midnight_split=True,
                session_campaign_split=True,
                reporting_time_zone=str(ZONE),
                **variables,
            )

    return built_once("splits", build)


def test_the_world_is_split_for_every_reason(sessions: list[Session]) -> None:
    reasons: Counter[str] = Counter()
    for earlier, later in pairwise(sessions):
        if earlier.visitor == later.visitor and (
            later.start - earlier.end <= naive.TIMEOUT
        ):
            is_midnight = naive.local_date(earlier.end, ZONE) != naive.local_date(
                later.start, ZONE
            )
            reasons["midnight" if is_midnight else "campaign"] += 1
    assert min(reasons["midnight"], reasons["campaign"]) >= 3, reasons


def test_split_sessions_are_those_of_the_naive_reading(
    split: Warehouse, sessions: list[Session]
) -> None:
    expected = Counter(
        (
            key_of(session.visitor),
            session.start.to_pydatetime(),
            session.end.to_pydatetime(),
            len(session.events),
            session.events[0]["name"],
            session.events[-1]["name"],
            next(filter(None, (row["utm_campaign"] for row in session.events)), None),
            max(
                (
                    min(max(float(row["scroll_ratio"]), 0), 1)
                    for row in session.events
                    if row["scroll_ratio"] is not None
                ),
                default=None,
            ),
            float(naive.engaged_seconds(session, ZONE)),
        )
        for session in sessions
    )
    found = Counter(
        split.query(
            "select visitor_id, started_at, ended_at, event_count, landing_event_name, "
            "exit_event_name, utm_campaign, cast(max_scroll_ratio as double), "
            "engaged_seconds from marts.sessions"
        )
    )
    assert found == expected


def test_split_sessions_lie_on_the_days_of_the_naive_reading(
    split: Warehouse, sessions: list[Session]
) -> None:
    expected = Counter(
        (key_of(session.visitor), naive.local_date(row["at"], ZONE))
        for session in sessions
        for row in session.events
    )
    found = {
        (visitor, day): int(count)
        for visitor, day, count in split.query(
            "select visitor_id, activity_date, sum(event_count) "
            "from intermediate.int_session_days__classified group by 1, 2"
        )
    }
    assert found == expected


def test_every_event_is_in_one_split_session(
    split: Warehouse, sessions: list[Session]
) -> None:
    expected = Counter(
        (key_of(session.visitor), session.start.to_pydatetime(), row["event_id"])
        for session in sessions
        for row in session.events
        if "is_readable" not in row["event_id"]
    )
    found = Counter(
        split.query(
            "select sessions.visitor_id, sessions.started_at, events.event_id "
            "from marts.events inner join marts.sessions using (session_id) "
            "where not starts_with(events.event_id, 'row-')"
        )
    )
    assert found == expected


def test_page_views_count_up_to_those_of_their_session(split: Warehouse) -> None:
    assert (
        split.query(
            "select sessions.session_id from marts.sessions "
            "left join marts.page_views as views using (session_id) "
            "group by sessions.session_id, sessions.page_view_count "
            "having count(views.page_view_key) != sessions.page_view_count "
            "or sessions.page_view_count != coalesce(max(views.position_in_session), 0)"
            " or count(distinct views.position_in_session) != sessions.page_view_count"
        )
        == []
    )
