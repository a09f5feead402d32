"""A person can be forgotten, shown and verified; nobody else's rows change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import rights_world as world
from agreement import assert_same, content_of
from typer.testing import CliRunner
from warehouse import ResidentDbt, Warehouse

from habitue.cli import app

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
