"""Rows that could not be used return once what was wrong is mended."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from warehouse import PROJECT, WITHOUT_ANALYSES, Warehouse

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "event_id,event_type,occurred_at,received_at,user_id\n"
VIEW = "a,page_view,2024-01-01 10:00:00,2024-01-01 10:00:01,ada\n"
JUMP = "b,Jumped High,2024-01-01 10:01:00,2024-01-01 10:00:02,ada\n"
BUCKETS = (
    "select bucket, cast(sum(bucket_row_count) as integer) from marts.row_ledger "
    "where bucket_row_count > 0 group by 1"
)
MARTS = ("events", "sessions", "customers", "customer_identifiers", "row_ledger")


@pytest.fixture
def workshop(tmp_path: Path) -> Warehouse:
    """A warehouse with a copy of the project of its own, to be changed."""
    project = tmp_path / "project"
    project.mkdir()
    for name in ("models", "python_models", "macros", "seeds", "tests"):
        shutil.copytree(PROJECT / name, project / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, project / name)
    return replace(Warehouse(tmp_path), project=project)


def read_from(folder: Path, **more: Any) -> dict[str, Any]:
    return {
        "sources": ["files"],
        "files_events_path": str(folder / "events_*.csv"),
    } | more


def build(warehouse: Warehouse, variables: dict[str, Any], *options: str) -> None:
    warehouse.build(*WITHOUT_ANALYSES, *options, **variables)


def content(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    return {
        mart: warehouse.query(f"select * from marts.{mart} order by all")
        for mart in MARTS
    }


def assert_equals_a_refresh(warehouse: Warehouse, variables: dict[str, Any]) -> None:
    found = content(warehouse)
    build(warehouse, variables, "--full-refresh")
    assert found == content(warehouse)


def test_a_row_returns_when_its_event_type_gets_known(workshop: Warehouse) -> None:
    (workshop.folder / "events_1.csv").write_text(HEADER + VIEW + JUMP)
    variables = read_from(workshop.folder, strict_event_types=True)
    build(workshop, variables)
    assert workshop.query(
        "select row_id, row_type, reason from marts.quarantined_rows"
    ) == [("b", "jumped_high", "unknown event type")]
    types = workshop.project / "seeds/lookups/event_types.csv"
    types.write_text(types.read_text() + "files,jumped_high,feature_use\n")
    build(workshop, variables)
    assert dict(workshop.query(BUCKETS)) == {"kept": 2}
    assert workshop.query(
        "select event_type from marts.events where event_id = 'b'"
    ) == [("feature_use",)]
    assert workshop.query("select event_count from marts.sessions") == [(2,)]
    assert_equals_a_refresh(workshop, variables)


def test_a_row_returns_when_the_staging_view_learns_to_read_it(
    workshop: Warehouse,
) -> None:
    """Decimal commas are quarantined until the mapping replaces them."""
    header = HEADER.strip() + ",quantity\n"
    (workshop.folder / "events_1.csv").write_text(
        header + VIEW.replace("\n", ",1\n") + JUMP.replace("\n", ',"2,5"\n')
    )
    variables = read_from(workshop.folder)
    build(workshop, variables)
    assert dict(workshop.query(BUCKETS)) == {"kept": 1, "invalid": 1}
    view = workshop.project / "models/staging/files/stg_files__events.sql"
    view.write_text(
        "{% set mended %}" + view.read_text() + "{% endset %}"
        "{{ mended | replace('(quantity', \"(replace(quantity, ',', '.')\") }}\n"
    )
    build(workshop, variables)
    assert dict(workshop.query(BUCKETS)) == {"kept": 2}
    assert [
        float(row[0])
        for row in workshop.query("select quantity from marts.events order by event_id")
    ] == [1.0, 2.5]
    assert_equals_a_refresh(workshop, variables)


def test_another_setting_reads_again_what_is_still_there(warehouse: Warehouse) -> None:
    """Rows of an input that is gone stay as they were read; nothing is lost."""
    first = warehouse.folder / "events_1.csv"
    first.write_text(HEADER + VIEW + JUMP)
    variables = read_from(warehouse.folder)
    build(warehouse, variables)
    assert dict(warehouse.query(BUCKETS)) == {"kept": 2}
    build(warehouse, variables | {"strict_event_types": True})
    assert dict(warehouse.query(BUCKETS)) == {"kept": 1, "invalid": 1}
    first.rename(warehouse.folder / "gone.csv")
    (warehouse.folder / "events_2.csv").write_text(
        HEADER
        + VIEW.replace("a,", "c,", 1).replace(" 10:", " 11:")
        + JUMP.replace("b,", "d,", 1).replace(" 10:", " 11:")
    )
    build(warehouse, variables)
    assert dict(warehouse.query(BUCKETS)) == {"kept": 3, "invalid": 1}
    assert warehouse.query("select row_id from marts.quarantined_rows") == [("b",)]


def test_rules_apply_to_rows_that_are_held(warehouse: Warehouse) -> None:
    late = (
        "event_id,event_type,device_created_at,sent_at,received_at,user_id\n"
        "a,page_view,2024-01-01 10:00:00,2024-01-03 10:00:00,2024-01-03 10:00:00,ada\n"
    )
    (warehouse.folder / "events_1.csv").write_text(late)
    variables = read_from(warehouse.folder)
    build(warehouse, variables)
    assert dict(warehouse.query(BUCKETS)) == {"kept": 1}
    build(warehouse, variables | {"late_after_days": 1})
    assert dict(warehouse.query(BUCKETS)) == {"late": 1}
    build(warehouse, variables | {"late_after_days": 1, "late_policy": "keep"})
    assert dict(warehouse.query(BUCKETS)) == {"kept": 1}


def test_changed_lookups_of_consent_are_taken_up(workshop: Warehouse) -> None:
    """What gpc means, what holds in Germany, and what a purpose is called."""
    header = "event_id,event_type,occurred_at,user_id,region,opt_out_signal\n"
    (workshop.folder / "events_1.csv").write_text(
        header
        + "a,page_view,2024-01-01 10:00:00,ada,BR,\n"
        + "b,page_view,2024-01-01 10:00:00,ben,BR,gpc\n"
        + "c,page_view,2024-01-01 10:00:00,cyd,DE,\n"
        + "d,page_view,2024-01-01 10:00:00,dan,BR,\n"
    )
    (workshop.folder / "consents.csv").write_text(
        "user_id,purpose,status,changed_at\ndan,curling,denied,2024-01-01 09:00:00\n"
    )
    variables = read_from(
        workshop.folder, files_consents_path=str(workshop.folder / "consents.csv")
    )
    verdicts = (
        "select row_id, bucket, reason from intermediate.int_rows__bucketed "
        "where dataset = 'events' and bucket != 'kept' order by 1"
    )

    def build_verdicts() -> list[tuple[Any, ...]]:
        select = ("--select", "+int_rows__bucketed", "+int_batches__completed")
        workshop.build(*select, "--exclude-resource-type", "test", **variables)
        return workshop.query(verdicts)

    assert build_verdicts() == [
        ("c", "no_consent", "no analytics consent given (default of DE)")
    ]
    assert workshop.query(
        "select purpose, invalid_reason from intermediate.int_consents__delivered"
    ) == [("curling", "unknown purpose")]
    lookups = workshop.project / "seeds/lookups"
    for name, old, new in (
        ("opt_out_signals", "gpc,sale_sharing", "gpc,sale_sharing\ngpc,analytics"),
        ("consent_defaults", "DE,analytics,denied", "DE,analytics,granted"),
        ("consent_purposes", "statistics,", "curling,analytics,false\nstatistics,"),
    ):
        seed = lookups / f"{name}.csv"
        assert old in seed.read_text()
        seed.write_text(seed.read_text().replace(old, new, 1))
    assert build_verdicts() == [
        ("b", "no_consent", "opted out by signal gpc"),
        ("d", "no_consent", "analytics consent denied"),
    ]


def test_a_row_from_the_future_returns_when_its_time_has_come(
    warehouse: Warehouse,
) -> None:
    """A day ahead of the server is tolerated; the rest of the waiting is done here."""
    started = datetime.now(UTC).replace(tzinfo=None)
    wait = timedelta(seconds=45)
    moment = started + timedelta(days=1) + wait
    (warehouse.folder / "events_1.csv").write_text(
        "event_id,event_type,occurred_at,user_id\n"
        f"a,page_view,2024-01-01 10:00:00,ada\nb,page_view,{moment},ada\n"
    )
    variables = read_from(warehouse.folder)
    build(warehouse, variables)
    assert dict(warehouse.query(BUCKETS)) == {"kept": 1, "invalid": 1}
    passed = datetime.now(UTC).replace(tzinfo=None) - started
    time.sleep(max(0.0, (wait - passed).total_seconds()) + 1)
    build(warehouse, variables)
    assert dict(warehouse.query(BUCKETS)) == {"kept": 2}
    assert_equals_a_refresh(warehouse, variables)


def test_lateness_counts_the_sessions_that_late_events_changed(
    warehouse: Warehouse,
) -> None:
    """Two sessions are published; an event between them makes them one."""
    view = "{id},page_view,2024-01-0{time},2024-01-0{received},ada\n"
    first = [
        ("a", "1 10:00:00", "1 10:00:01"),
        ("b", "1 10:40:00", "1 10:40:01"),
        ("c", "2 09:00:00", "2 09:00:01"),
        ("d", "3 09:00:00", "3 09:00:01"),
    ]
    rows = [view.format(id=i, time=t, received=r) for i, t, r in first]
    (warehouse.folder / "events_1.csv").write_text(HEADER + "".join(rows))
    variables = read_from(warehouse.folder)
    build(warehouse, variables)
    counts = (
        "select cast(activity_date as varchar), event_count, published_session_count, "
        "revised_session_count, revised_session_share from marts.lateness order by 1"
    )
    assert warehouse.query(counts) == [
        ("2024-01-01", 2, 2, 0, 0.0),
        ("2024-01-02", 1, 1, 0, 0.0),
        ("2024-01-03", 1, 0, 0, 0.0),
    ]
    (warehouse.folder / "events_2.csv").write_text(
        HEADER
        + view.format(id="e", time="1 10:20:00", received="3 10:00:00")
        + view.format(id="f", time="3 09:10:00", received="3 09:10:01")
    )
    for _ in range(2):
        build(warehouse, variables)
        assert warehouse.query(counts) == [
            ("2024-01-01", 3, 2, 2, 1.0),
            ("2024-01-02", 1, 1, 0, 0.0),
            ("2024-01-03", 2, 0, 0, 0.0),
        ]
