"""One interface for every way to divide customers into segments.

An algorithm is a list of candidates (numbers of clusters, or densities), all of which
are tried on the same rows and compared on the same evidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from habitue.clustering.density import (
    dbscan_labels,
    hdbscan_labels,
    knee,
    neighbour_distances,
)
from habitue.clustering.hierarchy import ward_tree
from habitue.clustering.matrix import count_distinct, subsample
from habitue.clustering.partition import means_of, partition_rows, refine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from habitue.clustering.settings import SegmentationSettings

K_MEANS, WARD, DBSCAN, HDBSCAN = "k-means", "Ward", "DBSCAN", "HDBSCAN"
ALGORITHMS = (K_MEANS, WARD, DBSCAN, HDBSCAN)
# A core of DBSCAN has two neighbours per feature (Sander et al. 1998).
NEIGHBOURS_PER_FEATURE = 2
EPS_FACTORS = (0.75, 1.0, 1.25, 1.5)
CLUSTER_SIZE_FACTORS = (1, 2, 4)


class Division(NamedTuple):
    """Rows divided by every candidate of an algorithm.

    Attributes:
        rows: Positions of the rows looked at, ascending, shape (n_looked_at,).
        labels: Their clusters, from 0, or NOISE; one array per candidate.
    """

    rows: NDArray[np.intp]
    labels: list[NDArray[np.int64]]


class Algorithm(Protocol):
    """A way to divide rows, with the candidates that are tried."""

    @property
    def name(self) -> str:
        """One of ALGORITHMS."""

    @property
    def settings(self) -> tuple[str, ...]:
        """What each candidate is, in words."""

    def alone(self, place: int) -> Algorithm:
        """The same with one of its candidates, by position."""

    def cluster(
        self, values: NDArray[np.float64], *, seed: int
    ) -> list[NDArray[np.int64]]:
        """The cluster of each row by each candidate.

        Args:
            values: (n_rows, n_features), scaled; at least one row.
            seed: Source of every random number.

        Returns:
            One array of shape (n_rows,) per candidate: clusters from 0, or NOISE.
        """

    def divide(
        self, values: NDArray[np.float64], *, drawn: NDArray[np.intp], seed: int
    ) -> Division:
        """Divide as many rows as the algorithm can in reasonable time.

        Args:
            values: (n_rows, n_features), scaled.
            drawn: Positions of a sample of the rows, ascending.
            seed: Source of every random number.
        """


class CountingAlgorithm(Algorithm, Protocol):
    """An algorithm whose candidates are numbers of clusters."""

    def inertias(
        self, values: NDArray[np.float64], *, seed: int
    ) -> NDArray[np.float64]:
        """Sum of squared distances to the means, shape (n_candidates,)."""


@dataclass(frozen=True, kw_only=True)
class KMeans:
    """Lloyd's k-means.

    Attributes:
        ks: Numbers of clusters, ascending.
        n_init: Random starts of each k.
        gap_n_init: The same for references of the gap statistic, which have no groups
            that could be missed.
    """

    ks: tuple[int, ...]
    n_init: int
    gap_n_init: int = 3
    name: str = K_MEANS

    @property
    def settings(self) -> tuple[str, ...]:
        """What each candidate is, in words."""
        return tuple(f"k = {k}" for k in self.ks)

    def alone(self, place: int) -> KMeans:
        """See Algorithm."""
        return replace(self, ks=(self.ks[place],))

    def cluster(
        self, values: NDArray[np.float64], *, seed: int
    ) -> list[NDArray[np.int64]]:
        """See Algorithm; as many clusters as there are distinct rows, at most."""
        most = count_distinct(values)
        return [
            partition_rows(
                values, k=min(k, most), n_init=self.n_init, seed=_seed(seed, k)
            ).labels
            for k in self.ks
        ]

    def divide(
        self, values: NDArray[np.float64], *, drawn: NDArray[np.intp], seed: int
    ) -> Division:
        """See Algorithm: starts are found on the sample, where they are cheap."""
        sampled = values[drawn]
        labels = [
            refine(values, start=means_of(sampled, labels)).labels
            for labels in self.cluster(sampled, seed=seed)
        ]
        return Division(np.arange(len(values)), labels)

    def inertias(
        self, values: NDArray[np.float64], *, seed: int
    ) -> NDArray[np.float64]:
        """See CountingAlgorithm."""
        starts = min(self.n_init, self.gap_n_init)
        return np.array(
            [
                partition_rows(values, k=k, n_init=starts, seed=_seed(seed, k)).inertia
                for k in self.ks
            ]
        )


@dataclass(frozen=True, kw_only=True)
class Ward:
    """Ward's hierarchy, cut at several heights.

    Attributes:
        ks: Numbers of clusters, ascending.
    """

    ks: tuple[int, ...]
    name: str = WARD

    @property
    def settings(self) -> tuple[str, ...]:
        """What each candidate is, in words."""
        return tuple(f"cut at {k}" for k in self.ks)

    def alone(self, place: int) -> Ward:
        """See Algorithm."""
        return replace(self, ks=(self.ks[place],))

    def cluster(
        self, values: NDArray[np.float64], *, seed: int
    ) -> list[NDArray[np.int64]]:
        """See Algorithm; as many clusters as there are leaves, at most."""
        tree = ward_tree(values, seed=seed)
        most = len(tree.leaf_sizes)
        return [tree.cut(min(k, most)) for k in self.ks]

    def divide(
        self, values: NDArray[np.float64], *, drawn: NDArray[np.intp], seed: int
    ) -> Division:
        """See Algorithm: every row, in micro-clusters where there are many."""
        del drawn
        return Division(np.arange(len(values)), self.cluster(values, seed=seed))

    def inertias(
        self, values: NDArray[np.float64], *, seed: int
    ) -> NDArray[np.float64]:
        """See CountingAlgorithm."""
        inertias = ward_tree(values, seed=seed).inertias(max(self.ks))
        return np.asarray(inertias[np.array(self.ks) - 1])


@dataclass(frozen=True, kw_only=True)
class Dbscan:
    """DBSCAN with several radii around the knee of the k-distance curve.

    Attributes:
        eps: Radii tried, scaled units.
        neighbour_share: Share of the rows that make a core: as fewer rows are drawn,
            as many fewer lie in a radius.
    """

    eps: tuple[float, ...]
    neighbour_share: float
    name: str = DBSCAN

    @classmethod
    def tried_on(cls, values: NDArray[np.float64]) -> Dbscan:
        """The candidates for these rows, at least 2, shape (n_rows, n_features)."""
        neighbours = _neighbours(values)
        curve = neighbour_distances(values, min_samples=neighbours)
        # Where most rows have twins the knee is at 0: any radius will do.
        radius = curve[knee(curve)] or curve[-1] or 1.0
        return cls(
            eps=tuple(float(radius * factor) for factor in EPS_FACTORS),
            neighbour_share=neighbours / len(values),
        )

    @property
    def settings(self) -> tuple[str, ...]:
        """What each candidate is, in words."""
        return tuple(f"eps {radius:.3g}" for radius in self.eps)

    def alone(self, place: int) -> Dbscan:
        """See Algorithm."""
        return replace(self, eps=(self.eps[place],))

    def cluster(
        self, values: NDArray[np.float64], *, seed: int
    ) -> list[NDArray[np.int64]]:
        """See Algorithm; nothing is random."""
        del seed
        neighbours = max(2, round(self.neighbour_share * len(values)))
        return [
            dbscan_labels(values, eps=radius, min_samples=neighbours)
            for radius in self.eps
        ]

    def divide(
        self, values: NDArray[np.float64], *, drawn: NDArray[np.intp], seed: int
    ) -> Division:
        """See Algorithm: the sample alone, as density takes every pair of rows."""
        return Division(drawn, self.cluster(values[drawn], seed=seed))


@dataclass(frozen=True, kw_only=True)
class Hdbscan:
    """HDBSCAN with several least sizes of a cluster.

    Attributes:
        sizes: Least sizes tried, shares of the rows.
        neighbour_share: Share of the rows that density is measured by.
    """

    sizes: tuple[float, ...]
    neighbour_share: float
    name: str = HDBSCAN

    @classmethod
    def tried_on(cls, values: NDArray[np.float64], *, minimum_share: float) -> Hdbscan:
        """The candidates for these rows: the minimum share and multiples of it."""
        least = max(minimum_share, 2 / len(values))
        return cls(
            sizes=tuple(least * factor for factor in CLUSTER_SIZE_FACTORS),
            neighbour_share=_neighbours(values) / len(values),
        )

    @property
    def settings(self) -> tuple[str, ...]:
        """What each candidate is, in words."""
        return tuple(f"clusters from {size:.1%}" for size in self.sizes)

    def alone(self, place: int) -> Hdbscan:
        """See Algorithm."""
        return replace(self, sizes=(self.sizes[place],))

    def cluster(
        self, values: NDArray[np.float64], *, seed: int
    ) -> list[NDArray[np.int64]]:
        """See Algorithm; nothing is random."""
        del seed
        rows = len(values)
        return [
            hdbscan_labels(
                values,
                min_cluster_size=min(rows, max(2, math.ceil(size * rows))),
                min_samples=min(rows, max(2, round(self.neighbour_share * rows))),
            )
            for size in self.sizes
        ]

    def divide(
        self, values: NDArray[np.float64], *, drawn: NDArray[np.intp], seed: int
    ) -> Division:
        """See Algorithm: the sample alone, as density takes every pair of rows."""
        return Division(drawn, self.cluster(values[drawn], seed=seed))


def drawn_rows(
    values: NDArray[np.float64], *, settings: SegmentationSettings
) -> NDArray[np.intp]:
    """The sample that stability and gap are measured on, positions in row order."""
    rng = np.random.default_rng(settings.seed)
    return subsample(values, size=settings.sample, rng=rng)


def algorithms_for(
    sampled: NDArray[np.float64], *, settings: SegmentationSettings
) -> list[Algorithm]:
    """What is tried on these rows; k-means first, as the others are compared with it.

    Args:
        sampled: (n_rows, n_features), scaled; at least two distinct rows.
        settings: Largest k, algorithms and minimum share.
    """
    largest = min(settings.largest_k, count_distinct(sampled))
    wanted = {settings.algorithm, *settings.compared}
    algorithms: list[Algorithm] = [
        KMeans(ks=tuple(range(1, largest + 1)), n_init=settings.n_init)
    ]
    if WARD in wanted:
        algorithms.append(Ward(ks=tuple(range(1, largest + 1))))
    if DBSCAN in wanted:
        algorithms.append(Dbscan.tried_on(sampled))
    if HDBSCAN in wanted:
        algorithms.append(
            Hdbscan.tried_on(sampled, minimum_share=settings.minimum_share)
        )
    return algorithms


def _neighbours(values: NDArray[np.float64]) -> int:
    n_rows, n_features = values.shape
    return min(int(n_rows), NEIGHBOURS_PER_FEATURE * int(n_features) + 1)


def _seed(seed: int, k: int) -> int:
    """A seed of its own: one candidate does not depend on which others are tried."""
    [state] = np.random.SeedSequence((seed, k)).generate_state(1).tolist()
    return int(state) >> 1
