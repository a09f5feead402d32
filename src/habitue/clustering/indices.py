"""How compact and well separated the segments of one partition are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn import config_context
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    pairwise_distances_argmin,
    silhouette_score,
)

from habitue.clustering.matrix import subsample
from habitue.clustering.partition import means_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

# Pairwise distances are held in blocks of this many MiB.
WORKING_MEMORY = 128


def silhouette(
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
    *,
    size: int,
    rng: np.random.Generator,
) -> float:
    """Mean silhouette of at most `size` rows, NaN where it is not defined.

    Args:
        values: (n_rows, n_features), scaled.
        labels: Segment of each row, shape (n_rows,).
        size: Rows drawn.
        rng: Source of randomness of the draw.

    Returns:
        In [-1, 1]; NaN for fewer than 2 segments or one segment per row.

    References:
        Rousseeuw (1987), Silhouettes, J. Comput. Appl. Math. 20.
    """
    rows = subsample(values, size=size, rng=rng)
    with config_context(working_memory=WORKING_MEMORY):
        return _score(silhouette_score, values[rows], labels[rows])


def calinski_harabasz(values: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Between-segment over within-segment dispersion, NaN where not defined.

    References:
        Calinski and Harabasz (1974), A dendrite method for cluster analysis.
    """
    return _score(calinski_harabasz_score, values, labels)


def davies_bouldin(values: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Mean likeness of each segment to its nearest other, NaN where not defined.

    References:
        Davies and Bouldin (1979), A cluster separation measure, IEEE TPAMI 1.
    """
    return _score(davies_bouldin_score, values, labels)


def scoring_agreement(values: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """How well nearest means give the segments back: adjusted Rand index.

    Args:
        values: (n_rows, n_features), scaled.
        labels: Segment of each row, shape (n_rows,); noise is left out.

    Returns:
        1 if everybody is nearest to the mean of their own segment, about 0 if segments
        have nothing to do with means; NaN for fewer than 2 segments.

    References:
        Hubert and Arabie (1985), Comparing partitions, Journal of Classification 2.
    """
    inside = labels >= 0
    if len(np.unique(labels[inside])) <= 1:
        return float("nan")
    means = means_of(values, labels)
    nearest = pairwise_distances_argmin(values[inside], means)
    return float(adjusted_rand_score(labels[inside], nearest))


def agreement(labels: NDArray[np.int64], others: NDArray[np.int64]) -> float:
    """Adjusted Rand index of two divisions of the same rows, noise of either left out.

    Returns:
        1 for equal divisions, about 0 for unrelated ones; NaN without common rows.
    """
    inside = (labels >= 0) & (others >= 0)
    if not inside.any():
        return float("nan")
    return float(adjusted_rand_score(labels[inside], others[inside]))


def _score(
    measure: Callable[[NDArray[np.float64], NDArray[np.int64]], float],
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
) -> float:
    if 1 < len(np.unique(labels)) < len(labels):
        return float(measure(values, labels))
    return float("nan")
