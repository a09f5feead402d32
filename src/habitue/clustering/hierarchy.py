"""Ward's hierarchy: which groups are joined, at what cost, in what order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import fastcluster
import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.metrics import pairwise_distances_argmin

from habitue.clustering.matrix import subsample
from habitue.clustering.partition import inertia_of, means_of, one_thread

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Up to so many rows every row is a leaf; the time grows with their square.
EXACT_ROWS = 20_000
MICRO_CLUSTERS = 1_000
MICRO_SAMPLE = 200_000


class WardTree(NamedTuple):
    """A hierarchy of groups of rows.

    Attributes:
        linkage: One row per merge, cheapest first, as scipy has it: the two groups
            merged (leaves are 0 .. n_leaves - 1, merge i makes group n_leaves + i),
            height (square root of twice the growth in inertia), rows in the new group;
            shape (n_leaves - 1, 4).
        leaf_of_row: Leaf of each row, shape (n_rows,).
        leaf_sizes: Rows of each leaf, shape (n_leaves,).
        leaf_inertia: Sum of squared distances of the rows to the means of their leaves;
            0 where every row is a leaf.
    """

    linkage: NDArray[np.float64]
    leaf_of_row: NDArray[np.int64]
    leaf_sizes: NDArray[np.int64]
    leaf_inertia: float

    @property
    def is_exact(self) -> bool:
        """Whether every row is a leaf of its own."""
        return len(self.leaf_sizes) == len(self.leaf_of_row)

    def inertias(self, max_k: int) -> NDArray[np.float64]:
        """Inertia of the cuts with 1 .. max_k clusters, shape (max_k,).

        Args:
            max_k: At most the number of leaves.
        """
        growth = self.linkage[:, 2] ** 2 / 2
        below = self.leaf_inertia + np.concatenate([[0.0], np.cumsum(growth)])
        return np.asarray(below[::-1][:max_k], dtype=np.float64)

    def cut_leaves(self, k: int) -> NDArray[np.int64]:
        """The cluster of each leaf in the cut with k clusters.

        Args:
            k: Number of clusters.

        Returns:
            In [0, k), numbered by the first leaf of each, shape (n_leaves,).

        Raises:
            ValueError: If k is not in [1, n_leaves].
        """
        n_leaves = len(self.leaf_sizes)
        if not 1 <= k <= n_leaves:
            raise ValueError(f"k must be in [1, {n_leaves}], got {k}")
        group = np.arange(2 * n_leaves - 1)
        # Last merge first: what was merged belongs where its parent does.
        for merge in range(n_leaves - k - 1, -1, -1):
            group[self.linkage[merge, :2].astype(np.int64)] = group[n_leaves + merge]
        _, first, labels = np.unique(
            group[:n_leaves], return_index=True, return_inverse=True
        )
        places = np.empty(k, dtype=np.int64)
        places[np.argsort(first)] = np.arange(k)
        return places[labels]

    def cut(self, k: int) -> NDArray[np.int64]:
        """The cluster of each row in the cut with k clusters, shape (n_rows,)."""
        return self.cut_leaves(k)[self.leaf_of_row]


def ward_tree(
    values: NDArray[np.float64],
    *,
    seed: int,
    exact_rows: int = EXACT_ROWS,
    micro_clusters: int = MICRO_CLUSTERS,
) -> WardTree:
    """Build Ward's hierarchy, of the rows themselves or of micro-clusters of them.

    Args:
        values: (n_rows, n_features), scaled; at least one row.
        seed: Source of the micro-clusters; exact trees do not need it.
        exact_rows: Up to so many rows are all leaves.
        micro_clusters: Leaves where there are more rows, at most.

    Returns:
        Leaves of more than `exact_rows` rows are k-means micro-clusters (fitted to a
        sample of 200,000), merged by size-weighted Ward distances: what Ward would do
        with the rows, had it merged those of a micro-cluster first.

    Assumptions:
        Euclidean distance between scaled features means something, and segments are
        roughly round. Memory is 8 n_rows n_features bytes beside the values if exact,
        and about 8 micro_clusters squared otherwise.

    References:
        Ward (1963), Hierarchical grouping to optimize an objective function, JASA 58.
        Müllner (2013), fastcluster, Journal of Statistical Software 53.
        Zhang, Ramakrishnan and Livny (1996), BIRCH, SIGMOD: the idea of merging
        summaries of rows.
    """
    if len(values) <= exact_rows:
        rows = np.arange(len(values))
        linkage = (
            fastcluster.linkage_vector(values, method="ward")
            if len(values) > 1
            else np.empty((0, 4))
        )
        return WardTree(linkage, rows, np.ones_like(rows), 0.0)
    leaf_of_row = _micro_clusters(values, count=micro_clusters, seed=seed)
    sizes = np.bincount(leaf_of_row)
    means = means_of(values, leaf_of_row)
    linkage = merge_weighted(means, sizes)
    return WardTree(linkage, leaf_of_row, sizes, inertia_of(values, leaf_of_row, means))


def merge_weighted(
    means: NDArray[np.float64], sizes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Ward's merges of groups whose sizes and means are known.

    Args:
        means: (n_groups, n_features).
        sizes: Rows of each group, shape (n_groups,).

    Returns:
        `WardTree.linkage` of the groups, shape (n_groups - 1, 4).
    """
    means, weights = means.copy(), sizes.astype(np.float64)
    names = np.arange(len(means))
    cost = np.stack(
        [_growth(means, weights, group=group) for group in range(len(means))]
    )
    linkage = np.empty((len(means) - 1, 4))
    for merge in range(len(linkage)):
        kept, gone = sorted(divmod(int(cost.argmin()), len(cost)))
        height = np.sqrt(2 * cost[kept, gone])
        weight = weights[kept] + weights[gone]
        linkage[merge] = (*sorted((names[kept], names[gone])), height, weight)
        means[kept] += (means[gone] - means[kept]) * (weights[gone] / weight)
        weights[kept], weights[gone], names[kept] = weight, 0, len(means) + merge
        cost[kept] = cost[:, kept] = _growth(means, weights, group=kept)
        cost[gone] = cost[:, gone] = np.inf
    return linkage


def _growth(
    means: NDArray[np.float64], weights: NDArray[np.float64], *, group: int
) -> NDArray[np.float64]:
    """How much inertia grows if one group is merged with each other one."""
    squares = ((means - means[group]) ** 2).sum(axis=1)
    growth = (
        squares * weights * weights[group] / np.maximum(weights + weights[group], 1)
    )
    growth[weights == 0] = np.inf
    growth[group] = np.inf
    return np.asarray(growth, dtype=np.float64)


def _micro_clusters(
    values: NDArray[np.float64], *, count: int, seed: int
) -> NDArray[np.int64]:
    """The micro-cluster of each row; numbers without holes."""
    rng = np.random.default_rng(seed)
    sampled = values[subsample(values, size=MICRO_SAMPLE, rng=rng)]
    with one_thread():
        model = MiniBatchKMeans(
            n_clusters=count,
            batch_size=3 * count,
            max_iter=10,
            n_init=1,
            random_state=seed,
        ).fit(sampled)
        nearest = pairwise_distances_argmin(values, model.cluster_centers_)
    return np.unique(nearest, return_inverse=True)[1].astype(np.int64)
