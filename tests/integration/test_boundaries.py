"""Cases at the edge, from raw files to marts; what is right is written down by hand.

One world for all of them: a first delivery, and a second one with what came late. Each
case has visitors of its own, and every event a page of its own unless a page is given,
so that no case touches another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from warehouse import ResidentDbt

if TYPE_CHECKING:
    from collections.abc import Callable

    from warehouse import Warehouse

DAY = "2024-05-14"
NO_TEXT = ("", " ", "null", "NULL", "None", "undefined")
COLUMNS = (
    *("event_id", "event_type", "occurred_at", "device_created_at", "sent_at"),
    *("received_at", "anonymous_id", "device_id", "user_id", "client_session_id"),
    *("page_path", "page_view_id", "order_id", "unit_price"),
)
MODELS = (
    *("events", "sessions", "stitched_sessions", "customers", "customer_identifiers"),
    *("orders", "row_ledger", "quarantined_rows", "int_batches__completed"),
)


def event(at: str, **values: Any) -> dict[str, Any]:
    """A page view at a time of the day of the test, or at a moment of another day."""
    moment = at if " " in at else f"{DAY} {at}"
    return {"event_type": "page_view", "occurred_at": moment} | values


def seen(visitor: str, *times: str, **values: Any) -> list[dict[str, Any]]:
    """Page views of one cookie."""
    return [event(at, anonymous_id=visitor, **values) for at in times]


GAPS = [
    *seen("gap 29:59", "10:00:00", "10:29:59"),
    *seen("gap 30:00", "10:00:00", "10:30:00"),
    *seen("gap 30:00.001", "10:00:00", "10:30:00.001"),
    *seen("gap 30:01", "10:00:00", "10:30:01"),
    # Seconds count, not the minutes that the clock shows: by these, both are 30 apart.
    *seen("gap across minutes, short", "10:00:59", "10:30:01"),
    *seen("gap across minutes, long", "10:00:01", "10:30:59"),
    *seen("gaps in a row", "10:00:00", "10:30:00", "11:00:00", "11:30:01"),
]
SINGLE = seen("single", "10:00:00")
SAME_MOMENT = seen("same moment", *["10:00:00"] * 3, "10:30:00", "10:30:00")
ROTATING = [
    *seen("rotating 1", "10:00:00", device_id="device of a private browser"),
    *seen("rotating 2", "10:10:00", device_id="device of a private browser"),
    *seen("rotating 3", "10:20:00", device_id="device of a private browser"),
    *seen("rotating 2", "10:12:00", user_id="rosa"),
    *seen("rotating without device 1", "10:00:00", user_id="rolf"),
    *seen("rotating without device 2", "15:00:00", user_id="rolf"),
    *seen("rotating without device 3", "16:00:00"),
]
TWO_LOGINS = [
    *seen("tablet", "10:00:00", device_id="tablet", page_path="/before"),
    *seen("tablet", "10:05:00", device_id="tablet", page_path="/a", user_id="ann"),
    *seen("tablet", "10:10:00", device_id="tablet", page_path="/b", user_id="bob"),
    *seen("tablet", "10:15:00", device_id="tablet", page_path="/after"),
]
BRIDGED = seen("bridged", "10:00:00", "10:50:00", "14:00:00")
LONG_KNOWN = seen("long known", "10:00:00", user_id="lea")
LATE_BY_A_SECOND = {
    "device_created_at": f"{DAY} 10:00:00",
    "sent_at": "2024-05-17 10:00:01",
    "received_at": "2024-05-17 10:00:02",
}
SENT_LATE = [
    *seen("sent late", "10:00:00", **LATE_BY_A_SECOND),
    *seen(
        "sent late", "10:00:00", **LATE_BY_A_SECOND | {"sent_at": "2024-05-17 10:00:00"}
    ),
]
NOBODY = [
    event(
        "10:00:00",
        anonymous_id=text,
        device_id=text,
        user_id=text,
        client_session_id=text,
        page_path=f"/nobody/{number}",
    )
    for number, text in enumerate(NO_TEXT)
]
KNOWN_BY_COOKIE = [
    event("10:00:00", anonymous_id=f"known by cookie {number}", user_id=text)
    for number, text in enumerate(NO_TEXT)
]
WITHOUT_EVENT_ID = [
    event(f"{10 + hour}:00:00", anonymous_id="without event id", event_id=text)
    for hour, text in enumerate([*NO_TEXT[:2]] * 2)
]
EVENT_ID_OF_ALL = [
    event(f"10:{minute}0:00", anonymous_id=f"event id {text}", event_id=text)
    for text in NO_TEXT[2:]
    for minute in range(3)
]
ORDER_ID_OF_ALL = [
    event(
        f"10:{minute}0:00",
        event_type="purchase",
        user_id=f"buyer {number}",
        order_id=text,
        unit_price=10,
    )
    for number, text in enumerate(NO_TEXT[2:])
    for minute in range(2)
]
FIRST_DELIVERY = [
    *(*GAPS, *SINGLE, *SAME_MOMENT, *ROTATING, *TWO_LOGINS, *BRIDGED, *LONG_KNOWN),
    *(*SENT_LATE, *NOBODY, *KNOWN_BY_COOKIE, *WITHOUT_EVENT_ID, *EVENT_ID_OF_ALL),
    *ORDER_ID_OF_ALL,
]
SECOND_DELIVERY = [
    *seen("bridged", "10:25:00"),
    *seen("long known", "2023-01-31 23:59:59", received_at=f"{DAY} 20:00:00"),
]
# Clocks in Berlin go forward on the night to 31 March 2024, back on that to 27 October.
DAYLIGHT_SAVING = [
    *seen("last midnight of winter", "2024-03-30 22:50:00", "2024-03-30 23:10:00"),
    *seen("first midnight of summer", "2024-03-31 21:50:00", "2024-03-31 22:10:00"),
    *seen("an hour after it", "2024-03-31 22:50:00", "2024-03-31 23:10:00"),
    *seen("the hour that is missing", "2024-03-31 00:50:00", "2024-03-31 01:10:00"),
    *seen("the hour that comes twice", "2024-10-27 00:50:00", "2024-10-27 01:10:00"),
    *seen("first midnight of winter", "2024-10-27 22:50:00", "2024-10-27 23:10:00"),
    *seen("an hour before it", "2024-10-27 21:50:00", "2024-10-27 22:10:00"),
]


def as_delivered(rows: list[dict[str, Any]], *, first: int) -> pd.DataFrame:
    """All columns as text; ids, pages and times of receipt where a row has none."""
    filled = [
        {
            "event_id": f"event {number}",
            "page_path": f"/{number}",
            "received_at": row["occurred_at"],
        }
        | row
        for number, row in enumerate(rows, start=first)
    ]
    frame = pd.DataFrame(filled, columns=list(COLUMNS)).astype(object)
    return frame.map(lambda value: None if pd.isna(value) else str(value))


def deliveries_built(
    factory: pytest.TempPathFactory, *deliveries: list[dict[str, Any]], **variables: Any
) -> list[Warehouse]:
    """The database after each delivery."""
    folder = factory.mktemp("boundaries")
    paths = {"sources": ["files"], "files_events_path": str(folder / "*.parquet")}
    dbt = ResidentDbt(folder, paths | variables)
    warehouse = dbt.empty("boundaries")
    states = []
    count = 0
    for number, rows in enumerate(deliveries):
        frame = as_delivered(rows, first=count)
        count += len(frame)
        frame.to_parquet(folder / f"events_{number}.parquet", index=False)
        dbt.run(warehouse, *MODELS)
        states.append(dbt.copy(warehouse, f"after {number}"))
    return states


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> list[Warehouse]:
    return deliveries_built(tmp_path_factory, FIRST_DELIVERY, SECOND_DELIVERY)


@pytest.fixture(scope="module")
def before(states: list[Warehouse]) -> Warehouse:
    return states[0]


@pytest.fixture(scope="module")
def after(states: list[Warehouse]) -> Warehouse:
    return states[1]


@pytest.fixture(scope="module")
def berlin(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Sessions end at midnight in Berlin."""
    [state] = deliveries_built(
        tmp_path_factory,
        DAYLIGHT_SAVING,
        reporting_time_zone="Europe/Berlin",
        session_midnight_split=True,
    )
    return state


def sessions_of(warehouse: Warehouse, visitor: str) -> list[tuple[str, str, int]]:
    """First and last time of day, and number of events, of each session of a cookie."""
    return warehouse.query(
        "select strftime(started_at, '%H:%M:%S'), strftime(ended_at, '%H:%M:%S'), "
        "event_count from marts.sessions "
        "inner join vault.identifiers on visitor_id = pseudonym "
        f"where raw_value = '{visitor}' order by started_at"
    )


def customer_of(warehouse: Warehouse) -> Callable[[str], Any]:
    """Finds the customer of a raw identifier."""
    held = dict(
        warehouse.query(
            "select vault.raw_value, names.customer_id "
            "from marts.customer_identifiers as names "
            "inner join vault.identifiers as vault using (pseudonym)"
        )
    )
    return held.__getitem__


@pytest.mark.parametrize(
    ("gap", "event_counts"),
    {
        "gap 29:59": [2],
        "gap 30:00": [2],
        "gap 30:00.001": [1, 1],
        "gap 30:01": [1, 1],
        "gap across minutes, short": [2],
        "gap across minutes, long": [1, 1],
        "gaps in a row": [3, 1],
    }.items(),
)
def test_a_session_ends_with_a_gap_of_more_than_thirty_minutes(
    before: Warehouse, gap: str, event_counts: list[int]
) -> None:
    assert [count for *_, count in sessions_of(before, gap)] == event_counts


def test_one_event_is_a_session(before: Warehouse) -> None:
    assert sessions_of(before, "single") == [("10:00:00", "10:00:00", 1)]
    assert before.query(
        "select page_view_count, is_bounce from marts.sessions "
        "inner join vault.identifiers on visitor_id = pseudonym "
        "where raw_value = 'single'"
    ) == [(1, True)]


def test_events_of_one_moment_are_all_in_one_session(before: Warehouse) -> None:
    assert sessions_of(before, "same moment") == [("10:00:00", "10:30:00", 5)]
    assert (
        before.value(
            "select count(distinct (visitor_id, session_id)) from marts.events "
            "inner join vault.identifiers on visitor_id = pseudonym "
            "where raw_value = 'same moment'"
        )
        == 1
    )


def test_rotating_cookies_are_one_customer_through_device_or_login(
    before: Warehouse,
) -> None:
    customer = customer_of(before)
    rotating = {customer(f"rotating {number}") for number in (1, 2, 3)}
    assert rotating == {customer("rosa")} == {customer("device of a private browser")}
    without_device = [customer(f"rotating without device {n}") for n in (1, 2, 3)]
    assert without_device[:2] == [customer("rolf")] * 2
    assert without_device[2] not in {customer("rolf"), customer("rosa")}


def test_rotating_cookies_are_sessions_of_their_own_and_one_visit(
    before: Warehouse,
) -> None:
    assert before.query(
        "select session_count, event_count, strftime(started_at, '%H:%M'), "
        "strftime(ended_at, '%H:%M') from marts.stitched_sessions "
        f"where customer_id = '{customer_of(before)('rosa')}'"
    ) == [(3, 4, "10:00", "10:20")]


def test_two_logins_on_one_device_are_two_customers(before: Warehouse) -> None:
    customer = customer_of(before)
    assert customer("ann") != customer("bob")
    # The tablet is a cookie and a device in the vault; both follow the last login.
    assert before.query(
        "select distinct names.customer_id from marts.customer_identifiers as names "
        "inner join vault.identifiers as vault using (pseudonym) "
        "where vault.raw_value = 'tablet'"
    ) == [(customer("bob"),)]


def test_an_event_with_a_login_is_that_users_and_others_are_the_last_ones(
    before: Warehouse,
) -> None:
    customer = customer_of(before)
    ann, bob = customer("ann"), customer("bob")
    assert before.query(
        "select page_path, customer_id from marts.events "
        "where page_path in ('/before', '/a', '/b', '/after') order by occurred_at"
    ) == [("/before", bob), ("/a", ann), ("/b", bob), ("/after", bob)]
    assert sessions_of(before, "tablet") == [("10:00:00", "10:15:00", 4)]


def test_a_late_event_joins_two_sessions_into_one(
    before: Warehouse, after: Warehouse
) -> None:
    evening = ("14:00:00", "14:00:00", 1)
    assert sessions_of(before, "bridged") == [
        ("10:00:00", "10:00:00", 1),
        ("10:50:00", "10:50:00", 1),
        evening,
    ]
    assert sessions_of(after, "bridged") == [("10:00:00", "10:50:00", 3), evening]


def test_the_event_that_joins_sessions_leaves_no_session_behind(
    after: Warehouse,
) -> None:
    assert (
        after.query(
            "select session_id from marts.sessions full join "
            "(select session_id, count(*) as found from marts.events group by 1) "
            "using (session_id) where event_count is distinct from found"
        )
        == []
    )


def test_a_late_event_of_a_day_long_past_is_where_it_happened(
    before: Warehouse, after: Warehouse
) -> None:
    first_seen = (
        "select cast(first_seen_at as varchar), customer_id from marts.customers "
        "where customer_id = '{}'"
    )
    lea = customer_of(before)("lea")
    assert before.query(first_seen.format(lea)) == [(f"{DAY} 10:00:00", lea)]
    assert sessions_of(after, "long known") == [
        ("23:59:59", "23:59:59", 1),
        ("10:00:00", "10:00:00", 1),
    ]
    assert customer_of(after)("lea") == lea == customer_of(after)("long known")
    assert after.query(first_seen.format(lea)) == [("2023-01-31 23:59:59", lea)]


def test_late_means_sent_more_than_three_days_after(before: Warehouse) -> None:
    assert before.query(
        "select bucket, count(*) from intermediate.int_rows__bucketed "
        "where cast(received_at as date) = date '2024-05-17' group by 1 order by 1"
    ) == [("kept", 1), ("late", 1)]


def test_a_row_whose_ids_all_stand_for_nobody_is_quarantined(
    before: Warehouse,
) -> None:
    assert before.query(
        "select reason, count(*) from marts.quarantined_rows group by 1"
    ) == [("no identifier", len(NO_TEXT))]


def test_a_user_id_that_stands_for_nobody_ties_no_cookies_together(
    before: Warehouse,
) -> None:
    customer = customer_of(before)
    customers = {customer(f"known by cookie {n}") for n in range(len(NO_TEXT))}
    assert len(customers) == len(NO_TEXT)
    known = ", ".join(f"'{one}'" for one in customers)
    assert before.query(
        "select is_identified, count(*) from marts.customers "
        f"where customer_id in ({known}) group by 1"
    ) == [(False, len(NO_TEXT))]


def test_rows_without_an_event_id_are_no_copies_of_each_other(
    before: Warehouse,
) -> None:
    assert len(sessions_of(before, "without event id")) == len(WITHOUT_EVENT_ID)


@pytest.mark.parametrize("text", NO_TEXT[2:])
def test_an_event_id_that_all_rows_have_makes_none_a_copy(
    before: Warehouse, text: str
) -> None:
    assert sessions_of(before, f"event id {text}") == [("10:00:00", "10:20:00", 3)]


def test_an_order_id_that_all_rows_have_is_no_order(before: Warehouse) -> None:
    assert before.query("select count(*), sum(amount) from marts.orders") == [
        (len(ORDER_ID_OF_ALL), 10 * len(ORDER_ID_OF_ALL))
    ]


@pytest.mark.parametrize(
    ("night", "event_counts"),
    {
        "last midnight of winter": [1, 1],
        "first midnight of summer": [1, 1],
        "an hour after it": [2],
        "the hour that is missing": [2],
        "the hour that comes twice": [2],
        "first midnight of winter": [1, 1],
        "an hour before it": [2],
    }.items(),
)
def test_a_session_ends_at_midnight_of_the_zone_also_when_clocks_change(
    berlin: Warehouse, night: str, event_counts: list[int]
) -> None:
    assert [count for *_, count in sessions_of(berlin, night)] == event_counts
