"""Forecasts are those of the model, for every group, in chunks of a bounded size."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from habitue import order_forecasts
from habitue.lifetime_value import (
    discounted_expected_orders,
    expected_orders,
    no_order_probability,
    probability_alive,
)
from habitue.order_forecasts import FORECASTS, forecast_orders

EARLY, LATE = date(2025, 2, 1), date(2025, 3, 1)
FITTED = {
    "bg_nbd": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426},
    "pareto_nbd": {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669},
}
NAMES = ["repeat_count", "last_repeat_days", "observed_days"]


@pytest.fixture(scope="module")
def groups():
    """Every date has the same 23 histories, a very busy one among them."""
    seen = np.arange(30, 250, 10)
    count = np.arange(22) % 5
    last = np.where(count > 0, seen // 2, 0)
    frame = pd.DataFrame(dict(zip(NAMES, (count, last, seen), strict=True)))
    frame.loc[22] = [700, 900, 900]
    every = pd.concat(frame.assign(as_of_date=day) for day in (EARLY, LATE))
    connection = duckdb.connect()
    connection.register("every", every)
    return connection.sql(
        "select cast(as_of_date as date) as as_of_date, "
        f"{', '.join(f'cast({name} as bigint) as {name}' for name in NAMES)} from every"
    )


def parameters(**status):
    rows = [
        {"as_of_date": pd.Timestamp(day), "is_latest": day == LATE}
        for day in (EARLY, LATE)
    ]
    for model, fitted in FITTED.items():
        for row in rows:
            row[f"{model}_status"] = status.get(model, "converged")
            row |= {f"{model}_{name}": value for name, value in fitted.items()}
    return pd.DataFrame(rows)


def forecast(groups, fitted=None, model="bg_nbd", horizon_days=365, discount_rate=0.1):
    reader = forecast_orders(
        groups,
        parameters() if fitted is None else fitted,
        orders_model=model,
        horizon_days=horizon_days,
        discount_rate=discount_rate,
    )
    assert reader.schema == FORECASTS
    return reader.read_pandas()


def in_weeks(rows):
    return rows["repeat_count"], rows["last_repeat_days"] / 7, rows["observed_days"] / 7


@pytest.mark.parametrize("model", FITTED)
def test_every_group_has_what_the_model_says(groups, model):
    rows = forecast(groups, model=model)
    rows = rows[rows["as_of_date"] == LATE]
    assert len(rows) == 23
    history, fitted = in_weeks(rows), FITTED[model]
    alive = probability_alive(model, fitted, *history)
    np.testing.assert_allclose(rows["probability_alive"], alive)
    silent = no_order_probability(model, fitted, *history, horizon=90 / 7)
    np.testing.assert_allclose(rows["no_order_probability_90"], silent)
    columns = {"30": 30, "60": 60, "90": 90, "horizon": 365}
    for name, days in columns.items():
        orders = expected_orders(model, fitted, *history, horizon=days / 7)
        np.testing.assert_allclose(rows[f"expected_orders_{name}"], orders)
    weekly = 1.1 ** (7 / 365.25) - 1
    discounted = discounted_expected_orders(
        model,
        fitted,
        *history,
        horizon=365 / 7,
        step=1,
        discount_rate=weekly,
    )
    np.testing.assert_allclose(rows["discounted_expected_orders"], discounted)


def test_the_discount_is_that_of_a_year(groups):
    """Orders of a year that are spread evenly count for half a year's interest less."""
    plain = forecast(groups, discount_rate=0.0)
    np.testing.assert_allclose(
        plain["discounted_expected_orders"], plain["expected_orders_horizon"]
    )
    dear = forecast(groups, discount_rate=0.21)
    ratio = dear["discounted_expected_orders"] / dear["expected_orders_horizon"]
    assert ratio.between(1 / 1.1, 1 / 1.1 + 0.03).all()


def test_earlier_dates_have_no_forecast_and_alive_only_if_sql_has_it_not(groups):
    assert set(forecast(groups)["as_of_date"]) == {LATE}
    rows = forecast(groups, model="pareto_nbd")
    early = rows[rows["as_of_date"] == EARLY]
    assert len(early) == 23
    told = ["probability_alive", "no_order_probability_90"]
    assert early[told].notna().all(axis=None)
    assert early[[name for name in rows if "orders" in name]].isna().all(axis=None)


def test_without_a_fit_there_are_no_rows(groups):
    missing = parameters(bg_nbd="too_few_customers")
    assert forecast(groups, missing).empty
    assert len(forecast(groups, missing, model="pareto_nbd")) == 46
    assert forecast(groups, missing.iloc[:0]).empty


def test_chunks_are_bounded_and_lose_nothing(groups, monkeypatch):
    whole = forecast(groups)
    monkeypatch.setattr(order_forecasts, "CHUNK", 7)
    reader = forecast_orders(
        groups, parameters(), orders_model="bg_nbd", horizon_days=365, discount_rate=0.1
    )
    chunks = list(reader)
    assert max(len(chunk) for chunk in chunks) <= 7
    assert len(chunks) >= 4
    parts = pd.concat(chunk.to_pandas() for chunk in chunks)
    pd.testing.assert_frame_equal(
        parts.sort_values(NAMES, ignore_index=True),
        whole.sort_values(NAMES, ignore_index=True),
    )


def test_what_is_no_number_is_missing(groups, monkeypatch):
    monkeypatch.setattr(
        order_forecasts, "expected_orders", lambda *a, **k: np.full(23, np.nan)
    )
    rows = forecast(groups)
    assert rows["expected_orders_30"].isna().all()
    assert duckdb.sql("select count(expected_orders_30) from rows").fetchall() == [(0,)]
