"""One k-means partition, the building block of evidence and fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray


class Partition(NamedTuple):
    """Rows divided among k centroids.

    Attributes:
        labels: Cluster of each row, shape (n_rows,), in [0, k).
        centroids: Mean of each cluster, shape (k, n_features).
        inertia: Sum of squared distances of the rows to their centroids.
    """

    labels: NDArray[np.int64]
    centroids: NDArray[np.float64]
    inertia: float

    @property
    def shares(self) -> NDArray[np.float64]:
        """Share of the rows in each cluster, shape (k,)."""
        counts = np.bincount(self.labels, minlength=len(self.centroids))
        return np.asarray(counts / len(self.labels), dtype=np.float64)


def one_thread() -> AbstractContextManager[object]:
    """Compute on one thread: sums in one order are the same on every machine size."""
    limited: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limited


def partition_rows(
    values: NDArray[np.float64], *, k: int, n_init: int, seed: int
) -> Partition:
    """Divide rows by k-means (k-means++ starts, Lloyd iterations).

    Args:
        values: (n_rows, n_features), scaled; at least k distinct rows.
        k: Number of clusters, at least 1.
        n_init: Random starts, of which the one with the lowest inertia is kept.
        seed: Source of the random starts.

    References:
        Lloyd (1982), Least squares quantization in PCM, IEEE TIT 28.
        Arthur and Vassilvitskii (2007), k-means++: the advantages of careful seeding.
    """
    if k == 1:
        return _undivided(values)
    return _fitted(
        values, KMeans(n_clusters=k, init="k-means++", n_init=n_init, random_state=seed)
    )


def refine(values: NDArray[np.float64], *, start: NDArray[np.float64]) -> Partition:
    """Divide rows by Lloyd iterations from given centroids, (k, n_features)."""
    if len(start) == 1:
        return _undivided(values)
    return _fitted(values, KMeans(n_clusters=len(start), init=start, n_init=1))


def means_of(
    values: NDArray[np.float64], labels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Mean of the rows of each cluster, noise left out, shape (k, n_features).

    Args:
        values: (n_rows, n_features).
        labels: Clusters from 0 without holes, or a negative number, shape (n_rows,).
    """
    inside = labels >= 0
    sizes = np.bincount(labels[inside])
    return np.column_stack(
        [
            np.bincount(labels[inside], weights=column) / sizes
            for column in values[inside].T
        ]
    )


def inertia_of(
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
    means: NDArray[np.float64],
) -> float:
    """Sum of squared distances of the rows to the means of their clusters.

    Args:
        values: (n_rows, n_features).
        labels: Clusters from 0, or negative for rows left out, shape (n_rows,).
        means: (k, n_features).
    """
    inside = labels >= 0
    # One column at a time: no second matrix is held.
    return sum(
        float(((column[inside] - mean[labels[inside]]) ** 2).sum())
        for column, mean in zip(values.T, means.T, strict=True)
    )


def _undivided(values: NDArray[np.float64]) -> Partition:
    centroid = values.mean(axis=0, keepdims=True)
    inertia = float(((values - centroid) ** 2).sum())
    return Partition(np.zeros(len(values), dtype=np.int64), centroid, inertia)


def _fitted(values: NDArray[np.float64], model: KMeans) -> Partition:
    model.fit(values)
    return Partition(
        model.labels_.astype(np.int64),
        np.asarray(model.cluster_centers_, dtype=np.float64),
        float(model.inertia_),
    )
