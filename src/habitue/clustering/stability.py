"""How stable a division is when the customers are drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from habitue.clustering.algorithms import Algorithm


class Stability(NamedTuple):
    """Bootstrap stability of one candidate.

    Attributes:
        jaccard: Mean best-match Jaccard similarity of each cluster, shape (k,), in
            [0, 1]. Below .60 a cluster is unstable, from .75 on it is stable.
    """

    jaccard: NDArray[np.float64]

    @property
    def weakest(self) -> float:
        """Jaccard similarity of the least stable cluster; 0 without clusters."""
        return float(self.jaccard.min()) if len(self.jaccard) else 0.0

    @property
    def mean(self) -> float:
        """Jaccard similarity of a cluster on average; 0 without clusters."""
        return float(self.jaccard.mean()) if len(self.jaccard) else 0.0


def bootstrap_stability(
    values: NDArray[np.float64],
    algorithm: Algorithm,
    *,
    draws: int,
    seed: int,
) -> list[Stability]:
    """Cluster bootstrap samples anew and match each cluster to its best twin.

    Args:
        values: (n_customers, n_features), scaled (unit: standard deviations).
        algorithm: All of its candidates meet the same draws.
        draws: Number of bootstrap samples, at least 1.
        seed: Source of every random number.

    Returns:
        One per candidate: similarities averaged over the draws that hold the cluster
        at all; 0 for a cluster that no draw holds. Noise is no cluster.

    Assumptions:
        Customers are exchangeable, and one drawn twice counts once. Pure noise can
        look stable too: ask for evidence of structure (gap statistic) first.

    References:
        Hennig (2007), Cluster-wise assessment of cluster stability, CSDA 52.
    """
    originals = algorithm.cluster(values, seed=seed)
    total = [np.zeros(labels.max(initial=-1) + 1) for labels in originals]
    seen = [np.zeros_like(sums) for sums in total]
    for draw in range(draws):
        rng = np.random.default_rng((seed, draw))
        chosen = np.unique(rng.integers(0, len(values), len(values)))
        redrawn = algorithm.cluster(values[chosen], seed=int(rng.integers(2**31)))
        for place, (original, again) in enumerate(zip(originals, redrawn, strict=True)):
            kept = original[chosen]
            total[place] += best_jaccard(kept, again, k=len(total[place]))
            seen[place] += np.bincount(kept[kept >= 0], minlength=len(seen[place])) > 0
    return [
        Stability(sums / np.maximum(times, 1))
        for sums, times in zip(total, seen, strict=True)
    ]


def best_jaccard(
    original: NDArray[np.int64], redrawn: NDArray[np.int64], *, k: int
) -> NDArray[np.float64]:
    """Jaccard similarity of each of k clusters to the most similar one of another run.

    Args:
        original: Cluster of each row, or a negative number for noise, shape (n_rows,).
        redrawn: The same by another run.
        k: Clusters of the original.

    Returns:
        Shape (k,); 0 for a cluster that shares no row with any of the other run.
    """
    width = int(redrawn.max(initial=-1)) + 1
    if not width:
        return np.zeros(k)
    sizes = np.bincount(original[original >= 0], minlength=k)
    other_sizes = np.bincount(redrawn[redrawn >= 0], minlength=width)
    shared = (original >= 0) & (redrawn >= 0)
    pairs = original[shared] * width + redrawn[shared]
    overlap = np.bincount(pairs, minlength=k * width).reshape(k, width)
    union = sizes[:, None] + other_sizes[None, :] - overlap
    return np.asarray((overlap / np.maximum(union, 1)).max(axis=1), dtype=np.float64)
