"""What a build does about customer value: every fit once per state of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from habitue.code_version import code_version
from habitue.fits import library_versions, time_of_fit
from habitue.lifetime_value import (
    FittedModel,
    RepeatCounts,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_pareto_nbd,
)

if TYPE_CHECKING:
    from datetime import date

    from habitue.frames import LazyRelation

DAYS_PER_WEEK = 7
# Typed, since a column of nothing but nulls tells a database nothing.
PARAMETERS = pa.schema(
    [
        ("as_of_date", pa.date32()),
        ("model", pa.string()),
        ("parameter", pa.string()),
        ("estimate", pa.float64()),
        ("standard_error", pa.float64()),
        ("log_likelihood", pa.float64()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("customer_count", pa.int64()),
        ("left_out_count", pa.int64()),
        ("iteration_count", pa.int64()),
        ("data_fingerprint", pa.string()),
        ("library_versions", pa.string()),
        ("code_version", pa.string()),
        ("fitted_at", pa.timestamp("us")),
    ]
)


def fit_once(
    wanted: pd.DataFrame,
    orders: LazyRelation,
    spend: LazyRelation,
    *,
    previous: pd.DataFrame | None,
    minimum_customers: int,
) -> pa.Table:
    """Fit what was not fitted to these data before.

    Args:
        wanted: One row per fit there is to be: as_of_date, model, data_fingerprint.
        orders: One row per as-of date, repeat_count, last_repeat_days and
            observed_days, with customer_count and sampled_customer_count (Pareto/NBD
            is fitted to the sample). Read per date, and only if something is fitted.
        spend: One row per as-of date, repeat_count and mean_repeat_value, with
            customer_count.
        previous: What this function gave before, None on the first build.
        minimum_customers: Below so many customers nothing is fitted.

    Returns:
        One row per fit and parameter, or one per fit without parameters, which says
        why; no rows if nothing changed. alpha and beta are in weeks.
    """
    known = set() if previous is None else set(_keys(previous))
    stamp = {
        "library_versions": library_versions(),
        "code_version": code_version(),
        "fitted_at": time_of_fit(),
    }
    rows = [
        {"as_of_date": as_of, "data_fingerprint": fingerprint, **row, **stamp}
        for as_of, model, fingerprint in sorted(set(_keys(wanted)) - known)
        for row in _rows(_fit(model, as_of, orders, spend, minimum_customers))
    ]
    return pa.Table.from_pylist(rows, schema=PARAMETERS)


def _keys(fits: pd.DataFrame) -> list[tuple[date, str, str]]:
    dates = pd.to_datetime(fits["as_of_date"]).dt.date
    return list(zip(dates, fits["model"], fits["data_fingerprint"], strict=True))


def _fit(
    model: str,
    as_of: date,
    orders: LazyRelation,
    spend: LazyRelation,
    minimum_customers: int,
) -> FittedModel:
    at_date = f"as_of_date = date '{as_of:%Y-%m-%d}'"
    if model == "gamma_gamma":
        values = spend.filter(at_date).df()
        return fit_gamma_gamma(
            values["repeat_count"],
            values["mean_repeat_value"],
            values["customer_count"],
            minimum_customers=minimum_customers,
        )
    drawn = "sampled_customer_count" if model == "pareto_nbd" else "customer_count"
    groups = orders.filter(f"{at_date} and {drawn} > 0").df()
    counts = RepeatCounts(
        groups["repeat_count"].to_numpy(),
        groups["last_repeat_days"].to_numpy() / DAYS_PER_WEEK,
        groups["observed_days"].to_numpy() / DAYS_PER_WEEK,
        groups[drawn].to_numpy(),
    )
    fit = fit_pareto_nbd if model == "pareto_nbd" else fit_bg_nbd
    return fit(counts, minimum_customers=minimum_customers)


def _rows(fitted: FittedModel) -> list[dict[str, Any]]:
    shared = {
        "model": fitted.model,
        "status": fitted.status,
        "reason": fitted.reason,
        "customer_count": fitted.customer_count,
        "left_out_count": fitted.left_out_count,
        "iteration_count": fitted.iteration_count,
    }
    if not fitted.parameters:
        return [shared]
    return [
        {
            **shared,
            "parameter": name,
            "estimate": estimate,
            "standard_error": fitted.standard_errors[name],
            "log_likelihood": fitted.log_likelihood,
        }
        for name, estimate in fitted.parameters.items()
    ]
