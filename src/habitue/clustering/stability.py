"""How stable a partition is when the customers are drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.clustering.matrix import distinct_rows
from habitue.clustering.partition import partition_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Stability(NamedTuple):
    """Bootstrap stability of one candidate number of segments.

    Attributes:
        k: Number of segments.
        jaccard: Mean best-match Jaccard similarity of each segment, shape (k,), in
            [0, 1]. Below .60 a segment is unstable, from .75 on it is stable.
    """

    k: int
    jaccard: NDArray[np.float64]

    @property
    def weakest(self) -> float:
        """Jaccard similarity of the least stable segment."""
        return float(self.jaccard.min())

    @property
    def mean(self) -> float:
        """Jaccard similarity of a segment on average."""
        return float(self.jaccard.mean())


def bootstrap_stability(
    values: NDArray[np.float64],
    *,
    k: int,
    draws: int,
    n_init: int,
    rng: np.random.Generator,
) -> Stability:
    """Cluster bootstrap samples anew and match each segment to its best twin.

    Args:
        values: (n_customers, n_features), scaled (unit: standard deviations).
        k: Number of segments, between 1 and the number of distinct customers.
        draws: Number of bootstrap samples, at least 1.
        n_init: Random starts of each k-means.
        rng: Source of randomness; the same state gives the same answer.

    Returns:
        Similarities averaged over the draws that hold the segment at all; 0 for a
        segment no draw holds. One segment is always stable.

    Raises:
        ValueError: If k is not in [1, number of distinct customers].

    Assumptions:
        Customers are exchangeable, and one drawn twice counts once. Pure noise can
        look stable too: ask for evidence of structure (gap statistic) first.

    References:
        Hennig (2007), Cluster-wise assessment of cluster stability, CSDA 52.
    """
    points = distinct_rows(values)
    n_points = int(points.max(initial=-1)) + 1
    if not 1 <= k <= n_points:
        raise ValueError(f"k must be in [1, {n_points}], got {k}")
    if k == 1:
        return Stability(k=1, jaccard=np.ones(1))
    seeds = rng.integers(2**31, size=draws + 1)
    original = partition_rows(values, k=k, n_init=n_init, seed=int(seeds[0])).labels
    total, seen = np.zeros(k), np.zeros(k)
    for seed in seeds[1:]:
        chosen = np.unique(rng.integers(0, len(values), len(values)))
        # A small draw may hold fewer distinct customers than segments.
        k_drawn = min(k, len(np.unique(points[chosen])))
        redrawn = partition_rows(
            values[chosen], k=k_drawn, n_init=n_init, seed=int(seed)
        ).labels
        total += _best_jaccard(original[chosen], redrawn, k=k)
        seen += np.bincount(original[chosen], minlength=k) > 0
    return Stability(k=k, jaccard=total / np.maximum(seen, 1))


def _best_jaccard(
    original: NDArray[np.int64], redrawn: NDArray[np.int64], *, k: int
) -> NDArray[np.float64]:
    overlap = np.zeros((k, k))
    np.add.at(overlap, (original, redrawn), 1)
    union = overlap.sum(axis=1)[:, None] + overlap.sum(axis=0)[None, :] - overlap
    best: NDArray[np.float64] = (overlap / np.maximum(union, 1)).max(axis=1)
    return best
