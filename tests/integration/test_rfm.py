"""RFM: the published example to the last figure, and everybody else by hand.

Scores, cuts, segments and migrations are worked out a second time (naive_rfm.py), at
every as-of date, for the published orders, a year of a real shop and planted customers.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pytest
from naive_rfm import (
    MEASURES,
    assert_rfm_is,
    customers_before,
    lines_of,
    planted_customers,
    scored,
)
from warehouse import (
    IS_LATEST,
    PROJECT,
    WITHOUT_ANALYSES,
    Warehouse,
    write_parquet,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def rules(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "rfm_orders/segment_rules.csv")


def spine(warehouse: Warehouse) -> list[pd.Timestamp]:
    return [
        pd.Timestamp(day)
        for (day,) in warehouse.query(
            "select as_of_date from intermediate.int_as_of__dates order by 1"
        )
    ]


def by_hand(
    warehouse: Warehouse, lines: pd.DataFrame, rules: pd.DataFrame
) -> dict[pd.Timestamp, pd.DataFrame]:
    """The customers of every as-of date, scored."""
    return {
        day: scored(customers_before(lines, day), rules) for day in spine(warehouse)
    }


# The worked example of the R package rfm: 4,906 orders with published scores


@pytest.fixture(scope="session")
def rfm_example(shared_data: Path, built_once: Callable[..., Warehouse]) -> Warehouse:
    def build(warehouse: Warehouse) -> None:
        path = write_parquet(
            "select row_number() over () as order_id, customer_id as user_id, "
            "order_date as ordered_at, revenue as unit_price "
            f"from '{shared_data}/rfm_orders/orders.parquet'",
            warehouse.folder / "order_lines.parquet",
        )
        warehouse.build(
            *WITHOUT_ANALYSES, sources=["files"], files_order_lines_path=path
        )

    return built_once("rfm_example", build)


def told_by_marts(warehouse: Warehouse) -> dict[tuple[str, str, str], Any]:
    """What expected.csv lists, (kind, name, metric) -> value, from the marts."""
    told: dict[tuple[str, str, str], Any] = {}
    [totals] = warehouse.query(
        "select sum(order_count), sum(customer_count), sum(revenue), "
        "sum(case when rfm_segment = 'Others' then customer_count else 0 end) "
        f"from marts.rfm_segments where {IS_LATEST}"
    )
    names = ("orders", "customers", "revenue", "unassigned_customers")
    for metric, total in zip(names, totals, strict=True):
        told["total", "all", metric] = total
    for measure, *cuts in warehouse.query(
        "select measure, cut_1, cut_2, cut_3, cut_4 "
        f"from marts.rfm_cuts where {IS_LATEST}"
    ):
        name = measure if measure == "recency_days" else MEASURES[measure]
        for number, cut in enumerate(cuts, start=1):
            told["cut_point", name, f"upper_bound_of_bin_{number}_exclusive"] = cut
    for segment, *values in warehouse.query(
        "select rfm_segment, customer_count, order_count, revenue "
        f"from marts.rfm_segments where rfm_segment != 'Others' and {IS_LATEST}"
    ):
        for metric, value in zip(
            ("customers", "orders", "revenue"), values, strict=True
        ):
            told["segment", segment, metric] = value
    for name in MEASURES.values():
        for score, count in warehouse.query(
            f"select {name}_score, count(*) from marts.rfm_scores "
            f"where {IS_LATEST} group by 1"
        ):
            told["score_size", name, f"score_{score}"] = count
    for customer, *values in warehouse.query(
        "select vault.raw_value, recency_days, order_count, revenue, rfm_score, "
        "rfm_segment from marts.rfm_scores "
        "inner join marts.customer_identifiers as names using (customer_id) "
        f"inner join vault.identifiers as vault using (pseudonym) where {IS_LATEST}"
    ):
        metrics = ("recency_days", "orders", "amount", "rfm_score", "segment")
        for metric, value in zip(metrics, values, strict=True):
            told["customer", customer, metric] = value
    return told


def test_every_published_figure_of_the_example_is_reproduced(
    rfm_example: Warehouse, shared_data: Path
) -> None:
    rows = pd.read_csv(shared_data / "rfm_orders/expected.csv")
    assert len(rows) == 111
    told = told_by_marts(rfm_example)
    examples = set(rows[rows.kind == "customer"].name)
    assert len(examples) == 10
    found = {
        key: value if isinstance(value, str) else round(float(value), 9)
        for key, value in told.items()
        if key[0] != "customer" or key[1] in examples
    }
    assert found == {
        (kind, name, metric): value if metric == "segment" else float(value)
        for kind, name, metric, value in rows[
            ["kind", "name", "metric", "value"]
        ].itertuples(index=False)
    }


def test_all_customers_of_the_example_are_scored_as_by_hand(
    rfm_example: Warehouse, shared_data: Path, rules: pd.DataFrame
) -> None:
    orders = pd.read_parquet(shared_data / "rfm_orders/orders.parquet")
    lines = pd.DataFrame(
        {
            "customer": orders.customer_id,
            "order": orders.index,
            "day": pd.to_datetime(orders.order_date),
            "amount": orders.revenue.astype(float),
            "is_sale": True,
        }
    )
    expected = by_hand(rfm_example, lines, rules)
    assert len(expected) == 13
    assert len(expected[pd.Timestamp("2006-12-31")]) == 995
    assert_rfm_is(rfm_example, expected)


# UCI Online Retail


@pytest.fixture(scope="session")
def uci_frame(uci_lines: str) -> pd.DataFrame:
    lines = duckdb.connect().execute(f"from {uci_lines}").df()
    lines = lines[lines.CustomerID.notna()]
    return pd.DataFrame(
        {
            "customer": lines.CustomerID.astype(int).astype(str),
            "order": lines.InvoiceNo,
            "day": lines.InvoiceDate.dt.normalize(),
            "amount": lines.Quantity * lines.UnitPrice,
            "is_sale": (lines.Quantity > 0) & ~lines.InvoiceNo.str.startswith("C"),
        }
    )


def test_a_real_year_is_scored_as_by_hand_at_every_month(
    uci: Warehouse, uci_frame: pd.DataFrame, rules: pd.DataFrame
) -> None:
    expected = by_hand(uci, uci_frame, rules)
    assert len(expected) == 13
    assert len(expected[pd.Timestamp("2011-12-10")]) == 4_339
    assert_rfm_is(uci, expected)


def test_the_power_user_curve_counts_days_as_by_hand(
    uci: Warehouse, uci_frame: pd.DataFrame
) -> None:
    """The shop was closed in the last week of 2010: nobody, and no share, is 0."""
    expected = {}
    for day in spine(uci):
        for window in (7, 28):
            recent = uci_frame[
                (uci_frame.day < day)
                & (uci_frame.day >= day - pd.Timedelta(days=window))
            ]
            days = recent.groupby("customer").day.nunique()
            for count in range(1, window + 1):
                expected[day.date(), window, count] = (
                    (days == count).sum(),
                    round((days == count).sum() / max(len(days), 1), 9),
                    round((days <= count).sum() / max(len(days), 1), 9),
                )
    found = {
        tuple(row[:3]): (row[3], round(row[4], 9), round(row[5], 9))
        for row in uci.query(
            "select as_of_date, window_days, active_days, customer_count, "
            "customer_share, cumulative_share from marts.power_user_curve"
        )
    }
    assert len(expected) == 13 * 35
    assert found == expected


def test_the_tables_of_the_docs_show_every_customer(uci: Warehouse) -> None:
    ran = subprocess.run(
        [
            sys.executable,
            str(PROJECT / "docs/examples/rfm_tables.py"),
            str(uci.database),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    tables = ran.stdout.split("\n\n")
    segments, moves = (
        [
            [cell.strip().replace(",", "") for cell in line.split("|")[1:-1]]
            for line in table.splitlines()
            if line.startswith("|") and "---" not in line
        ]
        for table in (tables[1], tables[3])
    )
    customers = {row[0]: int(row[1]) for row in segments[1:]}
    assert sum(customers.values()) == 4_339
    into = {
        name: sum(int(row[place] or 0) for row in moves[1:])
        for place, name in enumerate(moves[0])
        if name
    }
    assert into == customers


# Forty thousand planted customers


def test_shared_prices_pennies_and_debts_are_scored_as_by_hand(
    warehouse: Warehouse, rules: pd.DataFrame
) -> None:
    as_of = pd.Timestamp("2024-03-07")
    customers = planted_customers(40_000, seed=5)
    lines = lines_of(customers, as_of, seed=6)
    assert lines.groupby("customer").amount.sum().round(2).min() < 0
    delivered = lines.assign(unit_price=lines.cents / 100)
    duckdb.connect().register("lines", delivered).execute(
        'copy (select "order" as order_id, customer as user_id, quantity, '
        "cast(unit_price as decimal(18, 2)) as unit_price, "
        "day + interval 12 hour as ordered_at from lines) "
        f"to '{warehouse.folder}/lines.parquet' (format parquet)"
    )
    warehouse.build(
        *WITHOUT_ANALYSES,
        sources=["files"],
        files_order_lines_path=f"{warehouse.folder}/lines.parquet",
        as_of=as_of.date().isoformat(),
        history_months=2,
    )
    expected = by_hand(warehouse, lines, rules)
    assert len(expected) == 3
    planted = scored(customers, rules)
    pd.testing.assert_frame_equal(
        expected[as_of],
        planted[expected[as_of].columns],
        check_like=True,
        check_dtype=False,
        check_names=False,
    )
    assert_rfm_is(warehouse, expected)


# Rules that mean nothing


@pytest.fixture(scope="module")
def lookups(new_warehouse: Callable[[str], Warehouse]) -> Warehouse:
    warehouse = new_warehouse("rfm_rules")
    assert warehouse.dbt("seed", "--select", "rfm_segment_rules").succeeded
    return warehouse


def test_all_that_is_wrong_with_rules_is_said_at_once(lookups: Warehouse) -> None:
    with duckdb.connect(str(lookups.database)) as connection:
        for change in (
            "recency_min = 6 where priority = 1",
            "frequency_min = 5, frequency_max = 2 where priority = 2",
            "priority = 4 where priority = 3",
            "rfm_segment = null, monetary_max = null where priority = 5",
            "rfm_segment = 'others' where priority = 6",
            "rfm_segment = ' Lost ' where priority = 7",
            "recency_max = 0 where priority = 8",
            "priority = null where priority = 9",
        ):
            connection.execute(f"update lookups.rfm_segment_rules set {change}")
    build = lookups.dbt("run", "--select", "int_rfm_scores__named")
    assert not build.succeeded
    assert "Traceback" not in build.output
    for line in (
        "rfm_segment_rules cannot be used:",
        "- rule 1 (Champions): recency_min is 6, scores go from 1 to 5",
        "- rule 2 (Potential Loyalist): frequency_min 5 is above frequency_max 2",
        "- rule 4 (Loyal Customers): another rule has the same priority",
        "- rule 4 (Promising): another rule has the same priority",
        "- rule 5 (): it needs a name, without spaces around it",
        "- rule 5 (): monetary_max is missing, scores go from 1 to 5",
        "- rule 6 (others): that name is taken (Others, No order, No order yet)",
        "- rule 7 ( Lost ): it needs a name, without spaces around it",
        "- rule 8 (Need Attention): recency_max is 0, scores go from 1 to 5",
        "- rule without priority (About To Sleep): it needs a priority",
    ):
        assert line in build.output, build.output[-3000:]
    assert "(Lost)" not in build.output
