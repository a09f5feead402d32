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
            **save_batch(shared_data, warehouse.folder, 0)
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
            **variables
            | {"files_events_path": str(warehouse.folder / "events_1.parquet")}
        )

    return built_once("snowplow", build)


def published(path: Path, columns: str) -> list[tuple[Any, ...]]:
    return rows_of(f"select {columns} from read_csv('{path}', {READ}) order by all")


def test_two_batches_equal_one_refresh(
    shared_data: Path, both_batches: Warehouse, warehouse: Warehouse
) -> None:
    save_batch(shared_data, warehouse.folder, 0)
    warehouse.build(**save_batch(shared_data, warehouse.folder, 1))
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
            sources=["files"],
            session_mode="client",
            files_events_path=str(path),
            max_users_per_identifier=10,
        )

    return built_once("snowplow_mobile", build)


def mobile_rows(shared_data: Path, table: str, columns: str) -> list[tuple[Any, ...]]:
    path = shared_data / f"snowplow_mobile/expected/snowplow_mobile_{table}.csv"
    return rows_of(
        f"select {columns} from read_csv('{path}', all_varchar = true, "
        "quote = '\"', escape = '\"') order by all"
    )


def test_mobile_sessions_are_those_published(
    mobile: Warehouse, shared_data: Path
) -> None:
    """Not compared: what upstream's README names as not compared either."""
    expected = mobile_rows(
        shared_data,
        "sessions_expected",
        "session_id, device_user_id, user_id, stitched_user_id, "
        "cast(start_tstamp as timestamp), cast(end_tstamp as timestamp), "
        "cast(session_duration_s as bigint), coalesce(cast(screen_views as bigint), 0),"
        " first_event_name, last_event_name",
    )
    found = mobile.query(
        f"with names as ({NAMES}), "
        "first as (select session_id, arg_min(raw_value, occurred_at) as user_id "
        "from marts.events inner join names on events.customer_id = names.customer_id "
        "and names.identifier_kind = 'user_id' group by 1) "
        "select sessions.client_session_id, devices.raw_value, first.user_id, "
        "persons.raw_value, sessions.started_at, sessions.ended_at, "
        "date_diff('second', sessions.started_at, sessions.ended_at), "
        "sessions.page_view_count, sessions.landing_event_name, "
        "sessions.exit_event_name "
        "from marts.sessions "
        "left join first using (session_id) "
        "left join names as devices on sessions.visitor_id = devices.pseudonym "
        "left join names as persons on devices.customer_id = persons.customer_id "
        "and persons.identifier_kind = 'user_id' order by all"
    )
    assert len(expected) == 7
    assert found == expected
