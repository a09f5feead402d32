"""Dense regions are found as scikit-learn finds them; radii come from the knee."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.cluster import HDBSCAN
from sklearn.datasets import make_blobs, make_moons
from sklearn.metrics import adjusted_rand_score

from habitue.clustering import SegmentationSettings, evaluate_candidates
from habitue.clustering.density import (
    NOISE,
    dbscan_labels,
    hdbscan_labels,
    knee,
    neighbour_distances,
)


def test_neighbour_distances_are_those_of_all_pairs():
    values = np.random.default_rng(0).normal(size=(50, 3))

    curve = neighbour_distances(values, min_samples=4)

    every = np.sort(cdist(values, values), axis=1)[:, 3]
    np.testing.assert_allclose(curve, np.sort(every))


@pytest.mark.parametrize(
    ("curve", "place"),
    [
        ([0, 1, 2, 3, 14, 15], 3),
        ([0, 0, 0, 9], 2),
        ([0, 1, 2, 3], 3),
        ([5, 5, 5], 2),
        ([1], 0),
    ],
)
def test_the_knee_is_where_the_curve_bends_up(curve, place):
    assert knee(np.array(curve, dtype=float)) == place


def test_dbscan_leaves_a_lonely_row_out():
    values = np.array([[0.0], [0.1], [0.2], [5.0], [9.0], [9.1], [9.2]])

    labels = dbscan_labels(values, eps=0.3, min_samples=2)

    assert labels.tolist() == [0, 0, 0, NOISE, 1, 1, 1]


@pytest.mark.parametrize("with_package", [True, False])
def test_both_hdbscans_find_the_moons(monkeypatch, with_package):
    values, truth = make_moons(800, noise=0.05, random_state=1)
    if with_package:
        pytest.importorskip("hdbscan")
    else:
        monkeypatch.setattr("habitue.clustering.density.find_spec", lambda _: None)

    labels = hdbscan_labels(values, min_cluster_size=40, min_samples=5)

    assert adjusted_rand_score(truth, labels) == 1


def test_the_faster_package_agrees_with_scikit_learn():
    pytest.importorskip("hdbscan")
    values, _ = make_blobs(600, 3, centers=5, cluster_std=2.0, random_state=3)

    ours = hdbscan_labels(values, min_cluster_size=20, min_samples=7)

    theirs = HDBSCAN(min_cluster_size=20, min_samples=7, copy=True).fit(values).labels_
    assert adjusted_rand_score(ours, theirs) >= 0.98


def test_moons_are_chosen_by_density_but_not_scored_by_means():
    """Two moons: k-means cuts them across, and nearest means would as well."""
    values, _ = make_moons(600, noise=0.05, random_state=1)
    settings = SegmentationSettings(algorithm="HDBSCAN", bootstraps=5, references=5)

    evidence = evaluate_candidates(values, settings=settings)

    best = evidence[evidence["is_best"]].set_index("algorithm")
    assert best.loc["HDBSCAN", "k"] == 2
    assert best.loc["HDBSCAN", "scoring_agreement"] < 0.5
    [chosen] = evidence[evidence["is_chosen"]].itertuples()
    assert chosen.algorithm == "k-means"
    assert "HDBSCAN was asked for" in chosen.reason


def test_separate_groups_are_the_same_to_every_algorithm():
    values, _ = make_blobs(
        600, 3, centers=[[0] * 3, [9] * 3, [-9, 9, 0]], random_state=1
    )
    settings = SegmentationSettings(algorithm="DBSCAN", bootstraps=5, references=5)

    evidence = evaluate_candidates(values, settings=settings)

    best = evidence[evidence["is_best"]].set_index("algorithm")
    assert best["k"].to_dict() == dict.fromkeys(
        ("k-means", "Ward", "DBSCAN", "HDBSCAN"), 3
    )
    np.testing.assert_allclose(best["k_means_agreement"], 1, atol=0.01)
    assert evidence.loc[evidence["is_chosen"], "algorithm"].tolist() == ["DBSCAN"]


@pytest.mark.parametrize("rows", [1, 2])
def test_one_or_two_rows_are_noise(rows):
    labels = hdbscan_labels(np.zeros((rows, 2)), min_cluster_size=rows, min_samples=1)
    assert labels.tolist() == [NOISE] * rows
