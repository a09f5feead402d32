"""The top of Ward's hierarchy as a table: which groups a further cut would divide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.arrays import IntegerArray

from habitue.clustering.hierarchy import ward_tree
from habitue.clustering.partition import one_thread
from habitue.clustering.scoring import predict_segments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from habitue.clustering.hierarchy import WardTree
    from habitue.clustering.matrix import Customers

DENDROGRAM_COLUMNS = {
    "model_version": "int64",
    "node_id": "int64",
    "parent_node_id": "Int64",
    "left_node_id": "Int64",
    "right_node_id": "Int64",
    "segment_id": "Int64",
    "customer_count": "int64",
    "disclosed_count": "int64",
    "height": "float64",
    "position": "float64",
}
MERGES = 1_000


def linkage_rows(
    customers: Customers, centroids: pd.DataFrame, *, seed: int, merges: int = MERGES
) -> pd.DataFrame:
    """The hierarchy of the customers that a model was fitted to.

    Args:
        customers: Those of the fit.
        centroids: The rows of that model version, as `fit_segments` writes them.
        seed: Source of the micro-clusters, as for the fit.
        merges: At most so many merges are told, the last ones.

    Returns:
        DENDROGRAM_COLUMNS, as `top_of` gives them, segments by nearest centroid. No
        rows without customers.

    Raises:
        CentroidError: If the centroids are incomplete or of several versions.
    """
    if not len(customers.scaled) or not len(centroids):
        return pd.DataFrame(columns=list(DENDROGRAM_COLUMNS)).astype(DENDROGRAM_COLUMNS)
    scored = predict_segments(customers.natural, centroids, features=customers.names)
    with one_thread():
        tree = ward_tree(customers.scaled, seed=seed)
    table = top_of(tree, scored.labels, merges=merges)
    table.insert(0, "model_version", int(centroids["model_version"].iloc[0]))
    return table.astype(DENDROGRAM_COLUMNS)


def top_of(
    tree: WardTree, segments: NDArray[np.int64], *, merges: int = MERGES
) -> pd.DataFrame:
    """The last merges of a hierarchy, everybody first.

    Args:
        tree: Of at least one row.
        segments: Segment id of each row, shape (n_rows,).
        merges: At most so many, at least 1.

    Returns:
        One row per group of the last merges, in the order of node_id:
        - node_id counts merges from the top: 1 is everybody, and node k is what a cut
          into k + 1 divides that a cut into k leaves whole. So the cut into k is
          `node_id >= k and (parent_node_id < k or parent_node_id is null)`.
        - parent_node_id, left_node_id, right_node_id: null where there is none, or it
          is further down than is told.
        - segment_id: where most of the group's customers are; the lowest of several.
        - customer_count: in the group.
        - disclosed_count: the least count that telling this one would give away: its
          own, its sibling's, or one of their ancestors'. Tell it if that is enough.
        - height: of the merge that made the group, as scipy has it: the square root of
          twice the growth in inertia. 0 for a leaf of the hierarchy.
        - position: for drawing, in the order of the leaves, left to right: 1, 2, ...
          for groups that are told without their parts, half-way between the parts for
          others.

    Raises:
        ValueError: If merges is below 1.
    """
    if merges < 1:
        raise ValueError("merges must be at least 1")
    n_leaves = len(tree.leaf_sizes)
    told = min(merges, n_leaves - 1)
    # Scipy's number of a group is what is left of the last one: 2 n_leaves - 1 - id.
    parts = 2 * n_leaves - 1 - tree.linkage[::-1][:told, :2].astype(np.int64)
    counts = np.concatenate([tree.leaf_sizes, tree.linkage[:, 3].astype(np.int64)])
    heights = np.concatenate([np.zeros(n_leaves), tree.linkage[:, 2]])
    nodes = np.array([1, *np.sort(parts.ravel())], dtype=np.int64)
    place_of = {int(node): place for place, node in enumerate(nodes)}
    left, right = (
        np.array([place_of[int(node)] for node in side], dtype=np.int64)
        for side in parts.T
    )
    parent = np.full(len(nodes), -1)
    parent[left] = parent[right] = np.arange(told)
    table = pd.DataFrame(
        {
            "node_id": nodes,
            "parent_node_id": IntegerArray(parent + 1, parent < 0),
            "left_node_id": _padded(parts[:, 0], len(nodes)),
            "right_node_id": _padded(parts[:, 1], len(nodes)),
            "segment_id": _majorities(tree, segments)[2 * n_leaves - 1 - nodes],
            "customer_count": counts[2 * n_leaves - 1 - nodes],
            "disclosed_count": counts[2 * n_leaves - 1 - nodes],
            "height": heights[2 * n_leaves - 1 - nodes],
            "position": _positions(left, right, count=len(nodes)),
        }
    )
    disclosed = table["disclosed_count"].to_numpy(copy=True)
    for merge, (one, other) in enumerate(zip(left, right, strict=True)):
        least = min(disclosed[merge], disclosed[one], disclosed[other])
        disclosed[one] = disclosed[other] = least
    types = {name: kind for name, kind in DENDROGRAM_COLUMNS.items() if name in table}
    return table.assign(disclosed_count=disclosed).astype(types)


def _positions(
    left: NDArray[np.int64], right: NDArray[np.int64], *, count: int
) -> NDArray[np.float64]:
    """Where each node is drawn; the first nodes are the merges, the root the first."""
    positions = np.zeros(count)
    waiting, leaves = [0], 0
    while waiting:
        node = waiting.pop()
        if node < len(left):
            waiting += [int(right[node]), int(left[node])]
        else:
            leaves += 1
            positions[node] = leaves
    for node in range(len(left) - 1, -1, -1):
        positions[node] = (positions[left[node]] + positions[right[node]]) / 2
    return positions


def _majorities(tree: WardTree, segments: NDArray[np.int64]) -> NDArray[np.int64]:
    """The segment of most rows of each group, in scipy's order of groups."""
    ids, places = np.unique(segments, return_inverse=True)
    n_leaves = len(tree.leaf_sizes)
    counts = np.zeros((2 * n_leaves - 1, len(ids)), dtype=np.int64)
    np.add.at(counts, (tree.leaf_of_row, places), 1)
    for merge, (one, other) in enumerate(tree.linkage[:, :2].astype(np.int64)):
        counts[n_leaves + merge] = counts[one] + counts[other]
    return np.asarray(ids[counts.argmax(axis=1)], dtype=np.int64)


def _padded(parts: NDArray[np.int64], count: int) -> IntegerArray:
    """The parts of the first nodes; the others are told without any."""
    padded = np.concatenate([parts, np.zeros(count - len(parts), dtype=np.int64)])
    return IntegerArray(padded, np.arange(count) >= len(parts))
