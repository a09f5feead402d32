"""Which groups of customers are compared: every arm beside the control."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from habitue.experiments.quantiles import Ranks
from habitue.experiments.sample_ratio import BLOCKING_P_VALUE, sample_ratio
from habitue.experiments.sums import Sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Texts = NDArray[np.object_]

# With fewer customers in an arm means are not normal, and an interval would be a guess.
LEAST_CUSTOMERS = 20
TOO_FEW = f"too few customers: fewer than {LEAST_CUSTOMERS} in an arm"
NOBODY = "nobody is in the experiment"
NOT_OVER = "nobody's days are over yet"
EVERYBODY = -1
GROUP = ["experiment_id", "metric", "arm", "segment"]


def pair_arms(
    asked: pd.DataFrame, arms: pd.DataFrame, groups: Sequence[pd.DataFrame]
) -> pd.DataFrame:
    """Every comparison that is asked for, whether there are customers for it or not.

    Args:
        asked: One row per experiment and metric, with its control_arm.
        arms: One row per experiment and arm: arm, is_control, customer_count.
        groups: Tables whose segment_id says which segments there are.

    Returns:
        The columns of `asked`, arm, segment (EVERYBODY for all customers) and
        assigned_count (customers of the experiment), ordered. A segment that
        everybody is in is not told twice.
    """
    segments = pd.concat(
        [
            asked[["experiment_id"]].assign(segment=EVERYBODY),
            *(_segments_in(with_segments(group)) for group in groups),
        ]
    ).drop_duplicates()
    assigned = arms.groupby("experiment_id")["customer_count"].sum()
    treatments = arms.loc[~arms["is_control"], ["experiment_id", "arm"]]
    return (
        asked.assign(assigned_count=asked["experiment_id"].map(assigned).fillna(0))
        .merge(treatments, on="experiment_id")
        .merge(segments, on="experiment_id")
        .sort_values(["experiment_id", "place", "role", "arm", "segment"])
        .reset_index(drop=True)
    )


def _segments_in(groups: pd.DataFrame) -> pd.DataFrame:
    """The segments of each experiment that hold not all of its customers."""
    counts = (
        groups[[*GROUP, "customer_count"]]
        .drop_duplicates()
        .groupby(["experiment_id", "segment"], as_index=False)["customer_count"]
        .sum()
    )
    everybody = counts.groupby("experiment_id")["customer_count"].transform("max")
    parts = counts.loc[counts["customer_count"] < everybody]
    return pd.DataFrame(parts, columns=["experiment_id", "segment"])


def with_segments(groups: pd.DataFrame) -> pd.DataFrame:
    """The same groups with a whole number for their segment, EVERYBODY for none."""
    return groups.assign(
        segment=groups["segment_id"].fillna(EVERYBODY).astype(np.int64)
    )


def sums_beside(
    pairs: pd.DataFrame, sums: pd.DataFrame, *, arm: str, on: Sequence[str] = GROUP
) -> Sums:
    """The sums of one side, row by row beside the comparisons; 0 where nobody is.

    Args:
        pairs: One row per comparison.
        sums: Sums over customers by the columns of `on`.
        arm: Column of `pairs` that names the side: arm or control_arm.
        on: What tells groups of one arm apart.
    """
    keys = pairs.assign(arm=pairs[arm])[list(on)]
    beside = keys.merge(sums, on=list(on), how="left", validate="many_to_one")
    names = [name for name in sums.columns if name.endswith(("_sum", "_count"))]
    return Sums.of(beside[names].astype(np.float64).fillna(0.0))


def ranks_beside(pairs: pd.DataFrame, ranks: pd.DataFrame, *, arm: str) -> list[Ranks]:
    """The values around a quantile on one side, comparison by comparison.

    Args:
        pairs: One row per comparison.
        ranks: Values by GROUP: customer_count, value_rank, value.
        arm: Column of `pairs` that names the side: arm or control_arm.
    """
    groups = {key: Ranks.of(rows) for key, rows in ranks.groupby(GROUP)}
    nobody = Ranks.of(ranks[:0])
    keys = pairs.assign(arm=pairs[arm])[GROUP].itertuples(index=False, name=None)
    return [groups.get(key, nobody) for key in keys]


def status_of(
    pairs: pd.DataFrame, control: Vector, treatment: Vector, why: Texts
) -> Texts:
    """TOLD, or the first reason why a comparison is not.

    Args:
        pairs: One row per comparison, with assigned_count.
        control: Customers of the control.
        treatment: Customers of the other arm.
        why: What the statistics say of it.
    """
    is_assigned = pairs["assigned_count"].to_numpy() > 0
    is_empty = (control + treatment == 0) & (pairs["segment"] == EVERYBODY).to_numpy()
    fewest = np.minimum(control, treatment)
    is_few = (fewest > 0) & (fewest < LEAST_CUSTOMERS)
    reasons = [(NOBODY, ~is_assigned), (NOT_OVER, is_empty), (TOO_FEW, is_few)]
    return np.select(
        [is_so for _, is_so in reasons],
        [np.array(text, dtype=object) for text, _ in reasons],
        default=why,
    )


def blocked_experiments(arms: pd.DataFrame) -> dict[str, str]:
    """Experiments whose arms have not the customers that they should have, and why.

    Args:
        arms: One row per experiment and arm: arm_number, share, customer_count.

    References:
        Fabijan, Gupchup, Gupta, Omhover, Qin, Vermeer and Dmitriev (2019), Diagnosing
        sample ratio mismatch in online controlled experiments, KDD.
    """
    blocked = {}
    for name, rows in arms.sort_values("arm_number").groupby("experiment_id"):
        p_value = sample_ratio(
            rows["customer_count"].tolist(), rows["share"].tolist()
        ).p_value
        if math.isfinite(p_value) and p_value < BLOCKING_P_VALUE:
            blocked[str(name)] = (
                f"the arms do not have their shares of customers (p = {p_value:.2g})"
            )
    return blocked
