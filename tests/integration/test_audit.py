"""Every build is on the audit trail, as SQL writes it and as Python reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from typer.testing import CliRunner
from warehouse import WITHOUT_ANALYSES, BuildError, ResidentDbt, Warehouse

from habitue.audit import hash_of, read_trail
from habitue.cli import app
from habitue.privacy.connection import opened_vault

if TYPE_CHECKING:
    from pathlib import Path

    from habitue.audit import Entry

ACTOR = "Zoë, 'the' O\"Neil 🤦🏼‍♂️ \\"
EVENTS = """\
event_id,event_type,occurred_at,user_id
1,page_view,2024-01-01 10:00:00,ada
2,page_view,2024-01-01 10:05:00,ada
3,page_view,never,ada
"""


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> ResidentDbt:
    folder = tmp_path_factory.mktemp("audit")
    (folder / "events.csv").write_text(EVENTS)
    paths = {"files_events_path": str(folder / "events.csv")}
    return ResidentDbt(folder, {"sources": ["files"]} | paths)


@pytest.fixture(scope="module")
def built(dbt: ResidentDbt) -> Warehouse:
    """Seeded, built by somebody with a difficult name, and looked at."""
    warehouse = dbt.empty("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HABITUE_ACTOR", ACTOR)
        dbt.run(warehouse, "row_ledger")
        dbt.command(warehouse, "compile", "--select", "stg_files__events")
        dbt.command(warehouse, "list", "--select", "stg_files__events")
        dbt.command(warehouse, "test", "--select", "int_events__delivered")
    return warehouse


def trail_of(warehouse: Warehouse) -> list[Entry]:
    with duckdb.connect(str(warehouse.database), read_only=True) as connection:
        return read_trail(connection)


def said(*arguments: str, database: Path) -> tuple[int, str]:
    ran = CliRunner().invoke(app, ["audit", *arguments, "--database", str(database)])
    return ran.exit_code, ran.output


def test_what_changes_something_is_recorded_and_nothing_else(built: Warehouse) -> None:
    entries = trail_of(built)
    assert [(one.number, one.action, one.row_count) for one in entries] == [
        (1, "seed started", None),
        (2, "seed ended", None),
        (3, "run started", None),
        (4, "run ended", 3),
    ]
    assert [one.actor for one in entries[2:]] == [ACTOR, ACTOR]
    assert all("0.1.0" in one.code_version for one in entries)
    started, ended = (json.loads(one.parameters) for one in entries[2:])
    assert started["invocation_id"] == ended["invocation_id"]
    assert started["target"] == "demo"
    assert ended["result"] == "succeeded"
    assert set(ended["nodes"]) == {"success"}


def test_the_hashes_of_sql_are_those_of_python(built: Warehouse) -> None:
    with opened_vault(built.database, read_only=True) as held:
        for entry in read_trail(held.connection):
            assert hash_of(held.keyring.secret, entry) == entry.hash
    code, output = said("verify", "--json", database=built.database)
    verdict = json.loads(output)
    assert (code, verdict["entry_count"], verdict["reason"]) == (0, 4, None)
    assert verdict["head"] == trail_of(built)[-1].hash


def test_a_build_that_fails_is_recorded_as_failed(
    dbt: ResidentDbt, built: Warehouse
) -> None:
    warehouse = dbt.copy(built, "failing")
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute("drop table intermediate.int_inputs__fingerprinted")
        connection.execute("create schema if not exists intermediate")
        connection.execute("alter table lookups.event_types drop column event_type")
    with pytest.raises(BuildError):
        dbt.run(warehouse, "row_ledger")
    entry = trail_of(warehouse)[-1]
    parameters = json.loads(entry.parameters)
    assert (entry.action, parameters["result"]) == ("run ended", "failed")
    assert parameters["nodes"]["error"] >= 1
    assert said("verify", database=warehouse.database)[0] == 0


def test_a_build_that_is_killed_has_a_start_and_no_end(
    dbt: ResidentDbt, built: Warehouse
) -> None:
    warehouse = dbt.copy(built, "killed")
    warehouse.kill_once(
        r"of \d+ OK created", "run", *WITHOUT_ANALYSES, variables=dbt.variables
    )
    assert [one.action for one in trail_of(warehouse)[-2:]] == [
        "run ended",
        "run started",
    ]
    assert said("verify", database=warehouse.database)[0] == 0
    dbt.run(warehouse, "stg_files__events")
    assert trail_of(warehouse)[-1].action == "run ended"
    assert said("verify", database=warehouse.database)[0] == 0


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("update audit.audit_trail set actor = 'x' where entry_number = 3", "entry 3"),
        ("delete from audit.audit_trail where entry_number = 4", "entry 4 is missing"),
        ("delete from vault.audit_head", "head in the vault is missing"),
    ],
)
def test_tampering_is_found_and_going_on_hides_it_not(
    dbt: ResidentDbt, built: Warehouse, tampering: str, told: str
) -> None:
    warehouse = dbt.copy(built, "tampered")
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute(tampering)
    code, output = said("verify", database=warehouse.database)
    assert (code, told in output) == (1, True), output
    if "delete from audit" in tampering:
        dbt.run(warehouse, "stg_files__events")
        assert said("verify", database=warehouse.database)[0] == 1


def test_an_older_copy_is_found_by_a_head_that_was_noted(
    dbt: ResidentDbt, built: Warehouse
) -> None:
    warehouse = dbt.copy(built, "newer")
    dbt.run(warehouse, "stg_files__events")
    noted = trail_of(warehouse)[-1].hash
    assert said("verify", "--head", noted, database=warehouse.database)[0] == 0
    assert said("verify", database=built.database)[0] == 0
    code, output = said("verify", "--head", noted, database=built.database)
    assert (code, "older copy" in output) == (1, True)


def test_the_trail_is_listed_and_exported(dbt: ResidentDbt, built: Warehouse) -> None:
    warehouse = dbt.copy(built, "exported")
    code, output = said("list", "--json", database=warehouse.database)
    listed: list[dict[str, Any]] = json.loads(output)
    assert code == 0
    assert [one["hash"] for one in listed] == [one.hash for one in trail_of(built)]
    code, output = said("list", "--action", "seed ended", database=warehouse.database)
    assert "seed ended" in output
    assert "run started" not in output
    path = warehouse.folder / "trail.json"
    assert said("export", str(path), database=warehouse.database)[0] == 0
    written = json.loads(path.read_text())
    assert written[:4] == listed
    assert [one["action"] for one in written[4:]] == ["audit export"]
    assert said("export", str(path), database=warehouse.database)[0] == 2
    assert said("list", database=warehouse.folder / "nowhere")[0] == 2
