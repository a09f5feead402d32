"""How many orders are to come, group by group: read and written in chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from habitue.lifetime_value import (
    discounted_expected_orders,
    expected_orders,
    no_order_probability,
    probability_alive,
)
from habitue.lifetime_value.fitted import PARAMETERS
from habitue.value import DAYS_PER_WEEK

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from habitue.frames import LazyRelation
    from habitue.lifetime_value.fitted import OrderModel

WEEKS_PER_YEAR = 365.25 / DAYS_PER_WEEK
WINDOWS = (30, 60, 90)
SILENCE_DAYS = 90
CHUNK = 20_000
FORECASTS = pa.schema(
    [
        ("as_of_date", pa.date32()),
        ("repeat_count", pa.int64()),
        ("last_repeat_days", pa.int64()),
        ("observed_days", pa.int64()),
        ("probability_alive", pa.float64()),
        (f"no_order_probability_{SILENCE_DAYS}", pa.float64()),
        *((f"expected_orders_{days}", pa.float64()) for days in WINDOWS),
        ("expected_orders_horizon", pa.float64()),
        ("discounted_expected_orders", pa.float64()),
    ]
)


def forecast_orders(
    groups: LazyRelation,
    parameters: pd.DataFrame,
    *,
    orders_model: OrderModel,
    horizon_days: int,
    discount_rate: float,
) -> pa.RecordBatchReader:
    """What a model of orders says of every group of customers.

    Args:
        groups: One row per as-of date, repeat_count, last_repeat_days and
            observed_days; read as the answer is.
        parameters: One row per as-of date, with is_latest and the parameters of every
            model, as in bg_nbd_alpha; null where there is no fit.
        orders_model: Which model.
        horizon_days: How far to look ahead besides 30, 60 and 90 days.
        discount_rate: What a year takes off an order to come, as in .1.

    Returns:
        Batches of at most `CHUNK` rows, for the latest date: P(alive), P(no order in 90
        days), the orders expected in 30, 60 and 90 days and over the horizon, and the
        latter discounted. For earlier dates the two probabilities alone, and only where
        SQL cannot compute them (Pareto/NBD). No rows for a date without a fit.
    """
    batches = (
        _forecast(batch, row, orders_model, horizon_days, discount_rate)
        for row in parameters.to_dict("records")
        if _is_scored(row, orders_model)
        for batch in groups.filter(_at(row["as_of_date"])).arrow(CHUNK)
    )
    return pa.RecordBatchReader.from_batches(FORECASTS, batches)


def _forecast(
    batch: pa.RecordBatch,
    parameters: Mapping[Any, Any],
    orders_model: OrderModel,
    horizon_days: int,
    discount_rate: float,
) -> pa.RecordBatch:
    names = ("repeat_count", "last_repeat_days", "observed_days")
    count, last_days, seen_days = (batch.column(name) for name in names)
    fitted = {
        name: parameters[f"{orders_model}_{name}"] for name in PARAMETERS[orders_model]
    }
    history = (
        count.to_numpy(),
        last_days.to_numpy() / DAYS_PER_WEEK,
        seen_days.to_numpy() / DAYS_PER_WEEK,
    )
    nothing = pa.nulls(len(batch), pa.float64())
    ahead = [nothing] * (len(WINDOWS) + 2)
    if parameters["is_latest"]:
        ahead = [
            _numbers(
                expected_orders(
                    orders_model, fitted, *history, horizon=days / DAYS_PER_WEEK
                )
            )
            for days in (*WINDOWS, horizon_days)
        ]
        ahead.append(
            _numbers(
                discounted_expected_orders(
                    orders_model,
                    fitted,
                    *history,
                    horizon=horizon_days / DAYS_PER_WEEK,
                    step=1,
                    discount_rate=(1 + discount_rate) ** (1 / WEEKS_PER_YEAR) - 1,
                )
            )
        )
    alive = _numbers(probability_alive(orders_model, fitted, *history))
    silent = _numbers(
        no_order_probability(
            orders_model, fitted, *history, horizon=SILENCE_DAYS / DAYS_PER_WEEK
        )
    )
    dates = batch.column("as_of_date")
    return pa.record_batch(
        [dates, count, last_days, seen_days, alive, silent, *ahead], schema=FORECASTS
    )


def _is_scored(parameters: Mapping[Any, Any], orders_model: OrderModel) -> bool:
    if parameters[f"{orders_model}_status"] != "converged":
        return False
    return bool(parameters["is_latest"]) or orders_model == "pareto_nbd"


def _at(as_of: pd.Timestamp) -> str:
    return f"as_of_date = date '{as_of:%Y-%m-%d}'"


def _numbers(values: NDArray[np.float64]) -> pa.Array:
    """A column in which what is no number is missing."""
    return pa.array(values, mask=~np.isfinite(values))
