"""What customers are asked to have done later, and each KPI's table columns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from habitue.validation.groupings import redrawn_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

INTERVAL_COLUMNS = {
    "segment_id": "int64",
    "kpi": "str",
    "low": "float64",
    "high": "float64",
}
# Numbers of redrawn customers that are held at once: 8 MiB.
BATCH_NUMBERS = 1_000_000


class Kpi(NamedTuple):
    """An outcome of the days that followed.

    The table of outcomes has two columns for each: `<name>_part`, which is added up,
    and `<name>_base`, what it is told per; a customer without base is not asked.

    Attributes:
        name: In tables.
        label: What groups may differ in, with a place for the days.
        is_share: Whether it is yes or no for each customer.
    """

    name: str
    label: str
    is_share: bool


KPIS = (
    Kpi("conversion", "who orders in the next {} days", is_share=True),
    Kpi("order_value", "what an order of the next {} days is worth", is_share=False),
    Kpi("revenue", "revenue of the next {} days", is_share=False),
    Kpi("retention", "who is active in the next {} days", is_share=True),
    Kpi("churn", "which active customers stay away for {} days", is_share=True),
    Kpi("session_count", "sessions of the next {} days", is_share=False),
)


def kpi_intervals(
    customers: pd.DataFrame,
    totals: pd.DataFrame,
    *,
    seed: int,
    draws: int = 1000,
) -> pd.DataFrame:
    """Bootstrap intervals of every KPI of every segment.

    Args:
        customers: A sample of the customers: customer_id, segment_id, and part and base
            of every KPI.
        totals: One row per segment and KPI over all customers: segment_id, kpi,
            customer_count (those with a base), kpi_value.
        seed: Source of every random number.
        draws: Bootstrap samples.

    Returns:
        INTERVAL_COLUMNS, one row per row of `totals`; NaN for fewer than two sampled
        customers.

    Assumptions:
        A segment of which m of n customers were sampled is drawn m at a time, and what
        the draws deviate from the sample is shrunk by the square root of m / n.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 13.
        Bickel, Götze and van Zwet (1997), Resampling fewer than n observations.
    """
    ordered = customers.sort_values("customer_id", kind="stable")
    ids = ordered["segment_id"].to_numpy(dtype=np.int64)
    limits: dict[tuple[int, str], tuple[int, NDArray[np.float64]]] = {}
    for segment_id in np.unique(ids):
        rows = ordered[ids == segment_id]
        rng = np.random.default_rng((seed, int(segment_id)))
        found = _deviations(rows, draws=draws, rng=rng)
        limits |= {(int(segment_id), name): value for name, value in found.items()}
    rows = []
    for told in totals.to_dict("records"):
        key = (int(told["segment_id"]), str(told["kpi"]))
        sampled, deviations = limits.get(key, (0, np.zeros(0)))
        low = high = math.nan
        if sampled > 1 and len(deviations):
            shrunk = math.sqrt(sampled / max(int(told["customer_count"]), sampled))
            low, high = float(told["kpi_value"]) + shrunk * np.quantile(
                deviations, [0.025, 0.975]
            )
        if _KINDS[key[1]]:
            low, high = max(low, 0.0), min(high, 1.0)
        rows.append({"segment_id": key[0], "kpi": key[1], "low": low, "high": high})
    return pd.DataFrame(rows, columns=list(INTERVAL_COLUMNS)).astype(INTERVAL_COLUMNS)


_KINDS = {kpi.name: kpi.is_share for kpi in KPIS}


def _deviations(
    rows: pd.DataFrame, *, draws: int, rng: np.random.Generator
) -> dict[str, tuple[int, NDArray[np.float64]]]:
    """Sampled customers with a base, and draws less the sample's own value, by KPI."""
    parts, bases = (
        rows[[f"{kpi.name}_{side}" for kpi in KPIS]].to_numpy(dtype=np.float64)
        for side in ("part", "base")
    )
    numbers = np.hstack([parts, bases])
    batch = max(1, BATCH_NUMBERS // max(len(rows), 1))
    sums = np.concatenate(
        [
            _sums(numbers, draws=min(batch, draws - start), rng=rng)
            for start in range(0, draws, batch)
        ]
    )
    found = {}
    for place, kpi in enumerate(KPIS):
        base = bases[:, place].sum()
        drawn = sums[:, len(KPIS) + place]
        kept = drawn > 0
        values = sums[kept, place] / drawn[kept]
        own = parts[:, place].sum() / base if base > 0 else math.nan
        found[kpi.name] = (int((bases[:, place] > 0).sum()), values - own)
    return found


def _sums(
    numbers: NDArray[np.float64], *, draws: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    # einsum adds up in one order whatever the number of threads.
    weights = redrawn_weights(len(numbers), draws=draws, rng=rng)
    return np.asarray(np.einsum("dn,nk->dk", weights, numbers))
