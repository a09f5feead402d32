"""What people get wrong, and what the build says or does about it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from warehouse import IS_LATEST, WITHOUT_ANALYSES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from warehouse import Build, Warehouse

EVENTS = """\
event_id,event_type,occurred_at,user_id,anonymous_id,unit_price
1,page_view,2024-01-01 10:00:00,ada,cookie-a,
2,purchase,2024-01-01 10:05:00,ada,cookie-a,20
3,page_view,2024-01-02 09:00:00,ben,cookie-b,
4,page_view,2024-01-02 09:30:00,ben,cookie-b,
"""
ORDER_LINES = """\
order_id,line_id,ordered_at,user_id,unit_price,quantity
o1,1,2024-01-01 10:05:00,ada,20,1
o2,1,2024-01-02 09:40:00,ben,5,3
"""


def save(folder: Path, name: str, text: str | bytes) -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def assert_refused(build: Build, *words: str) -> None:
    """The build failed, said why in these words, and showed nobody a traceback."""
    assert not build.succeeded
    assert "Traceback" not in build.output
    for word in words:
        assert word in build.output, build.output[-3000:]


def ledger(warehouse: Warehouse) -> dict[str, int]:
    """Rows per bucket; it must add up to the rows read."""
    assert (
        warehouse.query(
            "select source, max(raw_row_count), sum(bucket_row_count) "
            "from marts.row_ledger group by 1 "
            "having max(raw_row_count) != sum(bucket_row_count)"
        )
        == []
    )
    return dict(
        warehouse.query(
            "select bucket, cast(sum(bucket_row_count) as bigint) "
            "from marts.row_ledger group by 1 having sum(bucket_row_count) > 0"
        )
    )


def counts_per_file(warehouse: Warehouse) -> dict[str, int]:
    return {
        path.rsplit("/", 1)[-1]: count
        for path, count in warehouse.query(
            "select distinct input_name, input_row_count from marts.row_ledger"
        )
    }


# Files


def test_a_missing_file_is_named(warehouse: Warehouse) -> None:
    path = str(warehouse.folder / "nowhere.parquet")
    build = warehouse.dbt(
        "build", variables={"sources": ["files"], "files_events_path": path}
    )
    assert_refused(build, "files_events_path", "no file matches", path)


@pytest.mark.parametrize("name", ["events.csv", "events.parquet", "events.ndjson"])
def test_an_empty_file_is_named(warehouse: Warehouse, name: str) -> None:
    path = save(warehouse.folder, name, "")
    build = warehouse.dbt(
        "build", variables={"sources": ["files"], "files_events_path": path}
    )
    assert_refused(build, "files_events_path", path, "empty")


def test_a_file_that_is_not_what_its_name_says_is_refused(warehouse: Warehouse) -> None:
    path = save(warehouse.folder, "events.parquet", EVENTS)
    build = warehouse.dbt(
        "build", variables={"sources": ["files"], "files_events_path": path}
    )
    assert_refused(build, path)


def test_a_path_of_an_unknown_kind_is_refused(warehouse: Warehouse) -> None:
    path = save(warehouse.folder, "events.xlsx", EVENTS)
    build = warehouse.dbt(
        "build", variables={"sources": ["files"], "files_events_path": path}
    )
    assert_refused(build, "files_events_path", path, ".parquet, .csv, .ndjson")


def test_a_file_with_only_a_header_gives_empty_tables(warehouse: Warehouse) -> None:
    path = save(warehouse.folder, "events.csv", EVENTS.splitlines()[0] + "\n")
    warehouse.build(sources=["files"], files_events_path=path)
    assert ledger(warehouse) == {}
    assert counts_per_file(warehouse) == {"events.csv": 0}
    for mart in ("customers", "sessions", "events", "orders", "customer_segments"):
        assert warehouse.value(f"select count(*) from marts.{mart}") == 0


def test_no_path_at_all_is_refused(warehouse: Warehouse) -> None:
    build = warehouse.dbt("build", variables={"sources": ["files"]})
    assert_refused(build, "files_events_path", "files_order_lines_path")


def test_files_with_mixed_line_ends_lose_no_row(warehouse: Warehouse) -> None:
    header, *rows = EVENTS.splitlines()
    save(warehouse.folder, "events_1.csv", f"{header}\n{rows[0]}\n{rows[1]}\n")
    save(warehouse.folder, "events_2.csv", f"{header}\r\n{rows[2]}\r\n")
    save(warehouse.folder, "events_3.csv", f"{header}\n{rows[3]}")
    save(warehouse.folder, "events_4.csv", f"{header}\r\n")
    warehouse.build(
        *WITHOUT_ANALYSES,
        sources=["files"],
        files_events_path=str(warehouse.folder / "events_*.csv"),
    )
    assert ledger(warehouse) == {"kept": 4}
    assert counts_per_file(warehouse) == {
        "events_1.csv": 2,
        "events_2.csv": 1,
        "events_3.csv": 1,
        "events_4.csv": 0,
    }
    assert {row[0] for row in warehouse.query("select event_id from marts.events")} == {
        "1",
        "2",
        "3",
        "4",
    }


def test_a_column_missing_from_some_files_is_null_there(warehouse: Warehouse) -> None:
    save(
        warehouse.folder,
        "events_1.csv",
        "event_type,occurred_at,user_id,product_id,event_id\n"
        "product_view,2024-01-01 10:00:00,ada,p1,1\n",
    )
    save(
        warehouse.folder,
        "events_2.csv",
        "occurred_at,event_type,anonymous_id,event_id\n"
        "2024-01-01 11:00:00,page_view,cookie-b,2\n",
    )
    warehouse.build(
        *WITHOUT_ANALYSES,
        sources=["files"],
        files_events_path=str(warehouse.folder / "events_*.csv"),
    )
    assert warehouse.query(
        "select event_id, event_type, product_id from marts.events order by 1"
    ) == [("1", "product_view", "p1"), ("2", "page_view", None)]
    assert sorted(
        warehouse.query("select identifier_kind, raw_value from vault.identifiers")
    ) == [("anonymous_id", "cookie-b"), ("user_id", "ada")]


def test_newline_delimited_json_is_read(warehouse: Warehouse) -> None:
    events = [
        {
            "event_id": "1",
            "event_type": "page_view",
            "occurred_at": "2024-01-01T10:00:00+02:00",
            "user_id": 7,
        },
        {
            "event_id": "2",
            "event_type": "purchase",
            "occurred_at": "2024-01-01T10:01:00Z",
            "user_id": 7,
            "unit_price": 12.5,
        },
        {
            "event_id": "3",
            "event_type": "page_view",
            "occurred_at": "2024-01-01 10:02:00",
            "user_id": "",
        },
    ]
    path = save(
        warehouse.folder, "events.ndjson", "\n".join(json.dumps(e) for e in events)
    )
    warehouse.build(*WITHOUT_ANALYSES, sources=["files"], files_events_path=path)
    assert ledger(warehouse) == {"kept": 2, "invalid": 1}
    assert warehouse.query(
        "select event_id, cast(occurred_at as varchar), unit_price "
        "from marts.events order by 1"
    ) == [
        ("1", "2024-01-01 08:00:00", None),
        ("2", "2024-01-01 10:01:00", pytest.approx(12.5)),
    ]
    assert warehouse.query("select row_id, reason from marts.quarantined_rows") == [
        ("3", "no identifier")
    ]


def test_a_quote_in_a_path_is_part_of_the_name(warehouse: Warehouse) -> None:
    path = save(warehouse.folder, "ada's events.csv", EVENTS)
    warehouse.build(*WITHOUT_ANALYSES, sources=["files"], files_events_path=path)
    assert counts_per_file(warehouse) == {"ada's events.csv": 4}


# Columns


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        ("occurred_at,user_id", ["event_type"]),
        ("event_type,user_id", ["occurred_at", "device_created_at"]),
        (
            "event_type,occurred_at",
            ["user_id", "anonymous_id", "device_id", "client_session_id"],
        ),
    ],
)
def test_an_event_file_without_a_key_column_is_refused(
    warehouse: Warehouse, columns: str, missing: list[str]
) -> None:
    path = save(warehouse.folder, "events.csv", f"{columns}\n1,2\n")
    build = warehouse.dbt(
        "build", variables={"sources": ["files"], "files_events_path": path}
    )
    assert_refused(build, "files_events_path", path, "has no column", *missing)


@pytest.mark.parametrize("missing", ["order_id", "ordered_at", "unit_price"])
def test_an_order_file_without_a_key_column_is_refused(
    warehouse: Warehouse, missing: str
) -> None:
    columns = [
        name
        for name in ("order_id", "ordered_at", "unit_price", "user_id")
        if name != missing
    ]
    path = save(warehouse.folder, "lines.csv", ",".join(columns) + "\n1,2,3\n")
    build = warehouse.dbt(
        "build", variables={"sources": ["files"], "files_order_lines_path": path}
    )
    assert_refused(build, "files_order_lines_path", path, f"has no column {missing}")


# Values


def test_unreadable_values_are_quarantined_by_column(warehouse: Warehouse) -> None:
    events = save(
        warehouse.folder,
        "events.csv",
        EVENTS
        + "bad-1,page_view,yesterday,ada,,\n"
        + "bad-2,page_view,2024-02-30 10:00:00,ada,,\n"
        + "bad-3,purchase,2024-01-01 10:00:00,ada,,twelve\n"
        + "bad-4,page_view,,ada,,\n"
        + "bad-5,,2024-01-01 10:00:00,ada,,\n"
        + "bad-6,page_view,2024-01-01 10:00:00,,,\n"
        + "bad-7,page_view,2199-01-01 10:00:00,ada,,\n",
    )
    lines = save(
        warehouse.folder,
        "lines.csv",
        ORDER_LINES
        + "bad-8,1,soon,ada,20,1\n"
        + "bad-9,1,2024-01-01 10:00:00,ada,20,a few\n"
        + ",bad-10,2024-01-01 10:00:00,ada,20,1\n",
    )
    warehouse.build(
        *WITHOUT_ANALYSES,
        sources=["files"],
        files_events_path=events,
        files_order_lines_path=lines,
    )
    assert ledger(warehouse) == {"kept": 6, "invalid": 10}
    reasons = dict(
        warehouse.query(
            "select row_id, reason from marts.quarantined_rows order by row_id"
        )
    )
    assert reasons == {
        "bad-1": "unparsable occurred_at",
        "bad-2": "unparsable occurred_at",
        "bad-3": "unparsable unit_price",
        "bad-4": "no time",
        "bad-5": "no event type",
        "bad-6": "no identifier",
        "bad-7": "time in the future",
        "bad-8 1": "unparsable ordered_at",
        "bad-9 1": "unparsable quantity",
        "bad-10": "no order id",
    }
    assert warehouse.value("select count(*) from marts.events") == 4
    assert warehouse.value("select sum(amount) from marts.orders") == 35


def test_unknown_event_types_are_kept_as_other(warehouse: Warehouse) -> None:
    path = save(
        warehouse.folder,
        "events.csv",
        EVENTS + "5,Teleported Home,2024-01-02 09:50:00,ben,cookie-b,\n",
    )
    warehouse.build(*WITHOUT_ANALYSES, sources=["files"], files_events_path=path)
    assert ledger(warehouse) == {"kept": 5}
    assert warehouse.query(
        "select event_type, event_name from marts.events where event_id = '5'"
    ) == [("other", "teleported_home")]


def test_unknown_event_types_are_quarantined_under_strict_mode(
    warehouse: Warehouse,
) -> None:
    path = save(
        warehouse.folder,
        "events.csv",
        EVENTS + "5,teleported,2024-01-02 09:50:00,ben,cookie-b,\n",
    )
    warehouse.build(
        *WITHOUT_ANALYSES,
        sources=["files"],
        files_events_path=path,
        strict_event_types=True,
    )
    assert ledger(warehouse) == {"kept": 4, "invalid": 1}
    assert warehouse.query(
        "select row_id, row_type, reason from marts.quarantined_rows"
    ) == [("5", "teleported", "unknown event type")]


# Settings


def test_an_unknown_producer_is_refused(warehouse: Warehouse) -> None:
    build = warehouse.dbt("build", variables={"sources": ["files", "wbe"]})
    assert_refused(build, "Unknown producer 'wbe'", "web, shop, support, files")


@pytest.mark.parametrize("sources", ["files", []])
def test_sources_must_be_a_list(warehouse: Warehouse, sources: Any) -> None:
    build = warehouse.dbt("build", variables={"sources": sources})
    assert_refused(build, "sources must be a list")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"retention_days": 30}, ["retention_days is 30", "give days by class"]),
        ({"retention_days": {"behaviour": "long"}}, ["behaviour: long means nothing"]),
        ({"personal_data": "drop"}, ["personal_data is drop", "by class"]),
        ({"minimum_cell_size": 0}, ["minimum_cell_size is 0", "from 1 on"]),
    ],
)
def test_settings_on_people_that_mean_nothing_are_refused(
    warehouse: Warehouse, setting: dict[str, Any], words: list[str]
) -> None:
    build = warehouse.dbt("parse", variables=setting)
    assert_refused(build, *words)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"max_segments": 13}, ["max_segments is 13", "from 1 to 12"]),
        ({"max_segments": "lots"}, ["max_segments is lots"]),
        ({"fixed_segment_count": 0}, ["fixed_segment_count is 0"]),
        ({"minimum_segment_share": 2}, ["minimum_segment_share is 2", "below 1"]),
        ({"minimum_segment_share": "big"}, ["minimum_segment_share is big"]),
        ({"segment_seed": "x"}, ["segment_seed is x", "from 0 on"]),
        ({"segment_sample_size": 0}, ["segment_sample_size is 0", "from 1 on"]),
        ({"recluster_days": "often"}, ["recluster_days is often"]),
        ({"recluster_drift": "high"}, ["recluster_drift is high", "above 0"]),
        ({"compared_algorithms": "Ward"}, ["must be a list, like [Ward]"]),
        ({"map_methods": "pca"}, ["must be a list, like [pca]"]),
        ({"map_sample_size": 50_001}, ["map_sample_size is 50001", "to 50000"]),
        ({"validation_sample_size": -3}, ["validation_sample_size is -3"]),
        ({"refinement_sample_size": "few"}, ["refinement_sample_size is few"]),
        ({"feature_refinement": "maybe"}, ["feature_refinement is maybe"]),
        ({"history_months": -1}, ["history_months is -1", "from 0 on"]),
    ],
)
def test_settings_of_segments_that_mean_nothing_are_refused(
    warehouse: Warehouse, setting: dict[str, Any], words: list[str]
) -> None:
    build = warehouse.dbt("parse", variables=setting)
    assert_refused(build, *words)


def test_an_unknown_session_mode_is_refused(warehouse: Warehouse) -> None:
    path = save(warehouse.folder, "events.csv", EVENTS)
    build = warehouse.dbt(
        "build",
        variables={
            "sources": ["files"],
            "files_events_path": path,
            "session_mode": "magic",
        },
    )
    assert_refused(build, "session_mode must be inactivity or client", "magic")


# Small worlds


def test_without_orders_everybody_has_none(warehouse: Warehouse) -> None:
    path = save(
        warehouse.folder,
        "events.csv",
        "\n".join(row for row in EVENTS.splitlines() if "purchase" not in row),
    )
    warehouse.build(sources=["files"], files_events_path=path)
    assert warehouse.value("select count(*) from marts.orders") == 0
    assert warehouse.value("select count(*) from marts.rfm_scores") == 0
    assert warehouse.query(
        "select count(*), sum(order_count), sum(revenue) from marts.customer_features "
        f"where {IS_LATEST}"
    ) == [(2, 0, 0)]
    assert warehouse.query(
        "select count(*), sum(customer_count), count(cut_1) from marts.rfm_cuts "
        f"where {IS_LATEST}"
    ) == [(3, 0, 0)]
    assert warehouse.query(
        "select count(*), sum(customer_count), sum(customer_share), sum(revenue_share) "
        f"from marts.rfm_segments where {IS_LATEST}"
    ) == [(11, 0, 0, 0)]
    assert warehouse.value("select count(*) from marts.rfm_migrations") == 0
    assert warehouse.value("select count(*) from marts.customer_segments") == 2


def test_without_logins_every_cookie_is_an_unknown_customer(
    warehouse: Warehouse,
) -> None:
    path = save(
        warehouse.folder,
        "events.csv",
        EVENTS.replace(",ada,", ",,").replace(",ben,", ",,"),
    )
    warehouse.build(sources=["files"], files_events_path=path)
    assert warehouse.query(
        "select count(*), max(case when is_identified then 1 else 0 end) "
        "from marts.customers"
    ) == [(2, 0)]
    assert warehouse.value("select count(*) from marts.customer_segments") == 2


def test_one_customer_alone_is_one_segment(warehouse: Warehouse) -> None:
    path = save(
        warehouse.folder,
        "events.csv",
        "\n".join(row for row in EVENTS.splitlines() if "ben" not in row),
    )
    warehouse.build(sources=["files"], files_events_path=path)
    assert warehouse.value("select count(*) from marts.customers") == 1
    assert warehouse.query(
        "select segment_name is not null, customer_count, is_suppressed "
        "from marts.segments"
    ) == [(True, None, True)]
    assert warehouse.query(
        "select distinct customer_count, is_suppressed from marts.segment_audience"
    ) == [(None, True)]
    assert warehouse.query(
        "select recency_score, frequency_score, monetary_score from marts.rfm_scores "
        f"where {IS_LATEST}"
    ) == [(5, 1, 1)]
    assert warehouse.query(
        "select smallest_value, cut_1, cut_4, largest_value from marts.rfm_cuts "
        f"where measure = 'revenue' and {IS_LATEST}"
    ) == [(20, 21, 21, 20)]


@pytest.mark.parametrize("fixed", [None, 8])
def test_fewer_customers_than_segments_still_have_segments(
    warehouse: Warehouse, fixed: int | None
) -> None:
    events = save(warehouse.folder, "events.csv", EVENTS)
    lines = save(warehouse.folder, "lines.csv", ORDER_LINES)
    warehouse.build(
        sources=["files"],
        files_events_path=events,
        files_order_lines_path=lines,
        max_segments=8,
        fixed_segment_count=fixed,
        minimum_cell_size=1,
    )
    assert warehouse.query(
        "select count(*), count(segment_name) from marts.customer_segments"
    ) == [(2, 2)]
    assert warehouse.value("select sum(customer_count) from marts.segments") == 2
    assert warehouse.query(
        "select breakdown, sum(customer_count) from marts.segment_audience "
        "where segment_id is not null group by 1 order by 1"
    ) == [
        (name, 2) for name in ("all", "device_type", "rfm_segment", "traffic_channel")
    ]


# The pseudonym key


@pytest.fixture(scope="session")
def small_events(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save(tmp_path_factory.mktemp("small_events"), "events.csv", EVENTS)


def test_outside_the_demo_target_a_missing_key_stops_everything(
    warehouse: Warehouse, small_events: str
) -> None:
    build = warehouse.dbt(
        "build",
        variables={"sources": ["files"], "files_events_path": small_events},
        environment={"HABITUE_TARGET": "prod", "HABITUE_PSEUDONYM_KEY": ""},
    )
    assert_refused(build, "HABITUE_PSEUDONYM_KEY is not set")
    if warehouse.database.exists():
        assert (
            warehouse.value(
                "select count(*) from information_schema.tables "
                "where table_schema != 'information_schema'"
            )
            == 0
        )


def test_a_key_that_is_too_short_is_refused_without_showing_it(
    warehouse: Warehouse, small_events: str
) -> None:
    build = warehouse.dbt(
        "build",
        variables={"sources": ["files"], "files_events_path": small_events},
        environment={"HABITUE_TARGET": "prod", "HABITUE_PSEUDONYM_KEY": "tooshortkey"},
    )
    assert_refused(build, "HABITUE_PSEUDONYM_KEY has 11 characters")
    assert "tooshortkey" not in build.output


def test_the_key_is_written_nowhere(
    new_warehouse: Callable[[str], Warehouse], small_events: str
) -> None:
    warehouse = new_warehouse("prod")
    key = hashlib.sha256(b"a key of the test").hexdigest()
    build = warehouse.dbt(
        "build",
        variables={"sources": ["files"], "files_events_path": small_events},
        environment={"HABITUE_TARGET": "prod", "HABITUE_PSEUDONYM_KEY": key},
    )
    assert build.succeeded, build.output[-3000:]
    padded = key.encode().ljust(64, b"\0")
    secrets = [
        key.encode(),
        key.encode().hex().encode(),
        bytes(byte ^ 0x36 for byte in padded).hex().encode(),
        bytes(byte ^ 0x5C for byte in padded).hex().encode(),
    ]
    assert not any(secret in build.output.encode() for secret in secrets)
    written = [
        path
        for folder in ("target", "logs")
        for path in (warehouse.folder / folder).rglob("*")
        if path.is_file()
    ]
    assert len(written) > 50
    for path in (*written, warehouse.database):
        content = path.read_bytes().lower()
        assert not any(secret in content for secret in secrets), path


# The database and the date


def test_a_database_that_another_process_holds_is_said_plainly(
    warehouse: Warehouse,
) -> None:
    held = duckdb.connect(str(warehouse.database))
    build = warehouse.dbt("build")
    held.close()
    assert_refused(build, "habitue.duckdb cannot be opened", "Conflicting lock")


def test_a_folder_that_does_not_exist_is_said_plainly(warehouse: Warehouse) -> None:
    path = str(warehouse.folder / "nowhere" / "habitue.duckdb")
    build = warehouse.dbt("build", environment={"HABITUE_DATABASE": path})
    assert_refused(build, f"{path} cannot be opened")


def test_an_as_of_that_is_no_date_is_refused(warehouse: Warehouse) -> None:
    build = warehouse.dbt("build", variables={"as_of": "soon"})
    assert_refused(build, "as_of must be a date like 2025-03-01, got: soon")
