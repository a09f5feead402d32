"""Clusters as dense regions: DBSCAN and HDBSCAN, which leave the rest as noise."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.neighbors import NearestNeighbors

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOISE = -1
LEAST_ROWS = 3


def neighbour_distances(
    values: NDArray[np.float64], *, min_samples: int
) -> NDArray[np.float64]:
    """Distance of each row to its min_samples-th neighbour, itself being the first.

    Args:
        values: (n_rows, n_features), scaled.
        min_samples: At least 2 and at most n_rows.

    Returns:
        Ascending, shape (n_rows,): the k-distance curve, scaled units.

    References:
        Ester, Kriegel, Sander and Xu (1996), A density-based algorithm for discovering
        clusters, KDD.
    """
    neighbours = NearestNeighbors(n_neighbors=min_samples).fit(values)
    distances, _ = neighbours.kneighbors(values)
    return np.sort(distances[:, -1])


def knee(curve: NDArray[np.float64]) -> int:
    """Where an ascending curve bends up: the point farthest below its chord.

    Args:
        curve: Ascending, shape (n,), at least one value.

    Returns:
        A position in [0, n); the last one where the curve does not bend.

    References:
        Satopää, Albrecht, Irwin and Raghavan (2011), Finding a "Kneedle" in a haystack,
        ICDCS workshops: the knee of a curve that is known as a whole.
    """
    rise = curve[-1] - curve[0]
    if rise <= 0:
        return len(curve) - 1
    chord = np.linspace(0, 1, len(curve))
    below = chord - (curve - curve[0]) / rise
    return int(below.argmax()) if below.max() > 0 else len(curve) - 1


def dbscan_labels(
    values: NDArray[np.float64], *, eps: float, min_samples: int
) -> NDArray[np.int64]:
    """The cluster of each row, from 0, or NOISE; shape (n_rows,).

    Args:
        values: (n_rows, n_features), scaled.
        eps: How far a neighbour may be, scaled units, above 0.
        min_samples: Neighbours, itself included, that make a row a core.
    """
    model = DBSCAN(eps=eps, min_samples=min_samples).fit(values)
    return np.asarray(model.labels_, dtype=np.int64)


def hdbscan_labels(
    values: NDArray[np.float64], *, min_cluster_size: int, min_samples: int
) -> NDArray[np.int64]:
    """The cluster of each row, from 0, or NOISE; shape (n_rows,).

    Args:
        values: (n_rows, n_features), scaled; at least min_samples rows. One or two
            rows have no density that could be compared: they are noise.
        min_cluster_size: Rows below which a cluster falls apart, at least 2.
        min_samples: Neighbours that density is measured by.

    Assumptions:
        The package hdbscan (extra `density`) is used where it is installed and
        scikit-learn's HDBSCAN otherwise; both find the same hierarchy, exactly, and
        may differ in ties.

    References:
        Campello, Moulavi and Sander (2013), Density-based clustering based on
        hierarchical density estimates, PAKDD.
    """
    if len(values) < LEAST_ROWS:
        return np.full(len(values), NOISE, dtype=np.int64)
    if find_spec("hdbscan"):
        import hdbscan  # noqa: PLC0415

        model = hdbscan.HDBSCAN(
            min_cluster_size=min_cluster_size,
            min_samples=min_samples - 1,  # it does not count the row itself
            approx_min_span_tree=False,
            core_dist_n_jobs=1,
        )
    else:
        model = HDBSCAN(
            min_cluster_size=min_cluster_size, min_samples=min_samples, copy=True
        )
    return np.asarray(model.fit(values).labels_, dtype=np.int64)
