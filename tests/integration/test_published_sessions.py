"""Sessions, page views and users that other projects publish, row by row.

The tracker's files are mapped to canonical columns in a query, as a host would do it;
what the marts hold is then turned into the published columns and compared. Columns that
have no counterpart here are named where a set is compared.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from warehouse import WITHOUT_ANALYSES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from warehouse import Warehouse

READ = "all_varchar = true, nullstr = 'NULL'"
LOCAL = "timezone('America/New_York', timezone('UTC', {}))"

# The customer of every user id and cookie, by its raw value.
NAMES = """
    select names.customer_id, vault.identifier_kind, vault.pseudonym, vault.raw_value
    from marts.customer_identifiers as names
    inner join vault.identifiers as vault using (pseudonym)
"""


def write_parquet(sql: str, path: Path) -> None:
    """Save what a query gives."""
    duckdb.connect().execute(f"copy ({sql}) to '{path}' (format parquet)")


def rows_of(sql: str) -> list[tuple[Any, ...]]:
    return duckdb.connect().execute(sql).fetchall()


# Two batches of a web tracker (dbt-labs/snowplow)


def save_batch(shared_data: Path, folder: Path, number: int) -> dict[str, Any]:
    """Write one batch beside those before it; gives the vars that read them all."""
    source = shared_data / "snowplow_two_batch"
    suffix = ("", "_update")[number]
    write_parquet(
        "select events.event_id, events.event as event_type, "
        "events.derived_tstamp as occurred_at, "
        "events.dvce_created_tstamp as device_created_at, "
        "events.dvce_sent_tstamp as sent_at, "
        "events.collector_tstamp as received_at, events.user_id, "
        "events.domain_userid as anonymous_id, "
        "events.domain_sessionid as client_session_id, "
        "events.page_url, events.page_urlpath as page_path, "
        "events.page_referrer as referrer, events.mkt_source as utm_source, "
        "events.mkt_medium as utm_medium, events.mkt_campaign as utm_campaign, "
        "least(coalesce(cast(pp_yoffset_max as integer), 0) "
        "+ cast(br_viewheight as integer), cast(doc_height as integer)) "
        "/ cast(doc_height as integer) as scroll_ratio, "
        "events.useragent as user_agent, pages.id as page_view_id "
        f"from read_csv('{source}/event/sp_event{suffix}.csv', {READ}) as events "
        f"left join read_csv('{source}/web_page/sp_web_page{suffix}.csv', {READ}) "
        "as pages on events.event_id = pages.root_id",
        folder / f"events_{number}.parquet",
    )
    return {
        "sources": ["files"],
        "session_mode": "client",
        "heartbeat_seconds": 30,
        "minimum_visit_seconds": 0,
        "reporting_time_zone": "America/New_York",
        "files_events_path": str(folder / "events_*.parquet"),
    }


@pytest.fixture(scope="session")
def first_batch(shared_data: Path, built_once: Callable[..., Warehouse]) -> Warehouse:
    return built_once(
        "snowplow_first",
        lambda warehouse: warehouse.build(
            *WITHOUT_ANALYSES, **save_batch(shared_data, warehouse.folder, 0)
        ),
    )


@pytest.fixture(scope="session")
def both_batches(
    shared_data: Path, first_batch: Warehouse, built_once: Callable[..., Warehouse]
) -> Warehouse:
    """The second batch on top of the first, which is not read again."""

    def build(warehouse: Warehouse) -> None:
        shutil.copy(first_batch.database, warehouse.database)
        variables = save_batch(shared_data, warehouse.folder, 1)
        warehouse.build(
            *WITHOUT_ANALYSES,
            **variables
            | {"files_events_path": str(warehouse.folder / "events_1.parquet")},
        )

    return built_once("snowplow", build)


def published(path: Path, columns: str) -> list[tuple[Any, ...]]:
    return rows_of(f"select {columns} from read_csv('{path}', {READ}) order by all")


def test_two_batches_equal_one_refresh(
    shared_data: Path, both_batches: Warehouse, warehouse: Warehouse
) -> None:
    save_batch(shared_data, warehouse.folder, 0)
    warehouse.build(*WITHOUT_ANALYSES, **save_batch(shared_data, warehouse.folder, 1))
    tables = (
        *("sessions", "stitched_sessions", "page_views", "events"),
        *("customer_identifiers", "customer_days"),
    )
    for table in tables:
        everything = f"select * from marts.{table} order by all"
        assert both_batches.query(everything) == warehouse.query(everything), table


def test_the_first_batch_leaves_one_session_anonymous(first_batch: Warehouse) -> None:
    assert first_batch.query(
        f"with names as ({NAMES}) "
        "select sessions.client_session_id, names.raw_value from marts.sessions "
        "left join names on sessions.customer_id = names.customer_id "
        "and names.identifier_kind = 'user_id' order by 1"
    ) == [
        ("user_1_session_1", "user_id_1"),
        ("user_2_session_1", "user_id_2"),
        ("user_3_session_1", None),
    ]
    assert first_batch.value("select count(*) from marts.page_views") == 4


def test_page_views_are_those_published(
    both_batches: Warehouse, shared_data: Path
) -> None:
    """No counterpart: network id, session index, term, content, width, test_add_col."""
    expected = published(
        shared_data / "snowplow_two_batch/expected/snowplow_page_views_expected.csv",
        "page_view_id, user_custom_id, user_snowplow_domain_id, session_id, "
        "cast(page_view_start as timestamp), cast(page_view_end as timestamp), "
        "cast(time_engaged_in_s as double), "
        "cast(vertical_percentage_scrolled as integer), page_url, "
        "marketing_medium, marketing_source, marketing_campaign",
    )
    found = both_batches.query(
        f"with names as ({NAMES}) "
        "select views.page_view_id, users.raw_value, cookies.raw_value, "
        "sessions.client_session_id, "
        f"{LOCAL.format('views.started_at')}, {LOCAL.format('views.ended_at')}, "
        "views.engaged_seconds, cast(round(100 * views.scroll_ratio) as integer), "
        "views.page_host || views.page_path, "
        "views.utm_medium, views.utm_source, views.utm_campaign "
        "from marts.page_views as views "
        "inner join marts.sessions using (session_id) "
        "left join names as users on views.user_key = users.pseudonym "
        "left join names as cookies on views.visitor_id = cookies.pseudonym "
        "order by all"
    )
    assert len(expected) == 7
    assert found == expected


def test_sessions_are_those_published(
    both_batches: Warehouse, shared_data: Path
) -> None:
    """No counterpart: network id, app, session index, term, content, test_add_cols."""
    expected = published(
        shared_data / "snowplow_two_batch/expected/snowplow_sessions_expected.csv",
        "session_id, user_custom_id, inferred_user_id, user_snowplow_domain_id, "
        "first_page_url, marketing_medium, marketing_source, marketing_campaign, "
        "rtrim(referer_url, '/'), cast(session_start as timestamp), "
        "cast(session_end as timestamp), cast(time_engaged_in_s as double)",
    )
    found = both_batches.query(
        f"with names as ({NAMES}) "
        "select sessions.client_session_id, users.raw_value, "
        "coalesce(persons.raw_value, cookies.raw_value), cookies.raw_value, "
        "first.page_host || sessions.landing_page_path, "
        "sessions.utm_medium, sessions.utm_source, sessions.utm_campaign, "
        "sessions.referrer_host, "
        f"{LOCAL.format('sessions.started_at')}, {LOCAL.format('sessions.ended_at')}, "
        "sessions.engaged_seconds "
        "from marts.sessions "
        "inner join marts.page_views as first "
        "on sessions.session_id = first.session_id and first.position_in_session = 1 "
        "left join names as users on first.user_key = users.pseudonym "
        "left join names as cookies on sessions.visitor_id = cookies.pseudonym "
        "left join names as persons on sessions.customer_id = persons.customer_id "
        "and persons.identifier_kind = 'user_id' order by all"
    )
    assert len(expected) == 5
    assert found == expected


def test_page_views_of_a_session_are_counted(both_batches: Warehouse) -> None:
    assert both_batches.query(
        "select sessions.client_session_id, sessions.page_view_count, "
        "max(views.session_page_view_count), max(views.position_in_session) "
        "from marts.sessions inner join marts.page_views as views using (session_id) "
        "group by all order by all"
    ) == [
        ("user_1_session_1", 2, 2, 2),
        ("user_2_session_1", 2, 2, 2),
        ("user_3_session_1", 1, 1, 1),
        ("user_3_session_2", 1, 1, 1),
        ("user_4_session_1", 1, 1, 1),
    ]


# Events of a mobile tracker (snowplow/dbt-snowplow-mobile)

CONTEXT = "contexts_com_snowplowanalytics_snowplow_client_session_1_0_1"
SCREEN = "unstruct_event_com_snowplowanalytics_mobile_screen_view_1_0_0"


@pytest.fixture(scope="session")
def mobile(shared_data: Path, built_once: Callable[..., Warehouse]) -> Warehouse:
    """Screens have no path: the session and the screen stand in for one."""
    source = shared_data / "snowplow_mobile/source/snowplow_mobile_events.csv"

    def build(warehouse: Warehouse) -> None:
        path = warehouse.folder / "events.parquet"
        write_parquet(
            "select event_id, event_name as event_type, user_id, "
            f"json_extract_string({CONTEXT}, '$[0].user_id') as device_id, "
            f"json_extract_string({CONTEXT}, '$[0].session_id') as client_session_id, "
            f"json_extract_string({SCREEN}, '$[0].id') as page_view_id, "
            f"'/' || json_extract_string({CONTEXT}, '$[0].session_id') || '/' "
            f"|| json_extract_string({SCREEN}, '$[0].id') as page_path, "
            "derived_tstamp as occurred_at, dvce_created_tstamp as device_created_at, "
            "dvce_sent_tstamp as sent_at, collector_tstamp as received_at, "
            "useragent as user_agent "
            f"from read_csv('{source}', all_varchar = true, quote = '\"', "
            "escape = '\"')",
            path,
        )
        warehouse.build(
            *WITHOUT_ANALYSES,
            sources=["files"],
            session_mode="client",
            files_events_path=str(path),
            max_group_size={"default": 10},
        )

    return built_once("snowplow_mobile", build)


def mobile_rows(shared_data: Path, table: str, columns: str) -> list[tuple[Any, ...]]:
    path = shared_data / f"snowplow_mobile/expected/snowplow_mobile_{table}.csv"
    return rows_of(
        f"select {columns} from read_csv('{path}', all_varchar = true, "
        "quote = '\"', escape = '\"') order by all"
    )


MOBILE_SESSIONS = f"""
    with names as ({NAMES}),
    logins as (
        select events.session_id, vault.raw_value, events.occurred_at
        from marts.events
        inner join intermediate.int_events__accepted as accepted
            on events.source = accepted.source and events.event_id = accepted.event_id
        inner join vault.identifiers as vault on accepted.user_key = vault.pseudonym
    )
    select
        sessions.client_session_id as session_id,
        devices.raw_value as device_user_id,
        (
            select arg_min(logins.raw_value, logins.occurred_at)
            from logins where logins.session_id = sessions.session_id
        ) as user_id,
        persons.raw_value as stitched_user_id,
        sessions.started_at, sessions.ended_at,
        date_diff('second', sessions.started_at, sessions.ended_at) as seconds,
        nullif(sessions.page_view_count, 0) as screen_views,
        sessions.landing_event_name, sessions.exit_event_name
    from marts.sessions
    left join names as devices on sessions.visitor_id = devices.pseudonym
    left join names as persons
        on persons.identifier_kind = 'user_id'
        and devices.customer_id = persons.customer_id
"""


def published_mobile_sessions(shared_data: Path) -> dict[str, tuple[Any, ...]]:
    rows = mobile_rows(
        shared_data,
        "sessions_expected",
        "session_id, device_user_id, user_id, stitched_user_id, "
        "cast(start_tstamp as timestamp), cast(end_tstamp as timestamp), "
        "cast(session_duration_s as bigint), cast(screen_views as bigint), "
        "first_event_name, last_event_name",
    )
    return {row[0]: row for row in rows}


def test_mobile_sessions_are_those_published(
    mobile: Warehouse, shared_data: Path
) -> None:
    """Compared are the columns that the set's README says were compared."""
    expected = published_mobile_sessions(shared_data)
    found = {row[0]: row for row in mobile.query(MOBILE_SESSIONS)}
    assert len(expected) == 7
    assert found == expected


def test_mobile_users_are_those_published(mobile: Warehouse, shared_data: Path) -> None:
    """The user of the first session, not a person: one row per device."""
    expected = {
        row[0]: row
        for row in mobile_rows(
            shared_data,
            "users_expected",
            "device_user_id, user_id, cast(sessions as bigint), "
            "cast(screen_views as bigint), cast(start_tstamp as timestamp), "
            "cast(end_tstamp as timestamp), cast(active_days as bigint), "
            "cast(sessions_duration_s as bigint)",
        )
    }
    found = {
        row[0]: row
        for row in mobile.query(
            f"with sessions as ({MOBILE_SESSIONS}) "
            "select device_user_id, arg_min(user_id, started_at), count(*), "
            "cast(sum(screen_views) as bigint), min(started_at), max(ended_at), "
            "count(distinct cast(started_at as date)), cast(sum(seconds) as bigint) "
            "from sessions group by 1"
        )
    }
    assert len(expected) == 4
    assert found == expected


def test_mobile_screen_views_are_those_published(
    mobile: Warehouse, shared_data: Path
) -> None:
    expected = {
        row[0]: row
        for row in mobile_rows(
            shared_data,
            "screen_views_expected",
            "screen_view_id, session_id, cast(screen_view_in_session_index as bigint), "
            "cast(screen_views_in_session as bigint), "
            "cast(derived_tstamp as timestamp), user_id",
        )
    }
    found = {
        row[0]: row
        for row in mobile.query(
            "select views.page_view_id, sessions.client_session_id, "
            "views.position_in_session, views.session_page_view_count, "
            "views.started_at, users.raw_value from marts.page_views as views "
            "inner join marts.sessions using (session_id) "
            "left join vault.identifiers as users on views.user_key = users.pseudonym"
        )
    }
    assert len(expected) == 77
    assert found == expected


# Splits and late events in small worlds, end to end

CALM = "event_id,event_type,occurred_at,anonymous_id,utm_source,page_view_id\n"


def build_rows(
    warehouse: Warehouse, number: int, rows: list[str], **variables: Any
) -> None:
    """Add a file of events to those before it and build."""
    path = warehouse.folder / f"events_{number}.csv"
    path.write_text(CALM + "".join(f"{row}\n" for row in rows))
    build = warehouse.dbt(
        "build",
        *("--exclude", "segment_checks+"),
        *("--exclude-resource-type", "unit_test"),
        variables={
            "sources": ["files"],
            "files_events_path": str(warehouse.folder / "events_*.csv"),
        }
        | variables,
    )
    assert build.succeeded, build.output[-3000:]


def sessions_in(warehouse: Warehouse) -> dict[str, tuple[str, int]]:
    """Key and number of events of every session, by the hour it began."""
    return {
        start: (key, count)
        for start, key, count in warehouse.query(
            "select strftime(started_at, '%d %H:%M'), cast(session_id as varchar), "
            "event_count from marts.sessions"
        )
    }


def test_a_late_event_joins_two_sessions_into_one(warehouse: Warehouse) -> None:
    first = [
        "a,page_view,2024-05-01 10:00:00,ada,,",
        "b,page_view,2024-05-01 10:50:00,ada,,",
        "c,page_view,2024-05-01 14:00:00,ada,,",
        "d,page_view,2024-05-01 10:00:00,ben,,",
    ]
    late = ["e,search,2024-05-01 10:25:00,ada,,"]
    build_rows(warehouse, 1, first)
    before = warehouse.query("select * from marts.sessions order by all")
    assert len(before) == 4
    build_rows(warehouse, 2, late)
    after = warehouse.query(
        "select strftime(started_at, '%H:%M'), strftime(ended_at, '%H:%M'), "
        "event_count from marts.sessions order by all"
    )
    assert after == [
        ("10:00", "10:00", 1),
        ("10:00", "10:50", 3),
        ("14:00", "14:00", 1),
    ]
    incremental = warehouse.query("select * from marts.sessions order by all")
    build_rows(warehouse, 3, [])
    warehouse.dbt(
        "build",
        "--full-refresh",
        *("--exclude", "segment_checks+"),
        variables={
            "sources": ["files"],
            "files_events_path": str(warehouse.folder / "events_*.csv"),
        },
    )
    assert warehouse.query("select * from marts.sessions order by all") == incremental


def test_splits_keep_their_keys_when_other_parts_of_the_streak_change(
    warehouse: Warehouse,
) -> None:
    """New York midnight before the clocks went forward is 05:00 UTC, after it 04:00."""
    splits = {
        "session_midnight_split": True,
        "session_campaign_split": True,
        "reporting_time_zone": "America/New_York",
    }
    night = [
        "a,page_view,2024-03-10 04:50:00,ada,,",
        "b,page_view,2024-03-10 05:10:00,ada,mail,view",
        "c,page_view,2024-03-10 05:20:00,ada,shop,",
        "p,page_ping,2024-03-10 05:45:00,ada,,view",
        "d,page_view,2024-03-11 03:50:00,ada,,",
        "e,page_view,2024-03-11 04:10:00,ada,,",
    ]
    build_rows(warehouse, 1, night, **splits)
    before = sessions_in(warehouse)
    assert {start: count for start, (_, count) in before.items()} == {
        "10 04:50": 1,
        "10 05:10": 1,
        "10 05:20": 2,
        "11 03:50": 1,
        "11 04:10": 1,
    }
    assert warehouse.query(
        "select strftime(sessions.started_at, '%d %H:%M'), "
        "strftime(views.ended_at, '%d %H:%M'), views.engaged_seconds "
        "from marts.page_views as views inner join marts.sessions using (session_id) "
        "where views.page_view_id = 'view'"
    ) == [("10 05:10", "10 05:45", 15.0)]
    assert warehouse.query(
        "select cast(activity_date as varchar), session_count, event_count "
        "from marts.customer_days order by 1"
    ) == [("2024-03-09", 1, 1), ("2024-03-10", 3, 4), ("2024-03-11", 1, 1)]
    late = [
        "x,search,2024-03-10 04:30:00,ada,,",
        "y,search,2024-03-10 05:15:00,ada,,",
        "z,search,2024-03-10 06:10:00,ada,,",
    ]
    build_rows(warehouse, 2, late, **splits)
    after = sessions_in(warehouse)
    assert {start: count for start, (_, count) in after.items()} == {
        "10 04:30": 2,
        "10 05:10": 2,
        "10 05:20": 3,
        "11 03:50": 1,
        "11 04:10": 1,
    }
    for start in ("10 05:10", "10 05:20", "11 03:50", "11 04:10"):
        assert after[start][0] == before[start][0]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"reporting_time_zone": "Europe/Atlantis"}, "reporting_time_zone"),
        (
            {"session_mode": "client", "session_midnight_split": True},
            "session_midnight_split",
        ),
        (
            {"session_mode": "client", "session_campaign_split": True},
            "session_campaign_split",
        ),
    ],
)
def test_a_setting_that_means_nothing_stops_the_build(
    warehouse: Warehouse, variables: dict[str, Any], said: str
) -> None:
    path = warehouse.folder / "events_1.csv"
    path.write_text(CALM + "a,page_view,2024-05-01 10:00:00,ada,,\n")
    build = warehouse.dbt(
        "build",
        *("--select", "+int_session_days__measured"),
        *("--exclude-resource-type", "test", "unit_test"),
        variables={"sources": ["files"], "files_events_path": str(path)} | variables,
    )
    assert not build.succeeded
    assert f"{said}" in build.output
    assert "Compilation Error" in build.output
