"""How a running experiment looked: once with each look, and between two of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from habitue.experiments.effects import TOLD
from habitue.experiments.estimates import ALPHA, estimate, told_columns
from habitue.experiments.pairing import EVERYBODY
from habitue.experiments.sequential import always_valid_effects

if TYPE_CHECKING:
    import pandas as pd

LOOK_COLUMNS = {
    "experiment_id": "str",
    "metric": "str",
    "metric_kind": "str",
    "arm": "str",
    "control_arm": "str",
    "status": "str",
    "look_number": "int64",
    "customer_count": "int64",
    "control_customer_count": "int64",
    "value": "float64",
    "control_value": "float64",
    "difference": "float64",
    "difference_low": "float64",
    "difference_high": "float64",
    "always_low": "float64",
    "always_high": "float64",
    "relative_difference": "float64",
    "relative_low": "float64",
    "relative_high": "float64",
    "always_relative_low": "float64",
    "always_relative_high": "float64",
    "standard_error": "float64",
    "p_value": "float64",
    "always_p_value": "float64",
    "variance_reduction": "float64",
    "is_cumulated": "bool",
    "is_adjusted": "bool",
    "look_at": "datetime64[us]",
}
LOOK = ["experiment_id", "metric", "look_number", "look_at", "is_cumulated"]


def measure_looks(
    asked: pd.DataFrame, arms: pd.DataFrame, looks: pd.DataFrame, *, tuning: float
) -> pd.DataFrame:
    """Compare every arm with the control at every look.

    Args:
        asked: One row per experiment and metric: metric_kind, control_arm.
        arms: One row per experiment and planned arm: arm, is_control, customer_count.
        looks: Sums over customers by experiment, metric, arm, look_number, look_at and
            is_cumulated (else of the days since the look before), as `Sums.of` reads
            them.
        tuning: Customers at which always-valid intervals are tightest.

    Returns:
        LOOK_COLUMNS, one row per experiment, arm but the control, look and
        is_cumulated. Where the past explains anything it is taken out. Of one period
        alone there is no always-valid interval: looks are at all until then.
    """
    assigned = arms.groupby("experiment_id")["customer_count"].sum()
    treatments = arms.loc[~arms["is_control"], ["experiment_id", "arm"]]
    pairs = (
        looks[LOOK]
        .drop_duplicates()
        .merge(asked, on=["experiment_id", "metric"])
        .merge(treatments, on="experiment_id")
        .sort_values(["experiment_id", "arm", "look_number", "is_cumulated"])
        .reset_index(drop=True)
    )
    pairs = pairs.assign(
        segment=EVERYBODY, assigned_count=pairs["experiment_id"].map(assigned)
    )
    known = estimate(pairs, looks, on=[*LOOK, "arm"])
    effects, customers, is_adjusted = known.best, known.customers, known.is_adjusted
    always = always_valid_effects(
        effects, customers.together, tuning=tuning, alpha=ALPHA
    )
    is_told = known.best_status == TOLD
    is_look = is_told & pairs["is_cumulated"].to_numpy(dtype=bool)
    columns = told_columns(effects, customers, is_told=is_told)
    columns["variance_reduction"] = np.where(
        is_adjusted, columns["variance_reduction"], math.nan
    )
    always_columns = {
        "always_low": always.low,
        "always_high": always.high,
        "always_relative_low": always.relative_low,
        "always_relative_high": always.relative_high,
        "always_p_value": always.p_value,
    }
    columns |= {
        name: np.where(is_look, column, math.nan)
        for name, column in always_columns.items()
    }
    table = pairs.assign(status=known.best_status, is_adjusted=is_adjusted, **columns)
    return table[list(LOOK_COLUMNS)].astype(LOOK_COLUMNS)
