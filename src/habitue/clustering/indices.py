"""How compact and well separated the segments of one partition are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn import config_context
from sklearn.metrics import (
    calinski_harabasz_score,
    davies_bouldin_score,
    silhouette_score,
)

from habitue.clustering.matrix import subsample

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


def _score(
    measure: Callable[[NDArray[np.float64], NDArray[np.int64]], float],
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
) -> float:
    if 1 < len(np.unique(labels)) < len(labels):
        return float(measure(values, labels))
    return float("nan")
