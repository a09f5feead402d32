"""Two neighbours or one lump: told where it is planted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.datasets import make_blobs

from habitue.clustering import SegmentationSettings, evaluate_candidates
from habitue.clustering.algorithms import KMeans, Ward
from habitue.clustering.neighbours import neighbour_gap

ALGORITHMS = [KMeans(ks=(1, 2, 3), n_init=3), Ward(ks=(1, 2, 3))]


def lead(values, labels, algorithm=ALGORITHMS[0]):
    return neighbour_gap(values, labels, algorithm, references=10, seed=1)


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda one: one.name)
@pytest.mark.parametrize("n_features", [2, 8])
def test_planted_groups_are_apart_and_halves_of_one_are_not(n_features, algorithm):
    centres = 8 * np.eye(n_features)[:2]
    values, truth = make_blobs(300, n_features, centers=centres, random_state=4)
    middle = np.median(values[truth == 1, -1])
    halved = np.where((truth == 1) & (values[:, -1] > middle), 2, truth)

    assert lead(values, truth, algorithm) > 3
    assert lead(values, halved, algorithm) < 1


def test_the_closest_pair_decides():
    centres = np.array([[0.0, 0.0], [40.0, 0.0], [40.0, 7.0]])
    values, truth = make_blobs(300, 2, centers=centres, random_state=4)

    all_three = lead(values, truth)

    pair = truth > 0
    assert all_three == lead(values[pair], truth[pair] - 1)
    assert all_three < lead(values[truth < 2], truth[truth < 2])


def test_one_segment_has_no_neighbour():
    assert math.isnan(lead(np.arange(9.0)[:, None], np.zeros(9, dtype=np.int64)))


def test_single_customers_are_no_trouble():
    assert not math.isnan(lead(np.array([[0.0], [5.0]]), np.array([0, 1])))


def test_halves_of_a_round_group_are_stable_and_yet_not_taken():
    """Six round groups in eight dimensions: by stability alone there are seven."""
    settings = SegmentationSettings(
        bootstraps=5, references=5, n_init=5, compared=(), max_k=7
    )
    stable_halves = 0
    for seed in range(4):
        values, _ = make_blobs(
            [240, 160, 120, 120, 80, 80],
            8,
            centers=6 * np.eye(8)[:6],
            random_state=seed,
        )

        evidence = evaluate_candidates(values, settings=settings).set_index("k")

        assert evidence.index[evidence["is_chosen"]].tolist() == [6]
        stable_halves += evidence.loc[7, "jaccard_min"] >= settings.minimum_jaccard
    assert stable_halves
