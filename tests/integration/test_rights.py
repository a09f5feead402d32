"""A person can be forgotten, shown and verified; nobody else's rows change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import pytest
import rights_world as world
from agreement import assert_same, content_of
from typer.testing import CliRunner
from warehouse import ResidentDbt, Warehouse

from habitue.cli import app
from habitue.privacy.connection import opened_vault
from habitue.privacy.keys import find_key, keyed_hash, pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

TABLES = (
    "marts.events",
    "marts.page_views",
    "marts.sessions",
    "marts.stitched_sessions",
    "marts.customers",
    "marts.customer_identifiers",
    "marts.identity_edges",
    "marts.identity_changes",
    "marts.customer_days",
    "marts.orders",
    "marts.order_lines",
    "marts.rfm_scores",
    "marts.quarantined_rows",
    "marts.lateness",
    "marts.customer_features",
    "intermediate.int_visitor_days__alternated",
    "intermediate.int_user_agents__classified",
    "vault.identifiers",
    "vault.profiles",
    "vault.match_keys",
    "vault.user_agents",
)
MODELS = (
    "customer_features",
    "rfm_scores",
    "int_batches__completed",
    "identity_changes",
    "customers",
    "customer_identifiers",
    "sessions",
    "stitched_sessions",
    "identity_edges",
    "events",
    "page_views",
    "row_ledger",
    "quarantined_rows",
    "lateness",
    "match_keys",
)
KEPT = (
    "select source, dataset, input_name, bucket, bucket_row_count "
    "from marts.row_ledger where bucket != 'erased' and bucket_row_count > 0"
)
ERASED = (
    "select dataset, cast(sum(bucket_row_count) as integer) from marts.row_ledger "
    "where bucket = 'erased' group by 1 having sum(bucket_row_count) > 0"
)


class Rights:
    """A world in a folder of files, and databases that are built from it."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "files"
        self.dbt = ResidentDbt(folder, world.variables(self.files))

    def build(self, warehouse: Warehouse, *options: str) -> Warehouse:
        self.dbt.run(warehouse, *MODELS, options=options)
        return warehouse

    def fresh(self, name: str) -> Warehouse:
        return self.build(self.dbt.empty(name))


def habitue(*arguments: str, database: Path) -> Result:
    return CliRunner().invoke(
        app, [*arguments, "--database", str(database)], catch_exceptions=False
    )


def erase(warehouse: Warehouse, identifier: str, *options: str) -> Result:
    folder = warehouse.folder / "certificates"
    return habitue(
        *("privacy", "erase", identifier, "--yes", "--out", str(folder), *options),
        database=warehouse.database,
    )


@pytest.fixture(scope="module")
def rights(tmp_path_factory: pytest.TempPathFactory) -> Rights:
    made = Rights(tmp_path_factory.mktemp("rights"))
    world.write_all(made.files)
    return made


@pytest.fixture(scope="module")
def built(rights: Rights) -> Warehouse:
    """Everybody."""
    return rights.fresh("built")


@pytest.fixture(scope="module")
def expected(rights: Rights, built: Warehouse) -> Warehouse:
    """Built from files from which Ada's rows were taken out by hand."""
    world.write_all(rights.files, without=world.ADA)
    warehouse = rights.fresh("without_ada")
    world.write_all(rights.files)
    return warehouse


@pytest.fixture(scope="module")
def erased(rights: Rights, built: Warehouse) -> Warehouse:
    """Everybody, and then Ada was erased; not built again."""
    warehouse = rights.dbt.copy(built, "erased")
    result = erase(warehouse, " ADA@mail.example ")
    assert result.exit_code == 0, result.output
    return warehouse


def assert_as_without_ada(found: Warehouse, expected: Warehouse) -> None:
    assert_same(content_of(found, TABLES), content_of(expected, TABLES))
    assert sorted(found.query(KEPT)) == sorted(expected.query(KEPT))


def test_everything_is_as_if_the_person_had_never_been(
    rights: Rights, erased: Warehouse, expected: Warehouse
) -> None:
    again = rights.build(rights.dbt.copy(erased, "again"))
    assert_as_without_ada(again, expected)
    assert dict(again.query(ERASED)) == rows_of_ada()


def test_rows_that_are_delivered_again_do_not_bring_the_person_back(
    rights: Rights, erased: Warehouse
) -> None:
    """Under another name, in a file that changed, and all of them in a full refresh."""
    again = rights.build(rights.dbt.copy(erased, "redelivered"))
    deliver_again(rights.files)
    try:
        rights.build(again)
        first = dict(again.query(ERASED))
        found = content_of(again, TABLES), sorted(again.query(KEPT))
        rights.build(again, "--full-refresh")
        second = dict(again.query(ERASED))
        refreshed = content_of(again, TABLES), sorted(again.query(KEPT))
        deliver_again(rights.files, without=world.ADA)
        expected = rights.fresh("redelivered_without_ada")
    finally:
        start_over(rights.files)
    wanted = content_of(expected, TABLES), sorted(expected.query(KEPT))
    assert_same(found[0], wanted[0])
    assert found[1] == wanted[1]
    assert_same(refreshed[0], wanted[0])
    assert refreshed[1] == wanted[1]
    hers = rows_of_ada()
    hers["events"] += world.count_of(world.ADA, "events")
    hers["consents"] += world.count_of(world.ADA, "consents")
    assert first == second == hers


def deliver_again(folder: Path, *, without: str = "") -> None:
    """The events once more under another name, everything else in a file that grew."""
    world.write_all(folder, without=without)
    for kind in ("events", "consents"):
        world.write(folder, kind, without=without, name=f"{kind}_again")
    for path in sorted(folder.glob("*order*.csv")):
        last = path.read_text().splitlines()[-1]
        path.write_text(path.read_text() + last.replace(",1,", ",7,", 1) + "\n")


def start_over(folder: Path) -> None:
    for path in folder.glob("*_again.csv"):
        path.unlink()
    world.write_all(folder)


def rows_of_ada() -> dict[str, int]:
    """Her rows in the files, counted by hand."""
    count = {kind: world.count_of(world.ADA, kind) for kind in world.ROWS}
    return {
        "events": count["events"],
        "order_lines": count["order_lines"] + count["shop_order_lines"],
        "order_headers": count["shop_orders"],
        "consents": count["consents"],
    }


def test_nothing_is_left_of_the_person_and_the_certificate_says_what_was_removed(
    rights: Rights, erased: Warehouse, built: Warehouse
) -> None:
    again = rights.build(rights.dbt.copy(erased, "verified"))
    [path] = (erased.folder / "certificates").glob("*.json")
    told = json.loads(path.read_text())
    assert told["rows_made_stubs"] == {
        f"int_{'events' if kind == 'events' else kind}__delivered": count
        for kind, count in rows_of_ada().items()
    }
    assert told["vault_entries_deleted"] == {
        "user_id": 2,
        "email": 1,
        "anonymous_id": 2,
        "device_id": 1,
        "client_session_id": 1,
        "profile": 2,
        "match_key": 1,
        "user_agent": 1,
    }
    secret = secret_of(erased)
    for kind, value in world.IDENTIFIERS:
        stone = keyed_hash(secret, f"erased:{kind}:{value}")
        assert {"kind": kind, "tombstone": stone} in told["tombstones"]
    text = path.read_text() + path.with_suffix(".html").read_text()
    assert not [value for value in world.RAW_VALUES if value in text]
    for warehouse in (erased, again):
        for _, value in world.IDENTIFIERS:
            result = verify(warehouse, value)
            assert result.exit_code == 0, result.output
        result = verify(warehouse, "--certificate", str(path))
        assert result.exit_code == 0, result.output
    assert verify(built, "u-ada").exit_code == 1


def test_no_byte_of_the_file_is_the_persons(
    built: Warehouse, erased: Warehouse
) -> None:
    held = built.database.read_bytes().lower()
    left = erased.database.read_bytes().lower()
    stored = [value for value in world.RAW_VALUES if value.lower().encode() in held]
    assert {"ada@mail.example", "u-lovelace", "c-old-ada", "adaphone/1"} <= {
        value.lower() for value in stored
    }
    assert not [value for value in stored if value.lower().encode() in left]


@pytest.mark.parametrize(
    ("planted", "place"),
    [
        (
            "insert into vault.identifiers values ('user_id', 'u-ada', '{key}')",
            "vault.identifiers.raw_value",
        ),
        (
            "insert into marts.customers (customer_id) values ('{key}')",
            "marts.customers.customer_id",
        ),
        (
            "insert into intermediate.int_identity__groups (group_key) "
            "values ('group {key}')",
            "intermediate.int_identity__groups.group_key",
        ),
        (
            "update intermediate.int_events__delivered "
            "set page_path = '/u/c-old-ada/edit' where event_id = 'n3'",
            "intermediate.int_events__delivered.page_path",
        ),
        (
            "update intermediate.int_events__delivered "
            "set email_key = gen_random_uuid() where event_id = 'n3'",
            "intermediate.int_events__delivered.email_key",
        ),
        (
            "delete from vault.tombstones where identifier_kind = 'device_id'",
            "vault.tombstones",
        ),
    ],
)
def test_verify_finds_what_is_left(
    rights: Rights, erased: Warehouse, planted: str, place: str
) -> None:
    warehouse = rights.dbt.copy(erased, "planted")
    key = pseudonym(find_key({}, allow_demo_key=True), kind="user_id", value="u-ada")
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute(planted.format(key=key))
    [path] = (erased.folder / "certificates").glob("*.json")
    found = set()
    for arguments in (("u-ada",), ("c-old-ada",), ("--certificate", str(path))):
        result = verify(warehouse, *arguments, "--json")
        found |= {one["place"] for one in json.loads(result.stdout)["findings"]}
    assert place in found


def verify(warehouse: Warehouse, *arguments: str) -> Result:
    return habitue("privacy", "verify", *arguments, database=warehouse.database)


def secret_of(warehouse: Warehouse) -> bytes:
    with opened_vault(warehouse.database, environment={}) as opened:
        return opened.keyring.secret
