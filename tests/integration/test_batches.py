"""However rows arrive, the tables are those of one build of everything.

The worlds are adversarial (see adversary.py). They arrive in a folder that grows, or
under a path that changes; in any order; twice; and through builds that are killed.
"""

from __future__ import annotations

import shutil
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
from adversary import VARIABLES, deliver, make_world
from agreement import assert_ledger_adds_up, assert_same, content_of
from pyarrow import parquet
from warehouse import WITHOUT_ANALYSES, Warehouse

from habitue.generation import generate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KINDS = ("events", "order_lines", "consents")
TABLES = (
    "marts.events",
    "marts.page_views",
    "marts.sessions",
    "marts.stitched_sessions",
    "marts.customers",
    "marts.customer_identifiers",
    "marts.identity_edges",
    "intermediate.int_visitor_days__alternated",
    "marts.customer_days",
    "marts.orders",
    "marts.order_lines",
    "marts.rfm_scores",
    "marts.row_ledger",
    "marts.quarantined_rows",
    "marts.customer_features",
    "marts.customer_outcomes",
    "marts.rfm_cuts",
    "marts.rfm_segments",
    "marts.rfm_migrations",
    "marts.power_user_curve",
    "marts.customer_value",
    "intermediate.int_visitor_items__counted",
    "intermediate.int_customer_items__counted",
    "vault.identifiers",
)
UP_TO_FEATURES = (
    "build",
    *WITHOUT_ANALYSES,
    *("--exclude-resource-type", "test", "unit_test"),
)


@dataclass(frozen=True)
class Delivery:
    """Files of one world by kind, and the order in which they arrive."""

    folder: Path
    files: dict[str, list[Path]]
    order: list[int]

    def everything(self, folder: Path | None = None) -> dict[str, Any]:
        """Vars that read all files."""
        return VARIABLES | {
            f"files_{kind}_path": str((folder or self.folder) / f"{kind}_*.parquet")
            for kind in KINDS
        }

    def only(self, number: int) -> dict[str, Any]:
        """Vars that read one batch."""
        return VARIABLES | {
            f"files_{kind}_path": str(self.files[kind][number]) for kind in KINDS
        }


def make_delivery(folder: Path, seed: int, batches: int) -> Delivery:
    world = make_world(seed)
    files = {
        kind: deliver(getattr(world, kind), folder, kind, batches, seed)
        for kind in KINDS
    }
    order = np.random.default_rng([seed, 7]).permutation(batches)
    return Delivery(folder=folder, files=files, order=[int(n) for n in order])


def run(warehouse: Warehouse, variables: dict[str, Any]) -> None:
    build = warehouse.dbt(*UP_TO_FEATURES, variables=variables)
    assert build.succeeded, build.output[-3000:]


def row_count(paths: list[Path]) -> int:
    return sum(parquet.read_metadata(path).num_rows for path in paths)


def test_a_growing_folder_gives_the_tables_of_one_build(
    tmp_path: Path, new_warehouse: Callable[[str], Warehouse]
) -> None:
    delivery = make_delivery(tmp_path, seed=2, batches=4)
    everything = delivery.everything()
    expected = new_warehouse("fresh")
    run(expected, everything)
    growing = new_warehouse("growing")
    aside = tmp_path / "aside"
    aside.mkdir()
    for paths in delivery.files.values():
        for path in paths:
            path.rename(aside / path.name)
    arrived: list[Path] = []
    for number in delivery.order:
        for kind in KINDS:
            path = delivery.files[kind][number]
            shutil.move(aside / path.name, path)
            arrived.append(path)
        run(growing, everything)
        assert_ledger_adds_up(growing, row_count(arrived))
    assert_same(content_of(growing, TABLES), content_of(expected, TABLES))


def test_a_changing_path_gives_the_tables_of_one_build(
    tmp_path: Path, new_warehouse: Callable[[str], Warehouse]
) -> None:
    delivery = make_delivery(tmp_path, seed=4, batches=3)
    expected = new_warehouse("fresh")
    run(expected, delivery.everything())
    moving = new_warehouse("moving")
    arrived: list[Path] = []
    for number in delivery.order:
        arrived += [delivery.files[kind][number] for kind in KINDS]
        run(moving, delivery.only(number))
        assert_ledger_adds_up(moving, row_count(arrived))
    assert_same(content_of(moving, TABLES), content_of(expected, TABLES))


def test_a_file_that_is_written_again_with_more_rows_gives_the_tables_of_one_build(
    tmp_path: Path, new_warehouse: Callable[[str], Warehouse]
) -> None:
    world = make_world(5)
    paths = {kind: tmp_path / f"{kind}.parquet" for kind in KINDS}
    variables = VARIABLES | {
        f"files_{kind}_path": str(path) for kind, path in paths.items()
    }
    growing = new_warehouse("growing_file")
    for share in (0.4, 0.7, 1.0):
        for kind, path in paths.items():
            frame = getattr(world, kind)
            frame.iloc[: round(len(frame) * share)].to_parquet(path, index=False)
        run(growing, variables)
        assert_ledger_adds_up(growing, row_count(list(paths.values())))
    expected = new_warehouse("fresh_file")
    run(expected, variables)
    assert_same(content_of(growing, TABLES), content_of(expected, TABLES))


def test_tables_that_grow_give_the_tables_of_one_build(
    tmp_path: Path, new_warehouse: Callable[[str], Warehouse]
) -> None:
    """Raw tables of the warehouse itself; days of receipt arrive out of order."""
    raw = generate(customers=80, days=10, seed=5, out=tmp_path).raw_folder
    producers = ("web", "shop", "support")
    variables = {"use_demo_seeds": False} | {
        f"{producer}_schema": f"raw_{producer}" for producer in producers
    }

    def fill(warehouse: Warehouse, condition: str) -> None:
        with duckdb.connect(str(warehouse.database)) as connection:
            for producer in producers:
                connection.execute(f"create schema if not exists raw_{producer}")
            for path in sorted(raw.glob("*.parquet")):
                columns = parquet.read_schema(path).names
                table = "raw_" + path.stem.replace("_", ".", 1)
                clock = "received_at" if "received_at" in columns else "changed_at"
                connection.execute(
                    f"create table if not exists {table} as "
                    f"select * from '{path}' where false"
                )
                connection.execute(
                    f"insert into {table} select * from '{path}' "
                    f"where {condition.format(clock=clock)}"
                )

    days = [f"day(cast({{clock}} as timestamp)) % 3 = {number}" for number in (1, 0, 2)]
    growing = new_warehouse("growing_tables")
    for condition in days:
        fill(growing, condition)
        run(growing, variables)
    fresh = new_warehouse("fresh_tables")
    fill(fresh, "true")
    run(fresh, variables)
    assert fresh.value("select count(*) from marts.events") > 1_000
    assert_same(content_of(growing, TABLES), content_of(fresh, TABLES))


def test_an_order_is_not_lost_to_a_copy_that_lost(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    """Event b tells of the order that a, until its first copy arrives, seems to be."""
    header = "event_id,event_type,occurred_at,received_at,user_id,order_id,unit_price\n"
    second = "a,purchase,2024-01-01 10:00:00,2024-01-01 10:00:02,ada,o2,20\n"
    first = "a,purchase,2024-01-01 10:00:00,2024-01-01 10:00:01,ada,o1,10\n"
    other = "b,purchase,2024-01-03 12:00:00,2024-01-03 12:00:01,ben,o2,20\n"
    variables = {
        "sources": ["files"],
        "files_events_path": str(tmp_path / "events_*.csv"),
    }
    orders = "select order_id from marts.orders order by 1"
    (tmp_path / "events_1.csv").write_text(header + second + other)
    run(warehouse, variables)
    assert warehouse.query(orders) == [("o2",)]
    (tmp_path / "events_2.csv").write_text(header + first)
    run(warehouse, variables)
    assert warehouse.query(orders) == [("o1",), ("o2",)]
    assert_ledger_adds_up(warehouse, 3)


def test_a_build_without_news_changes_nothing(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    everything = make_delivery(tmp_path, 6, 2).everything()
    segments = ("marts.customer_segments", "marts.segment_memberships")
    warehouse.build(**everything)
    before = content_of(warehouse, (*TABLES, *segments))
    assert all(before[table] for table in segments)
    warehouse.build(**everything)
    assert_same(content_of(warehouse, (*TABLES, *segments)), before)


def test_killed_builds_leave_nothing_that_the_next_does_not_repair(
    tmp_path: Path, new_warehouse: Callable[[str], Warehouse]
) -> None:
    """The first build and six more are killed, each around another write."""
    last_words = (
        r"OK .*\.int_events__delivered ",
        r"OK .*\.identifiers ",
        r"OK .*\.int_visitor_days__touched ",
        r"OK .*\.int_events__set_aside ",
        r"OK .*\.int_session_days__measured ",
        r"START .*\.int_order_lines__delivered ",
        r"START .*\.int_inputs__counted ",
    )
    delivery = make_delivery(tmp_path, 8, len(last_words))
    everything = delivery.everything()
    expected = new_warehouse("fresh")
    run(expected, everything)
    aside = tmp_path / "aside"
    aside.mkdir()
    for paths in delivery.files.values():
        for path in paths:
            path.rename(aside / path.name)
    killed = new_warehouse("killed")
    for number, said in zip(delivery.order, last_words, strict=True):
        for kind in KINDS:
            path = delivery.files[kind][number]
            shutil.move(aside / path.name, path)
        build = killed.kill_once(said, *UP_TO_FEATURES, variables=everything)
        assert build.exit_code == -signal.SIGKILL, build.output[-3000:]
        if number == delivery.order[1]:
            run(killed, everything)
    run(killed, everything)
    assert_ledger_adds_up(
        killed, row_count([path for paths in delivery.files.values() for path in paths])
    )
    assert_same(content_of(killed, TABLES), content_of(expected, TABLES))
