"""The marts of customer value: how they are built and read, and the log of CDNOW."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd

from habitue.lifetime_value import (
    expected_order_value,
    no_order_probability,
    probability_alive,
)

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from warehouse import Warehouse

MODELS = (
    *("customer_value", "churn_calibration", "value_models"),
    *("customers", "customer_identifiers"),
)
SELECTED = (
    *("--indirect-selection", "cautious"),
    *("--select", "lookups", *(f"+{model}" for model in MODELS)),
)
HISTORY = ("repeat_count", "last_repeat_days", "observed_days")


def build(warehouse: Warehouse, **variables: Any) -> None:
    """The marts from the order lines in the warehouse's folder, and their tests."""
    path = warehouse.folder / "order_lines.parquet"
    settings = {"sources": ["files"], "files_order_lines_path": str(path)}
    warehouse.build(*SELECTED, **settings | variables)


def read_cdnow(shared_data: Path) -> pd.DataFrame:
    """The lines of the 1/10 sample: customer, day, dollar_value."""
    lines = pd.read_parquet(shared_data / "cdnow/transactions_sample_2357.parquet")
    lines = lines.rename(columns={"sample_customer_id": "customer"})
    return lines.assign(day=pd.to_datetime(lines["date"]).dt.date)


def write_cdnow(lines: pd.DataFrame, warehouse: Warehouse) -> None:
    """Save lines of the sample as order lines, in the warehouse's folder."""
    pd.DataFrame(
        {
            "order_id": lines.index,
            "user_id": lines["customer"],
            "ordered_at": pd.to_datetime(lines["day"]),
            "unit_price": lines["dollar_value"],
            "quantity": 1,
        }
    ).to_parquet(warehouse.folder / "order_lines.parquet")


def order_days(lines: pd.DataFrame) -> pd.DataFrame:
    """Orders of one day are one."""
    return lines.drop_duplicates(["customer", "day"])


def frame_of(warehouse: Warehouse, sql: str) -> pd.DataFrame:
    """All rows of a query."""
    with duckdb.connect(str(warehouse.database), read_only=True) as connection:
        return connection.execute(sql).df()


def parameters_of(warehouse: Warehouse, model: str, as_of: date) -> dict[str, float]:
    """The parameters in use at a date; none without a fit."""
    return dict(
        warehouse.query(
            "select parameter, estimate from marts.value_models where is_in_use "
            f"and status = 'converged' and model = '{model}' "
            f"and as_of_date = '{as_of}'"
        )
    )


def values_of(warehouse: Warehouse, as_of: date) -> pd.DataFrame:
    """Rows of customer_value by the id in the log, with the history behind them."""
    return frame_of(
        warehouse,
        "select vault.raw_value as customer, repeats.last_repeat_days, "
        "repeats.observed_days, repeats.mean_repeat_value, value.* "
        "from marts.customer_value as value "
        "inner join intermediate.int_customer_repeats__counted as repeats "
        "using (customer_id, as_of_date) "
        "inner join marts.customer_identifiers as names using (customer_id) "
        "inner join vault.identifiers as vault using (pseudonym) "
        f"where as_of_date = '{as_of}' order by customer",
    )


def in_weeks(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Histories as the models take them."""
    count, last, seen = (rows[name].to_numpy() for name in HISTORY)
    return count, last / 7, seen / 7


def assert_sql_is_python(
    warehouse: Warehouse, as_of: date, values: pd.DataFrame
) -> None:
    """Probabilities and order values equal those of the Python functions."""
    fitted = parameters_of(warehouse, "bg_nbd", as_of)
    spend = parameters_of(warehouse, "gamma_gamma", as_of)
    alive = probability_alive("bg_nbd", fitted, *in_weeks(values))
    worth = expected_order_value(
        spend, values["repeat_count"], values["mean_repeat_value"]
    )
    np.testing.assert_allclose(values["probability_alive"], alive, rtol=0, atol=1e-9)
    np.testing.assert_allclose(values["churn_risk"], 1 - alive, rtol=0, atol=1e-9)
    silent = no_order_probability("bg_nbd", fitted, *in_weeks(values), horizon=90 / 7)
    np.testing.assert_allclose(
        values["no_order_probability_90"], silent, rtol=0, atol=1e-9
    )
    np.testing.assert_allclose(values["expected_order_value"], worth, rtol=1e-9)
