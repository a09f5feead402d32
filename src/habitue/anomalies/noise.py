"""Noise of DBSCAN: rows that no dense neighbourhood is near."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.neighbors import KDTree

from habitue.clustering.algorithms import NEIGHBOURS_PER_FEATURE

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Cores that are looked at first: nearly everybody is near one of them.
_FIRST_CORES = 256
_LEAST_NEIGHBOURS = 5
# Neighbours are at most so large a part of the rows, or nothing would be local.
_MOST_OF_ROWS = 10


class Density(NamedTuple):
    """The core rows of DBSCAN.

    Attributes:
        cores: (n_cores, n_features), scaled.
        eps: How far a neighbour may be, scaled units.
        neighbours: Rows within eps, itself included, that make a row a core.
    """

    cores: NDArray[np.float64]
    eps: float
    neighbours: int


def neighbours_for(rows: int, features: int) -> int:
    """Two neighbours per feature (Sander et al. 1998), fewer where rows are few."""
    wanted = max(NEIGHBOURS_PER_FEATURE * features, _LEAST_NEIGHBOURS)
    return max(2, min(wanted, rows // _MOST_OF_ROWS))


def neighbour_distances(
    scaled: NDArray[np.float64], *, neighbours: int
) -> NDArray[np.float64]:
    """Distance of each row to its nth neighbour, itself being the first.

    Args:
        scaled: (n_rows, n_features).
        neighbours: At least 2 and at most n_rows.
    """
    distances, _ = KDTree(scaled).query(scaled, k=neighbours)
    return np.asarray(distances[:, -1], dtype=np.float64)


def dense_part(scaled: NDArray[np.float64], *, eps: float, neighbours: int) -> Density:
    """The cores among the rows of a sample.

    Args:
        scaled: (n_rows, n_features).
        eps: How far a neighbour may be; infinite where nothing is noise.
        neighbours: Rows within eps that make a core.
    """
    if np.isinf(eps):
        return Density(scaled[:1], eps, neighbours)
    distances = neighbour_distances(scaled, neighbours=neighbours)
    return Density(scaled[distances <= eps], eps, neighbours)


def are_noise(density: Density, scaled: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether no core is within eps, shape (n_rows,).

    What DBSCAN says of the rows it was fitted to, by the same rule for everybody. It
    does not depend on which other rows are asked about.

    Args:
        density: The cores.
        scaled: (n_rows, n_features).
    """
    noise = np.zeros(len(scaled), dtype=np.bool_)
    if np.isinf(density.eps) or not len(scaled):
        return noise
    if not len(density.cores):
        return ~noise
    step = max(1, len(density.cores) // _FIRST_CORES)
    first = density.cores[::step]
    # The quick formula rounds: what it says must hold by a margin.
    squares = (scaled**2).sum(axis=1)
    nearest = ((first**2).sum(axis=1)[None, :] - 2 * (scaled @ first.T)).min(
        axis=1
    ) + squares
    margin = 1e-6 * (density.eps**2 + squares)
    far = np.flatnonzero(~(nearest + margin < density.eps**2))
    noise[far] = core_distances(density, scaled[far]) > density.eps
    return noise


def core_distances(
    density: Density, scaled: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distance to the nearest core, scaled units, shape (n_rows,)."""
    if not len(scaled):
        return np.zeros(0)
    distances, _ = KDTree(density.cores).query(scaled, k=1)
    return np.asarray(distances[:, 0], dtype=np.float64)
