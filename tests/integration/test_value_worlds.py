"""Shops that no model can be fitted to, and one with a customer who never stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from value_marts import SELECTED, assert_sql_is_python, values_of
from warehouse import WITHOUT_UNIT_TESTS, ResidentDbt

if TYPE_CHECKING:
    from warehouse import Warehouse

START = pd.Timestamp("2024-01-01")
SHOP_DAYS = 200


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> ResidentDbt:
    folder = tmp_path_factory.mktemp("value_worlds")
    variables = {
        "sources": ["files"],
        "files_order_lines_path": str(folder / "lines.parquet"),
        "files_events_path": str(folder / "events.parquet"),
        "history_months": 1,
    }
    pd.DataFrame(
        {"event_type": ["page_view"], "occurred_at": [START], "user_id": ["reader"]}
    ).to_parquet(folder / "events.parquet")
    return ResidentDbt(folder, variables)


def shop_of(
    worlds: ResidentDbt,
    name: str,
    orders: list[tuple[str, int]],
    prices: float | np.ndarray = 10.0,
) -> Warehouse:
    """A warehouse of a shop with these orders (customer, day)."""
    customers, days = zip(*orders, strict=True) if orders else ((), ())
    pd.DataFrame(
        {
            "order_id": pd.Series(range(len(orders)), dtype="int64"),
            "user_id": pd.Series(customers, dtype="str"),
            "ordered_at": START + pd.to_timedelta(pd.Series(days, dtype="int64"), "D"),
            "unit_price": pd.Series(prices, index=range(len(orders)), dtype="float64"),
        }
    ).to_parquet(worlds.folder / "lines.parquet")
    warehouse = worlds.empty(name)
    worlds.command(warehouse, "build", *WITHOUT_UNIT_TESTS, *SELECTED)
    return warehouse


def regulars(count: int) -> list[tuple[str, int]]:
    """Orders of customers by BG/NBD, day by day."""
    rng = np.random.default_rng(3)
    orders = []
    for number in range(count):
        first, rate, leaves = rng.integers(0, 60), rng.gamma(0.8, 0.06), rng.beta(1, 3)
        day = float(first)
        while day < SHOP_DAYS:
            orders.append((f"c{number:03}", int(day)))
            if day > first and rng.random() < leaves:
                break
            day += 1 + rng.exponential(1 / rate)
    return orders


def statuses_of(warehouse: Warehouse) -> set[tuple[str, str]]:
    return set(warehouse.query("select model, status from marts.value_models"))


def told_of(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """What the latest date says of customers: statuses, and how many have numbers."""
    return warehouse.query(
        "select value_status, calibration_status, count(*), count(probability_alive), "
        "count(churn_risk_decile), count(expected_orders_30), "
        "count(expected_order_value), count(lifetime_value) "
        "from marts.customer_value where as_of_date = "
        "(select max(as_of_date) from marts.customer_value) group by 1, 2"
    )


def test_a_shop_of_one_time_buyers_has_statuses_and_no_numbers(
    worlds: ResidentDbt,
) -> None:
    orders = [(f"c{number}", number % SHOP_DAYS) for number in range(150)]
    shop = shop_of(worlds, "one_time", orders)
    assert {status for _, status in statuses_of(shop)} <= {
        "no_repeat_orders",
        "too_few_customers",
    }
    status = "bg_nbd: no repeat orders; gamma_gamma: no repeat orders"
    assert told_of(shop) == [(status, "no churn risk", 150, 0, 0, 0, 0, 0)]
    assert shop.value("select count(*) from marts.churn_calibration") == 0


def test_a_shop_that_gives_everything_away_has_orders_but_no_value(
    worlds: ResidentDbt,
) -> None:
    shop = shop_of(worlds, "free", regulars(300), prices=0.0)
    assert ("bg_nbd", "converged") in statuses_of(shop)
    assert ("gamma_gamma", "no_spend") in statuses_of(shop)
    (told,) = told_of(shop)
    assert told[0] == "gamma_gamma: no spend"
    assert told[2:] == (300, 300, 300, 300, 0, 0)


def test_ten_customers_are_too_few(worlds: ResidentDbt) -> None:
    shop = shop_of(worlds, "ten", regulars(10))
    assert {status for _, status in statuses_of(shop)} == {"too_few_customers"}
    (told,) = told_of(shop)
    assert told[0] == "bg_nbd: too few customers; gamma_gamma: too few customers"
    assert told[2:] == (10, 0, 0, 0, 0, 0)


def test_a_site_without_orders_builds_and_says_so(worlds: ResidentDbt) -> None:
    site = shop_of(worlds, "none", [])
    assert statuses_of(site) == {
        (model, "too_few_customers")
        for model in ("bg_nbd", "gamma_gamma", "pareto_nbd")
    }
    for mart in ("customer_value", "churn_calibration"):
        assert site.value(f"select count(*) from marts.{mart}") == 0


def test_thousands_of_orders_are_scored_as_python_does(worlds: ResidentDbt) -> None:
    """One has ordered on 3,000 days until yesterday, one on 2,000 days long ago."""
    daily = [("always", SHOP_DAYS - day) for day in range(1, 3_001)]
    once = [("once", SHOP_DAYS - 365 - day) for day in range(2_000)]
    orders = regulars(300) + daily + once
    rng = np.random.default_rng(8)
    means = {name: 20 / rng.gamma(4) for name, _ in orders}
    prices = np.array([means[name] * rng.gamma(6) for name, _ in orders]).round(2)
    shop = shop_of(worlds, "busy", orders, prices)
    as_of = (START + pd.Timedelta(days=SHOP_DAYS)).date()
    values = values_of(shop, as_of).set_index("customer", drop=False)
    assert values["repeat_count"].max() == 2_999
    assert_sql_is_python(shop, as_of, values)
    assert values.loc["always", "probability_alive"] > 0.5
    assert values.loc["once", "probability_alive"] < 1e-12
    assert values["lifetime_value"].between(0, 1e6).all()


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"value_model": "lifetimes"}, "must be bg_nbd or pareto_nbd, got: lifetimes"),
        ({"value_horizon_days": 0}, "value_horizon_days is 0; it must be"),
        ({"value_horizon_days": "a year"}, "is a year; it must be a whole number"),
        ({"value_minimum_customers": 2.5}, "value_minimum_customers is 2.5"),
        ({"value_sample_size": 99}, "value_minimum_customers is 100"),
        (
            {"value_discount_rate": -0.1},
            "value_discount_rate must be a share of a year",
        ),
        ({"value_discount_rate": "10 %"}, "0 or more, got: 10 %"),
    ],
)
def test_settings_of_value_that_mean_nothing_are_refused(
    warehouse: Warehouse, setting: dict[str, Any], words: str
) -> None:
    build = warehouse.dbt("parse", variables=setting)
    assert not build.succeeded
    assert words in build.output
