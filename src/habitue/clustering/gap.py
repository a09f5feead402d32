"""Is there any structure at all? The gap statistic."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.clustering.partition import partition_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Dispersion never counts as less than this part of the total: log(0) has no use.
LEAST_DISPERSION = 1e-12


class Gap(NamedTuple):
    """Gap statistic of k = 1 .. max_k.

    Attributes:
        gap: Expected minus observed log dispersion, shape (max_k,).
        standard_error: Simulation error of the gap, shape (max_k,).
    """

    gap: NDArray[np.float64]
    standard_error: NDArray[np.float64]


def gap_statistic(
    values: NDArray[np.float64],
    *,
    max_k: int,
    references: int,
    n_init: int,
    rng: np.random.Generator,
) -> Gap:
    """Compare the dispersion of the rows with that of boxes without structure.

    Args:
        values: (n_rows, n_features), scaled; at least max_k distinct rows.
        max_k: Largest number of clusters.
        references: Number of reference data sets.
        n_init: Random starts of each k-means, the same for rows and references.
        rng: Source of randomness; the same state gives the same answer.

    Assumptions:
        No structure means uniform in the smallest box along the principal axes.
        Heavy tails and correlation let the gap grow with k on real customers, so it
        is asked one question only: is k = 1 enough?

    References:
        Tibshirani, Walther and Hastie (2001), Estimating the number of clusters in a
        data set via the gap statistic, JRSS B 63.
    """
    centred = values - values.mean(axis=0)
    # k-means does not feel a rotation, so references stay on the principal axes.
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    rotated = centred @ axes.T
    low, high = rotated.min(axis=0), rotated.max(axis=0)
    observed = _log_dispersions(rotated, max_k=max_k, n_init=n_init, rng=rng)
    expected = np.empty((references, max_k))
    for reference in range(references):
        box = rng.uniform(low, high, size=rotated.shape)
        expected[reference] = _log_dispersions(box, max_k=max_k, n_init=n_init, rng=rng)
    error = expected.std(axis=0) * np.sqrt(1 + 1 / references)
    return Gap(gap=expected.mean(axis=0) - observed, standard_error=error)


def _log_dispersions(
    values: NDArray[np.float64], *, max_k: int, n_init: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    seeds = rng.integers(2**31, size=max_k)
    inertias = np.array(
        [
            partition_rows(values, k=k, n_init=n_init, seed=int(seeds[k - 1])).inertia
            for k in range(1, max_k + 1)
        ]
    )
    floored = np.maximum(inertias, LEAST_DISPERSION * inertias[0])
    return np.asarray(np.log(floored), dtype=np.float64)
