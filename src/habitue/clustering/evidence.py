"""The evidence for a number of segments: one row per candidate k."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from habitue.clustering.choice import Candidate, choose_k
from habitue.clustering.gap import gap_statistic
from habitue.clustering.indices import calinski_harabasz, davies_bouldin, silhouette
from habitue.clustering.matrix import distinct_rows, read_features, subsample
from habitue.clustering.partition import Partition, one_thread, partition_rows
from habitue.clustering.stability import bootstrap_stability

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from habitue.clustering.gap import Gap
    from habitue.clustering.settings import EvidenceSettings

# Rows and references miss the optimum alike, so the gap needs few starts.
GAP_STARTS = 3
EVIDENCE_COLUMNS = {
    "k": "int64",
    **dict.fromkeys(Candidate._fields[1:], "float64"),
    "is_chosen": "bool",
    "reason": "str",
}


def evaluate_candidates(
    features: pd.DataFrame, *, settings: EvidenceSettings
) -> pd.DataFrame:
    """Measure every k from 1 to the largest possible and choose one.

    Args:
        features: `customer_id` and one column per scaled feature, one row per
            customer, in any order.
        settings: Thresholds, sizes and the seed.

    Returns:
        One row per k: k, inertia, silhouette, calinski_harabasz, davies_bouldin, gap,
        gap_standard_error, jaccard_min, jaccard_mean, smallest_share, is_chosen
        (exactly one), reason. What is not defined is NaN.

    Raises:
        FeatureError: If ids or values are missing, repeated or not finite.

    Assumptions:
        Euclidean distance between scaled features means something, and segments are
        roughly round. Gap and stability are measured on a sample, everything else but
        the silhouette on all rows.

    References:
        Tibshirani, Walther and Hastie (2001), Estimating the number of clusters in a
        data set via the gap statistic, JRSS B 63.
        Hennig (2007), Cluster-wise assessment of cluster stability, CSDA 52.
        Rousseeuw (1987), Silhouettes, J. Comput. Appl. Math. 20.
    """
    values = read_features(features).values
    trivial = _trivial_reason(values)
    if trivial:
        return _without_choice(values, trivial, settings=settings)
    rng = np.random.default_rng(settings.seed)
    sampled = values[subsample(values, size=settings.sample, rng=rng)]
    points = len(np.unique(distinct_rows(sampled)))
    largest = min(settings.largest_k, points)
    with one_thread():
        gap = gap_statistic(
            sampled,
            max_k=largest,
            references=settings.references,
            n_init=min(settings.n_init, GAP_STARTS),
            rng=rng,
        )
        candidates = [
            _measure(values, sampled, k=k, gap=gap, settings=settings)
            for k in range(1, largest + 1)
        ]
    choice = choose_k(candidates, settings=settings)
    table = pd.DataFrame(candidates, columns=list(Candidate._fields))
    table["is_chosen"] = table["k"] == choice.k
    not_tried = (
        f"; k above {largest} not tried, only {points} distinct customers"
        if largest < settings.largest_k
        else ""
    )
    table["reason"] = [
        reason + not_tried * (row.k == choice.k)
        for row, reason in zip(candidates, choice.reasons, strict=True)
    ]
    return table.astype(EVIDENCE_COLUMNS)


def _trivial_reason(values: NDArray[np.float64]) -> str:
    if len(values) == 0:
        return "no customers"
    if len(values) == 1:
        return "one customer"
    if not np.ptp(values, axis=0).any():
        return "no feature varies"
    return ""


def _without_choice(
    values: NDArray[np.float64], reason: str, *, settings: EvidenceSettings
) -> pd.DataFrame:
    if settings.fixed_k is not None and settings.fixed_k > 1:
        reason = f"{reason}, so k cannot be fixed at {settings.fixed_k}"
    row: dict[str, object] = dict.fromkeys(EVIDENCE_COLUMNS, float("nan"))
    row |= {"k": 1, "inertia": 0.0, "is_chosen": True, "reason": f"chosen: {reason}"}
    if len(values):
        row |= {"jaccard_min": 1.0, "jaccard_mean": 1.0, "smallest_share": 1.0}
    return pd.DataFrame([row]).astype(EVIDENCE_COLUMNS)


def _measure(
    values: NDArray[np.float64],
    sampled: NDArray[np.float64],
    *,
    k: int,
    gap: Gap,
    settings: EvidenceSettings,
) -> Candidate:
    # A generator of its own: the evidence for k does not depend on other candidates.
    rng = np.random.default_rng((settings.seed, k))
    whole = _partition_all(values, sampled, k=k, settings=settings)
    stability = bootstrap_stability(
        sampled, k=k, draws=settings.bootstraps, n_init=settings.n_init, rng=rng
    )
    return Candidate(
        k=k,
        inertia=whole.inertia,
        silhouette=silhouette(
            values, whole.labels, size=settings.silhouette_sample, rng=rng
        ),
        calinski_harabasz=calinski_harabasz(values, whole.labels),
        davies_bouldin=davies_bouldin(values, whole.labels),
        gap=float(gap.gap[k - 1]),
        gap_standard_error=float(gap.standard_error[k - 1]),
        jaccard_min=stability.weakest,
        jaccard_mean=stability.mean,
        smallest_share=float(whole.shares.min()),
    )


def _partition_all(
    values: NDArray[np.float64],
    sampled: NDArray[np.float64],
    *,
    k: int,
    settings: EvidenceSettings,
) -> Partition:
    """Find the starts on the sample, where they are cheap, then use every row."""
    if k == 1:
        return partition_rows(values, k=1, n_init=1, seed=settings.seed)
    drawn = partition_rows(sampled, k=k, n_init=settings.n_init, seed=settings.seed)
    return partition_rows(
        values, k=k, n_init=1, seed=settings.seed, start=drawn.centroids
    )
