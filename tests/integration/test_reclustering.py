"""When a shop's segments are looked for again, and what they are called then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from warehouse import ResidentDbt, Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START = pd.Timestamp("2024-01-01")
LAST_DAY = 200
MARTS = (
    *("segments", "segment_models", "segment_lineage"),
    *("k_evidence", "recluster_checks", "customer_identifiers"),
)
TABLES = (
    *("models.segment_checks", "models.segment_candidates"),
    *("models.segment_centroids", "models.segment_events"),
)
FEATURES = {
    "recency_days": "log1p",
    "order_count": "log1p",
    "revenue": "log1p",
    "average_order_value": "log1p",
}


def variables(folder: Path, **more: Any) -> dict[str, Any]:
    return {
        "sources": ["files"],
        "files_order_lines_path": str(folder / "lines.parquet"),
        "history_months": 1,
        "segment_features": FEATURES,
        "compared_algorithms": ["k-means"],
        "fixed_segment_count": 2,
        # Strangers who never return are away for longer every week: that is drift.
        "recluster_drift": 10,
        "minimum_cell_size": 1,
        **more,
    }


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> ResidentDbt:
    folder = tmp_path_factory.mktemp("reclustering")
    return ResidentDbt(folder, variables(folder))


def regulars_and_strangers(days: int, customers: int = 100) -> pd.DataFrame:
    """Half order every third day or so until the end, half once in the first month."""
    orders: list[tuple[str, int, float]] = []
    for number in range(customers):
        rng = np.random.default_rng((5, number))
        if number % 2:
            busy = np.flatnonzero(rng.random(LAST_DAY) < 1 / 3)
            prices = rng.gamma(9, 5, LAST_DAY)
            orders += [
                (f"regular{number}", int(day), float(prices[day]))
                for day in busy[busy < days]
            ]
        else:
            day = int(rng.integers(0, 30))
            orders.append((f"stranger{number}", day, float(rng.gamma(9, 1))))
    return as_lines(orders)


def as_lines(orders: list[tuple[str, int, float]]) -> pd.DataFrame:
    names, days, prices = zip(*orders, strict=True) if orders else ((), (), ())
    return pd.DataFrame(
        {
            "order_id": pd.Series(range(len(orders)), dtype="int64"),
            "user_id": pd.Series(names, dtype="str"),
            "ordered_at": START + pd.to_timedelta(pd.Series(days, dtype="int64"), "D"),
            "unit_price": pd.Series(prices, dtype="float64").round(2),
        }
    )


@pytest.fixture(scope="module")
def build(worlds: ResidentDbt) -> Callable[..., Warehouse]:
    """Build the marts of segments of a shop with these orders."""

    def built(
        lines: pd.DataFrame, *, name: str = "", on: Warehouse | None = None
    ) -> Warehouse:
        lines.to_parquet(worlds.folder / "lines.parquet")
        warehouse = on or worlds.empty(name)
        worlds.run(warehouse, *MARTS)
        return warehouse

    return built


def sizes(warehouse: Warehouse) -> dict[str, int]:
    return {
        name: warehouse.value(f"select count(*) from {name}")
        for name in (*TABLES, "marts.recluster_checks")
    }


def segments_of(warehouse: Warehouse) -> dict[str, int]:
    """The segment of every customer, by the name in the file."""
    return dict(
        warehouse.query(
            "select vault.raw_value, scored.segment_id "
            "from marts.customer_segments as scored "
            "inner join marts.customer_identifiers as held using (customer_id) "
            "inner join vault.identifiers as vault using (pseudonym)"
        )
    )


def versions(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.query(
        "select model_version, is_adopted, verdict from marts.segment_models order by 1"
    )


def test_a_shop_over_three_months(build: Callable[..., Warehouse]) -> None:
    shop = build(regulars_and_strangers(60), name="months")
    first, before = segments_of(shop), sizes(shop)
    assert versions(shop) == [(1, True, "the first model")]
    regulars = {number for name, number in first.items() if name.startswith("reg")}
    strangers = {number for name, number in first.items() if name.startswith("str")}
    assert len(regulars) == len(strangers) == 1
    assert regulars.isdisjoint(strangers)

    # Nothing new: that the young model stays is told once, and then nothing at all.
    build(regulars_and_strangers(60), on=shop)
    told = sizes(shop)
    assert told == before | {
        "models.segment_checks": 2,
        "marts.recluster_checks": 2,
    }
    build(regulars_and_strangers(60), on=shop)
    assert sizes(shop) == told

    # A week later everybody is scored again, by the same model.
    build(regulars_and_strangers(67), on=shop)
    assert sizes(shop) == told | {
        "models.segment_checks": 3,
        "marts.recluster_checks": 3,
    }
    [(due, reason)] = shop.query(
        "select is_due, reason from marts.recluster_checks "
        "order by checked_at desc limit 1"
    )
    assert not due
    assert reason.startswith("version 1 stays: 7 days old, largest drift")
    assert segments_of(shop) == first

    # Forty days later a model is looked for, and its segments are who they were.
    build(regulars_and_strangers(100), on=shop)
    assert [row[:2] for row in versions(shop)] == [(1, True), (2, True)]
    assert segments_of(shop) == first
    assert shop.query(
        "select event, segment_id, previous_segment_id, previous_version, jaccard "
        "from marts.segment_lineage where model_version = 2 order by segment_id"
    ) == [("continued", 1, 1, 1, 1.0), ("continued", 2, 2, 1, 1.0)]
    # Whoever is told about is told by the adopted version alone.
    assert shop.query("select distinct model_version from marts.segments") == [(2,)]


def test_a_full_refresh_keeps_the_models(
    worlds: ResidentDbt, build: Callable[..., Warehouse]
) -> None:
    shop = build(regulars_and_strangers(60), name="refreshed")
    before = shop.query("select * from models.segment_centroids order by all")
    worlds.run(shop, *MARTS, options=("--full-refresh",))
    assert shop.query("select * from models.segment_centroids order by all") == before


def test_a_wholesaler_does_not_make_the_segments(
    build: Callable[..., Warehouse],
) -> None:
    """One customer with ten thousand times the revenue of any other."""
    plain = build(regulars_and_strangers(60), name="plain")
    lines = regulars_and_strangers(60)
    giant = as_lines([("giant", day, 4_000_000.0) for day in range(60)])
    giant["order_id"] += len(lines)
    shop = build(pd.concat([lines, giant]), name="wholesaler")
    found, without = segments_of(shop), segments_of(plain)
    assert {name: found[name] for name in without} == without
    assert found["giant"] == found["regular1"]


def test_customers_who_are_all_alike_are_one_segment(
    build: Callable[..., Warehouse],
) -> None:
    lines = as_lines([(f"same{number}", 3, 20.0) for number in range(40)])
    shop = build(lines, name="alike")
    assert shop.query("select segment_name, customer_count from marts.segments") == [
        ("Everyone", 40)
    ]
    assert shop.value("select reason from marts.k_evidence where is_chosen") == (
        "chosen: no feature varies, so k cannot be fixed at 2"
    )


def test_two_customers_and_then_one_more(build: Callable[..., Warehouse]) -> None:
    lines = as_lines([("one", 1, 5.0), ("two", 9, 500.0)])
    shop = build(lines, name="two")
    assert set(segments_of(shop)) == {"one", "two"}
    reason = shop.value("select reason from marts.k_evidence where is_chosen")
    more = as_lines([("three", 50, 50.0)]).assign(order_id=7)
    build(pd.concat([lines, more]), on=shop)
    assert set(segments_of(shop)) == {"one", "two", "three"}
    assert reason.startswith("chosen: ")


def test_nobody_and_then_somebody(build: Callable[..., Warehouse]) -> None:
    shop = build(as_lines([]), name="nobody")
    assert sizes(shop)["models.segment_centroids"] == 0
    assert shop.value("select count(*) from marts.segments") == 0
    assert shop.query("select reason from marts.k_evidence") == [
        ("chosen: no customers, so k cannot be fixed at 2",)
    ]
    build(regulars_and_strangers(60), on=shop)
    assert len(segments_of(shop)) == 100
    assert versions(shop) == [(1, True, "the first model")]


@pytest.fixture(scope="module")
def built_shop(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A shop of sixty days, built by dbt from the command line."""
    warehouse = Warehouse(tmp_path_factory.mktemp("policies"))
    regulars_and_strangers(60).to_parquet(warehouse.folder / "lines.parquet")
    assert warehouse.dbt("seed", "--select", "lookups").succeeded
    assert select(warehouse) == ""
    return warehouse


def select(warehouse: Warehouse, **more: Any) -> str:
    """Build the marts of segments with other vars; what dbt said."""
    names = [part for mart in MARTS for part in ("--select", f"+{mart}")]
    build = warehouse.dbt("run", *names, variables=variables(warehouse.folder, **more))
    return "" if build.succeeded else build.output


def test_a_policy_is_obeyed_and_refused_in_words(built_shop: Warehouse) -> None:
    assert "must be one of" in select(built_shop, recluster="sometimes")
    assert "k-medians' is unknown" in select(built_shop, segment_algorithm="k-medians")
    assert "recluster_days is 0; it must be" in select(built_shop, recluster_days=0)
    other = {"order_count": "log1p", "revenue": "log1p"}
    said = select(built_shop, recluster="never", segment_features=other)
    assert "recluster: never keeps the model" in said
    assert len(versions(built_shop)) == 1

    regulars_and_strangers(150).to_parquet(built_shop.folder / "lines.parquet")
    assert select(built_shop, recluster="never") == ""
    assert len(versions(built_shop)) == 1
    assert select(built_shop, recluster="always") == ""
    assert [row[:2] for row in versions(built_shop)] == [(1, True), (2, True)]

    # Another number of segments is what was asked for; ids go on from the largest.
    assert select(built_shop, fixed_segment_count=3) == ""
    assert versions(built_shop)[-1] == (
        *(3, True),
        "other settings than those of version 2",
    )
    assert select(built_shop, segment_algorithm="Ward", fixed_segment_count=2) == ""
    assert (
        built_shop.value(
            "select algorithm from marts.segment_models where model_version = 4"
        )
        == "Ward"
    )
    used = built_shop.query(
        "select distinct segment_id from models.segment_centroids "
        "where model_version in (1, 2) order by 1"
    )
    assert used == [(1,), (2,)]
    assert built_shop.value("select max(segment_id) from models.segment_centroids") == 3
