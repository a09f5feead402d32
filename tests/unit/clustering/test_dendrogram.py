"""The top of the hierarchy as a table: scipy's dendrogram, cuts and counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import dendrogram, fcluster, linkage
from sklearn.datasets import make_blobs

from habitue.clustering import SegmentationSettings, fit_segments
from habitue.clustering.dendrogram import DENDROGRAM_COLUMNS, linkage_rows, top_of
from habitue.clustering.hierarchy import WardTree, ward_tree


def rows_of(values, *, merges=1000, segments=None, **options):
    tree = ward_tree(np.asarray(values, dtype=float), seed=1, **options)
    if segments is None:
        segments = np.ones(len(values), dtype=np.int64)
    return top_of(tree, np.asarray(segments), merges=merges).set_index("node_id")


def cut(table, k):
    """The cut into k as the docstring says it."""
    parent = table["parent_node_id"].fillna(0)
    return table[(table.index >= k) & (parent < k)]


def test_a_whole_tree_is_drawn_as_scipy_draws_it():
    values = np.random.default_rng(3).normal(size=(40, 3))
    expected = dendrogram(linkage(values, method="ward"), no_plot=True)

    table = rows_of(values)

    leaves = table[table["left_node_id"].isna()].sort_values("position")
    # Scipy numbers 40 leaves from 0 and 39 merges after them; ours count down to 1.
    assert (79 - leaves.index).tolist() == expected["leaves"]
    drawn = []
    for node in table[table["left_node_id"].notna()].itertuples():
        left, right = table.loc[node.left_node_id], table.loc[node.right_node_id]
        # Scipy puts leaf i at 10 i + 5.
        across = [10 * side["position"] - 5 for side in (left, left, right, right)]
        up = [left["height"], node.height, node.height, right["height"]]
        drawn.append((across, up))
    theirs = sorted(zip(expected["icoord"], expected["dcoord"], strict=True))
    for (x, y), (icoord, dcoord) in zip(sorted(drawn), theirs, strict=True):
        assert x == pytest.approx(icoord)
        assert y == pytest.approx(dcoord)


@pytest.mark.parametrize("merges", [1, 5, 29])
def test_the_last_merges_are_scipys_truncated_tree(merges):
    values = np.random.default_rng(4).normal(size=(60, 2))
    expected = dendrogram(
        linkage(values, method="ward"),
        truncate_mode="lastp",
        p=merges + 1,
        no_plot=True,
    )

    table = rows_of(values, merges=merges)

    leaves = table[table["left_node_id"].isna()].sort_values("position")
    assert len(table) == 2 * merges + 1
    assert (119 - leaves.index).tolist() == expected["leaves"]
    assert leaves["position"].tolist() == list(range(1, merges + 2))
    assert leaves["customer_count"].sum() == 60


@pytest.mark.parametrize("k", [1, 2, 7, 30])
def test_a_cut_is_a_filter_and_gives_scipys_clusters(k):
    values = np.random.default_rng(5).normal(size=(90, 3))
    theirs = fcluster(linkage(values, method="ward"), k, criterion="maxclust")

    groups = cut(rows_of(values, merges=29), k)

    assert sorted(groups["customer_count"]) == sorted(np.bincount(theirs)[1:])


def test_the_height_between_two_cuts_is_where_scipy_cuts_too():
    values = np.random.default_rng(6).normal(size=(50, 3))
    table = rows_of(values)
    for k in (2, 3, 9):
        between = (table.loc[k - 1, "height"] + table.loc[k, "height"]) / 2
        theirs = fcluster(linkage(values, method="ward"), between, criterion="distance")
        assert len(np.unique(theirs)) == k


def test_a_group_is_named_after_most_of_its_customers_and_lower_ids_first():
    # Pairs at 0 and 9; three of four to the left are 7s, on the right it is a draw.
    values = [[0.0], [0.1], [0.3], [0.6], [9.0], [9.1]]

    table = rows_of(values, segments=[7, 7, 7, 4, 5, 4])

    pair = cut(table, 2)
    assert pair.sort_values("position")["segment_id"].tolist() == [4, 7]
    assert pair.sort_values("position")["customer_count"].tolist() == [2, 4]
    assert table.loc[1, "segment_id"] == 7


def test_micro_clusters_count_their_customers():
    values, truth = make_blobs(3000, 4, centers=5, cluster_std=0.5, random_state=2)

    table = rows_of(values, exact_rows=0, micro_clusters=100, segments=truth, merges=20)

    assert table.loc[1, "customer_count"] == 3000
    five = cut(table, 5)
    assert sorted(five["customer_count"]) == sorted(np.bincount(truth))
    assert sorted(five["segment_id"]) == [0, 1, 2, 3, 4]


def test_the_disclosed_count_is_the_least_that_could_be_worked_out():
    """Naive: a count is safe if it and all it could be told from are large enough."""
    table = rows_of(np.random.default_rng(8).normal(size=(60, 2)))
    counts = table["customer_count"].to_dict()
    parent_of = table["parent_node_id"].dropna().astype(int).to_dict()
    parts_of = {}
    for node, parent in parent_of.items():
        parts_of.setdefault(parent, []).append(node)
    for least in (2, 5, 20):
        for node, disclosed in table["disclosed_count"].items():
            is_safe, number = counts[1] >= least, node
            while number != 1:
                number = parent_of[number]
                is_safe &= all(counts[part] >= least for part in parts_of[number])
            assert (disclosed >= least) == is_safe


def test_one_customer_is_one_node_and_twins_merge_at_no_height():
    one = rows_of([[1.0, 2.0]])
    assert one.index.tolist() == [1]
    assert one[["customer_count", "height", "position"]].to_numpy().tolist() == [
        [1, 0, 1]
    ]
    assert one["parent_node_id"].isna().all()
    assert one["left_node_id"].isna().all()

    two = rows_of([[0.0], [3.0]])
    assert two["customer_count"].tolist() == [2, 1, 1]
    assert two.loc[1, "height"] == pytest.approx(3)

    twins = rows_of(np.zeros((6, 2)))
    assert len(twins) == 11
    assert not twins["height"].any()


def test_no_merges_are_refused():
    with pytest.raises(ValueError, match="merges must be at least 1"):
        rows_of([[0.0], [1.0]], merges=0)


def test_the_rows_of_a_model_carry_its_version_and_its_segments(to_customers, choosing):
    values, _ = make_blobs(300, 3, centers=3, cluster_std=0.4, random_state=1)
    customers = to_customers(values)
    settings = SegmentationSettings(max_k=3)
    fit = fit_segments(customers, choosing(3), history=None, settings=settings)

    table = linkage_rows(customers, fit.centroids, seed=settings.seed)

    assert table.dtypes.astype(str).to_dict() == DENDROGRAM_COLUMNS
    assert set(table["model_version"]) == {1}
    assert sorted(cut(table.set_index("node_id"), 3)["segment_id"]) == [1, 2, 3]


def test_without_customers_there_are_no_rows(to_customers):
    empty = linkage_rows(to_customers(np.empty((0, 2))), pd.DataFrame(), seed=1)
    assert not len(empty)
    assert list(empty.columns) == list(DENDROGRAM_COLUMNS)


def test_a_tree_is_not_changed_by_being_told():
    tree = ward_tree(np.random.default_rng(1).normal(size=(30, 2)), seed=1)
    before = WardTree(*(np.copy(part) for part in tree[:3]), tree.leaf_inertia)
    top_of(tree, np.zeros(30, dtype=np.int64), merges=4)
    for part, same in zip(tree[:3], before[:3], strict=True):
        np.testing.assert_array_equal(part, same)
