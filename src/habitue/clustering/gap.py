"""Is there any structure at all? The gap statistic."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.clustering.partition import inertia_of, means_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from habitue.clustering.algorithms import CountingAlgorithm

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
    algorithm: CountingAlgorithm,
    *,
    references: int,
    rng: np.random.Generator,
) -> Gap:
    """Compare the dispersion of the rows with that of boxes without structure.

    Args:
        values: (n_rows, n_features), scaled; at least max_k distinct rows.
        algorithm: What divides rows and references alike.
        references: Number of reference data sets.
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
    # Distances do not feel a rotation, so references stay on the principal axes.
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    rotated = centred @ axes.T
    low, high = rotated.min(axis=0), rotated.max(axis=0)
    # The rows get every start there is. A reference has no groups to miss, so a poor
    # start costs it little; of rows with groups it would hide one.
    divided = algorithm.cluster(rotated, seed=int(rng.integers(2**31)))
    observed = _logged(
        np.array([inertia_of(rotated, of, means_of(rotated, of)) for of in divided])
    )
    expected = np.stack(
        [
            _logged(
                algorithm.inertias(
                    rng.uniform(low, high, size=rotated.shape),
                    seed=int(rng.integers(2**31)),
                )
            )
            for _ in range(references)
        ]
    )
    error = expected.std(axis=0) * np.sqrt(1 + 1 / references)
    return Gap(gap=expected.mean(axis=0) - observed, standard_error=error)


def _logged(inertias: NDArray[np.float64]) -> NDArray[np.float64]:
    floored = np.maximum(inertias, LEAST_DISPERSION * inertias[0])
    return np.asarray(np.log(floored), dtype=np.float64)
