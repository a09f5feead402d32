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
    values: NDArray[np.float64],
    *,
    k: int,
    n_init: int,
    seed: int,
    start: NDArray[np.float64] | None = None,
) -> Partition:
    """Divide rows by k-means (k-means++ starts, Lloyd iterations).

    Args:
        values: (n_rows, n_features), scaled; at least k distinct rows.
        k: Number of clusters, at least 1.
        n_init: Random starts, of which the one with the lowest inertia is kept.
        seed: Source of the random starts.
        start: (k, n_features) centroids to start from instead; n_init then has no use.

    References:
        Arthur and Vassilvitskii (2007), k-means++: the advantages of careful seeding.
    """
    if k == 1:
        centroid = values.mean(axis=0, keepdims=True)
        inertia = float(((values - centroid) ** 2).sum())
        return Partition(np.zeros(len(values), dtype=np.int64), centroid, inertia)
    model = KMeans(
        n_clusters=k,
        init="k-means++" if start is None else start,
        n_init=n_init if start is None else 1,
        random_state=seed,
    ).fit(values)
    return Partition(
        model.labels_.astype(np.int64),
        np.asarray(model.cluster_centers_, dtype=np.float64),
        float(model.inertia_),
    )
