"""Ward's hierarchy: scipy's where it is exact, and close to it where it is not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, is_valid_linkage, linkage
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score

from habitue.clustering.hierarchy import merge_weighted, ward_tree


def blobs(n_rows, *, spread=1.0, seed=1):
    return make_blobs(n_rows, 8, centers=8, cluster_std=spread, random_state=seed)


def inertia(values, labels):
    groups = [values[labels == label] for label in np.unique(labels)]
    return sum(((group - group.mean(axis=0)) ** 2).sum() for group in groups)


def test_an_exact_tree_is_scipys():
    values = np.random.default_rng(0).normal(size=(200, 3))

    tree = ward_tree(values, seed=1)

    expected = linkage(values, method="ward")
    assert tree.is_exact
    np.testing.assert_allclose(tree.linkage[:, 2], expected[:, 2])
    for k in (1, 2, 7, 200):
        theirs = fcluster(expected, k, criterion="maxclust")
        assert adjusted_rand_score(theirs, tree.cut(k)) == pytest.approx(1)


def test_heights_add_up_to_the_inertia_of_every_cut():
    values = np.random.default_rng(0).normal(size=(60, 3))
    for exact_rows in (60, 0):
        tree = ward_tree(values, seed=1, exact_rows=exact_rows, micro_clusters=20)

        found = [inertia(values, tree.cut(k)) for k in range(1, 7)]

        np.testing.assert_allclose(tree.inertias(6), found)


def test_merging_rows_by_weight_is_merging_the_rows():
    values = np.random.default_rng(0).normal(size=(150, 4))

    merges = merge_weighted(values, np.ones(150, dtype=np.int64))

    expected = linkage(values, method="ward")
    assert is_valid_linkage(merges)
    np.testing.assert_allclose(merges[:, 2:], expected[:, 2:])


def test_weights_stand_for_rows():
    """Merging heavy points is merging as many twins, once the twins are together."""
    rng = np.random.default_rng(0)
    points, weights = rng.normal(size=(30, 2)), rng.integers(1, 20, 30)

    merges = merge_weighted(points, weights)

    twins = linkage(np.repeat(points, weights, axis=0), method="ward")
    np.testing.assert_allclose(merges[:, 2:], twins[-29:, 2:], atol=1e-7)


@pytest.mark.parametrize("spread", [1.0, 2.0])
def test_micro_clusters_give_the_exact_cut_back(spread):
    values, truth = blobs(10_000, spread=spread)

    exact = ward_tree(values, seed=1)
    micro = ward_tree(values, seed=1, exact_rows=0)

    assert not micro.is_exact
    assert micro.leaf_sizes.sum() == 10_000
    assert adjusted_rand_score(exact.cut(8), micro.cut(8)) >= 0.98
    assert adjusted_rand_score(truth, micro.cut(8)) >= 0.98


def test_the_same_seed_gives_the_same_micro_clusters():
    values, _ = blobs(3000)
    one, other = (
        ward_tree(values, seed=4, exact_rows=0, micro_clusters=100) for _ in range(2)
    )
    np.testing.assert_array_equal(one.leaf_of_row, other.leaf_of_row)
    np.testing.assert_array_equal(one.linkage, other.linkage)


def test_fewer_distinct_rows_than_micro_clusters_are_no_trouble():
    values = np.repeat([[0.0, 0.0], [1.0, 0.0], [9.0, 9.0]], 50, axis=0)

    tree = ward_tree(values, seed=1, exact_rows=0, micro_clusters=20)

    assert tree.leaf_sizes.tolist() == [50, 50, 50]
    assert tree.cut(2).tolist() == [0] * 100 + [1] * 50


def test_one_row_is_one_cluster():
    tree = ward_tree(np.zeros((1, 2)), seed=1)

    assert tree.cut(1).tolist() == [0]
    assert tree.inertias(1).tolist() == [0]


@pytest.mark.parametrize("k", [0, 6])
def test_a_cut_beyond_the_leaves_is_refused(k):
    with pytest.raises(ValueError, match=r"\[1, 5\]"):
        ward_tree(np.arange(5.0)[:, None], seed=1).cut(k)
