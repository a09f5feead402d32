"""Who moved between segments and why, where it is known who did and why.

A shop of orders alone, whose segments are made of one thing, the number of orders: many
customers have one, many have ten, and some have six. It is built three times, then with
another number of segments. In between customers order more, orders come late, and two
people turn out to be one.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from agreement import assert_same, content_of
from typer.testing import CliRunner
from warehouse import ResidentDbt, Warehouse

from habitue.cli import app
from habitue.privacy.rotation import rotate_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "the old key, which has more than 32 characters"
NEW_KEY = "the new key, which has more than 32 characters"
VARIABLES: dict[str, Any] = {
    "sources": ["files"],
    "segment_features": {"order_count": "none"},
    "fixed_segment_count": 2,
    "compared_algorithms": ["k-means"],
    "recluster_days": 1000,
    "recluster_drift": 1000,
    "minimum_cell_size": 1,
}
FIRST, SECOND, THIRD, FOURTH = "2024-03-11", "2024-03-21", "2024-03-31", "2024-04-11"
# Somebody orders on the day before each scoring, so that this is the day after the last
# order.
CLOCK = "clock"
HISTORY = ("marts.segment_memberships", "marts.segment_moves")
ASSERTIONS = (
    "assert_current_memberships_are_the_segments",
    "assert_memberships_follow_one_another",
    "assert_causes_add_up_to_all_moves",
    "assert_segment_flows_add_up_to_the_backcast",
    "segment_memberships,test_type:generic",
    "segment_moves,test_type:generic",
)
MOVES = (
    "select raw_value, cause, cast(moved_on as varchar) from marts.segment_moves "
    "inner join vault.identifiers on customer_id = pseudonym"
)
PERIODS = (
    "select raw_value, segment_id, cast(valid_from as varchar), "
    "cast(valid_to as varchar) from marts.segment_memberships "
    "inner join vault.identifiers on customer_id = pseudonym"
)
SCORINGS = (
    "select cast(as_of_date as varchar), model_version "
    "from intermediate.int_scorings__logged order by 1"
)


def orders(user: str, days: list[str], email: str = "") -> list[dict[str, str]]:
    """One order on each of these days."""
    return [
        {
            "order_id": f"{user} {day} {number}",
            "ordered_at": f"{day} 12:00:00",
            "user_id": user,
            "email": email,
            "unit_price": "10",
        }
        for number, day in enumerate(days)
    ]


def deliveries() -> list[list[dict[str, str]]]:
    """What arrives before each of the four scorings."""
    february = [f"2024-02-{day:02d}" for day in range(1, 30)]
    first = orders(CLOCK, ["2024-03-10"] * 10)
    for number in range(20):
        first += orders(f"few {number}", february[number : number + 1])
        first += orders(f"many {number}", february[number : number + 10])
    for number in range(6):
        first += orders(f"middle {number}", february[number : number + 6])
    first += orders("left", february[:4]) + orders("right", february[4:8])
    second = [
        *orders(CLOCK, ["2024-03-20"]),
        *orders("few 1", ["2024-03-15"] * 9),
        *orders("newcomer", ["2024-03-16"]),
    ]
    third = [
        *orders(CLOCK, ["2024-03-30"]),
        *orders("few 2", ["2024-03-25"] * 9),
        # Ordered before the first scoring, received after the second.
        *orders("few 3", ["2024-03-05"] * 9),
        # More orders came late than would do, and more were placed since.
        *orders("few 4", ["2024-03-06"] * 9 + ["2024-03-26"] * 3),
        # Late as well, but it takes the orders since to be of the many.
        *orders("few 5", ["2024-03-06"] * 2 + ["2024-03-26"] * 7),
        # Both with an e-mail, which makes them one.
        *orders("left", ["2024-03-25"], "both@mail.example"),
        *orders("right", ["2024-03-26"], "both@mail.example"),
    ]
    fourth = [*orders(CLOCK, ["2024-04-10"]), *orders("few 6", ["2024-04-05"] * 9)]
    return [first, second, third, fourth]


AT_SECOND = {("few 1", "behaviour changed", SECOND)}
AT_THIRD = {
    ("few 2", "behaviour changed", THIRD),
    ("few 3", "data arrived late", THIRD),
    ("few 4", "data arrived late", THIRD),
    ("few 5", "behaviour changed", THIRD),
    ("left", "identities merged", THIRD),
}
AT_FOURTH = {
    ("few 6", "behaviour changed", FOURTH),
    *((f"middle {number}", "model changed", FOURTH) for number in range(6)),
}


@dataclass(frozen=True)
class Shop:
    """A folder that orders arrive in, and databases that are built from it."""

    folder: Path
    dbt: ResidentDbt

    @classmethod
    def at(cls, folder: Path) -> Shop:
        files = folder / "orders"
        files.mkdir()
        variables = VARIABLES | {"files_order_lines_path": str(files / "*.csv")}
        return cls(files, ResidentDbt(folder, variables))

    def with_settings(self, name: str, **variables: Any) -> Shop:
        """The same folder, read with other settings."""
        folder = self.dbt.folder / name
        folder.mkdir()
        return Shop(self.folder, ResidentDbt(folder, self.dbt.variables | variables))

    def build(self, warehouse: Warehouse, *, deliveries_so_far: int) -> Warehouse:
        """Build, and let the history be tested."""
        self.run(
            warehouse,
            *("segment_flows", "segment_models"),
            deliveries_so_far=deliveries_so_far,
        )
        self.dbt.command(warehouse, "test", "--select", *ASSERTIONS)
        return warehouse

    def run(
        self,
        warehouse: Warehouse,
        *models: str,
        deliveries_so_far: int,
        last: str = "segment_moves",
    ) -> None:
        """Build as far as a model of the history."""
        for path in self.folder.iterdir():
            path.unlink()
        for number, rows in enumerate(deliveries()[:deliveries_so_far]):
            with (self.folder / f"orders_{number}.csv").open("w") as file:
                writer = csv.DictWriter(file, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        self.dbt.run(warehouse, last, "int_batches__completed", *models)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HABITUE_TARGET", "prod")
        patch.setenv("HABITUE_PSEUDONYM_KEY", KEY)
        yield Shop.at(tmp_path_factory.mktemp("moves"))


@pytest.fixture(scope="module")
def second(shop: Shop) -> Warehouse:
    """Scored twice."""
    warehouse = shop.dbt.empty("second")
    shop.build(warehouse, deliveries_so_far=1)
    return shop.build(warehouse, deliveries_so_far=2)


@pytest.fixture(scope="module")
def third(shop: Shop, second: Warehouse) -> Warehouse:
    """Scored three times."""
    return shop.build(shop.dbt.copy(second, "third"), deliveries_so_far=3)


@pytest.fixture(scope="module")
def fourth(shop: Shop, third: Warehouse) -> Warehouse:
    """Scored a fourth time, with a model of three segments."""
    other = shop.with_settings("three_segments", fixed_segment_count=3)
    return other.build(other.dbt.copy(third, "fourth"), deliveries_so_far=4)


def segments(warehouse: Warehouse) -> dict[str, int]:
    """User id -> segment."""
    return dict(
        warehouse.query(
            "select raw_value, segment_id from marts.customer_segments "
            "inner join vault.identifiers on customer_id = pseudonym"
        )
    )


def test_whoever_orders_more_has_changed(second: Warehouse) -> None:
    assert set(second.query(MOVES)) == AT_SECOND
    assert second.query(SCORINGS) == [(FIRST, 1), (SECOND, 1)]
    found = segments(second)
    few, many = found["few 0"], found["many 0"]
    assert few != many
    assert {found[f"middle {number}"] for number in range(6)} == {many}
    periods = Counter(second.query(PERIODS))
    assert periods["few 1", few, FIRST, SECOND] == 1
    assert periods["few 1", many, SECOND, None] == 1
    assert periods["few 0", few, FIRST, None] == 1
    assert periods["newcomer", few, SECOND, None] == 1
    assert periods.total() == 20 + 20 + 6 + len([CLOCK, "left", "right"]) + 2


def test_late_orders_and_merged_people_are_told_from_behaviour(
    third: Warehouse,
) -> None:
    assert set(third.query(MOVES)) == AT_SECOND | AT_THIRD
    gone = [row for row in third.query(PERIODS) if row[0] == "right"]
    assert gone == [("right", segments(third)["few 0"], FIRST, THIRD)]


def test_a_new_model_is_told_from_behaviour(
    third: Warehouse, fourth: Warehouse
) -> None:
    assert set(fourth.query(MOVES)) == AT_SECOND | AT_THIRD | AT_FOURTH
    assert fourth.query(SCORINGS) == [(FIRST, 1), (SECOND, 1), (THIRD, 1), (FOURTH, 2)]
    before, found = segments(third), segments(fourth)
    assert [found[name] for name in ("few 0", "many 0")] == [
        before[name] for name in ("few 0", "many 0")
    ]
    assert found["middle 0"] not in before.values()
    versions = fourth.query(
        "select distinct from_model_version, to_model_version "
        f"from marts.segment_moves where moved_on = '{FOURTH}'"
    )
    assert versions == [(1, 2)]
    added = set(fourth.query(PERIODS)) - set(third.query(PERIODS))
    closed = set(third.query(PERIODS)) - set(fourth.query(PERIODS))
    assert {row[0] for row in added} == {row[0] for row in AT_FOURTH}
    assert {row[0] for row in closed} == {row[0] for row in AT_FOURTH}


def test_flows_are_of_one_model(fourth: Warehouse) -> None:
    """By the model of today the middle has always been there: nobody flowed into it."""
    middle = segments(fourth)["middle 0"]
    flows = fourth.query(
        "select cast(as_of_date as varchar), from_segment_id, customer_count "
        f"from marts.segment_flows where to_segment_id = {middle} order by 1"
    )
    assert flows == [("2024-04-01", middle, 6), (FOURTH, middle, 6)]


def test_a_build_without_news_changes_nothing(shop: Shop, third: Warehouse) -> None:
    again = shop.build(shop.dbt.copy(third, "again"), deliveries_so_far=3)
    assert_same(content_of(again, HISTORY), content_of(third, HISTORY))
    assert again.query(SCORINGS) == third.query(SCORINGS)


def test_a_build_killed_before_the_log_is_made_good(
    shop: Shop, second: Warehouse, third: Warehouse, fourth: Warehouse
) -> None:
    """It had written the memberships; the next one is at a later date."""
    killed = shop.dbt.copy(second, "killed")
    shop.run(killed, deliveries_so_far=3, last="segment_memberships")
    assert_same(content_of(killed, HISTORY[:1]), content_of(third, HISTORY[:1]))
    assert killed.query(SCORINGS) == second.query(SCORINGS)
    shop.build(killed, deliveries_so_far=4)
    assert killed.query(SCORINGS) == [(FIRST, 1), (SECOND, 1), (FOURTH, 1)]
    by_behaviour = AT_FOURTH - {row for row in AT_FOURTH if row[1] == "model changed"}
    assert set(killed.query(MOVES)) == AT_SECOND | by_behaviour | {
        (name, cause, FOURTH) for name, cause, _ in AT_THIRD
    }


def test_an_earlier_date_takes_the_history_back(shop: Shop, third: Warehouse) -> None:
    """Killed there, and forward again: what is known now was known at neither date."""
    back = shop.with_settings("back", as_of=SECOND)
    warehouse = shop.dbt.copy(third, "back_and_forth")
    back.run(warehouse, deliveries_so_far=3, last="segment_memberships")
    assert warehouse.query(SCORINGS) == [(FIRST, 1)]
    back.build(warehouse, deliveries_so_far=3)
    assert warehouse.query(SCORINGS) == [(FIRST, 1), (SECOND, 1)]
    known = AT_SECOND | {
        (name, cause, SECOND)
        for name, cause, _ in AT_THIRD
        if cause != "behaviour changed"
    }
    assert set(warehouse.query(MOVES)) == known
    shop.build(warehouse, deliveries_so_far=3)
    assert set(warehouse.query(MOVES)) == known | {
        row for row in AT_THIRD if row[1] == "behaviour changed"
    }


def test_the_history_is_kept_through_a_full_refresh(
    shop: Shop, third: Warehouse
) -> None:
    warehouse = shop.dbt.copy(third, "refreshed")
    shop.dbt.run(warehouse, "segment_moves", options=("--full-refresh",))
    assert_same(content_of(warehouse, HISTORY), content_of(third, HISTORY))


def test_an_erased_person_has_no_history(shop: Shop, third: Warehouse) -> None:
    warehouse = shop.dbt.copy(third, "erased")
    folder = str(warehouse.folder / "certificates")
    database = ("--database", str(warehouse.database))
    asked = ("privacy", "erase", "few 3", "--yes", "--out", folder, *database)
    answer = CliRunner().invoke(app, asked, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    assert set(warehouse.query(MOVES)) == set(third.query(MOVES)) - {
        ("few 3", "data arrived late", THIRD)
    }
    gone = content_of(third, HISTORY)
    for table, left in content_of(warehouse, HISTORY).items():
        assert (gone[table] - left).total() == (
            2 if table == "marts.segment_memberships" else 1
        )


def test_who_is_not_known_any_more_has_no_history(shop: Shop, third: Warehouse) -> None:
    """Most customers ordered in February last: a year later that is too long ago."""
    later = shop.with_settings("later", retention_days={"purchases": 365})
    later.dbt.now = datetime(2025, 3, 5, tzinfo=UTC)
    warehouse = shop.dbt.copy(third, "later")
    for _ in range(2):  # What no row refers to any more leaves with the next build.
        later.build(warehouse, deliveries_so_far=3)
    known = {
        name for (name,) in warehouse.query("select raw_value from vault.identifiers")
    }
    held = {name for name, *_ in warehouse.query(PERIODS)}
    assert held == known - {"both@mail.example"}
    assert (
        warehouse.value(
            "select count(*) from marts.segment_memberships where customer_id not in "
            "(select pseudonym from vault.identifiers)"
        )
        == 0
    )


def test_the_history_goes_on_under_another_key(shop: Shop, third: Warehouse) -> None:
    warehouse = shop.dbt.copy(third, "rotated")
    rotate_key(
        warehouse.database,
        environment={
            "HABITUE_PSEUDONYM_KEY": KEY,
            "HABITUE_NEW_PSEUDONYM_KEY": NEW_KEY,
        },
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HABITUE_PSEUDONYM_KEY", NEW_KEY)
        shop.build(warehouse, deliveries_so_far=3)
    for rows in (MOVES, PERIODS):
        assert Counter(warehouse.query(rows)) == Counter(third.query(rows))
    ids = "select customer_id from marts.segment_memberships"
    assert not set(warehouse.query(ids)) & set(third.query(ids))


def test_one_more_date_is_computed_and_not_the_spine_twice(third: Warehouse) -> None:
    """What is read for the date that was scored last, and what for the mart."""
    model = "intermediate.int_customer_features__computed"
    scans = {
        places: times_read(third, f"select * from {model} where {places}")
        for places in ("place = 0", "place > 0")
    }
    assert scans == {"place = 0": 1, "place > 0": 13}


def times_read(warehouse: Warehouse, query: str) -> int:
    """How often the plan of a query reads customer_days."""
    with duckdb.connect(str(warehouse.database), read_only=True) as connection:
        [(_, plan)] = connection.execute(f"explain (format json) {query}").fetchall()

    def count(node: dict[str, Any]) -> int:
        table = str(node.get("extra_info", {}).get("Table", ""))
        return table.endswith("customer_days") + sum(
            count(child) for child in node.get("children", ())
        )

    return sum(count(node) for node in json.loads(plan))
