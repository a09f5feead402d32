"""Stable divisions score near one, arbitrary ones do not."""

from __future__ import annotations

import numpy as np
import pytest

from habitue.clustering.algorithms import Dbscan, Hdbscan, KMeans, Ward
from habitue.clustering.stability import best_jaccard, bootstrap_stability

OPTIONS = {"draws": 10, "seed": 0}
FAR = np.repeat([[0.0], [20.0], [60.0]], 20, axis=0) + np.linspace(0, 1, 60)[:, None]


@pytest.mark.parametrize(
    "algorithm",
    [
        KMeans(ks=(1, 2, 3), n_init=3),
        Ward(ks=(1, 2, 3)),
        Dbscan(eps=(1.0,), neighbour_share=0.05),
        Hdbscan(sizes=(0.2,), neighbour_share=0.2),
    ],
)
def test_far_groups_are_found_again_exactly(algorithm):
    stability = bootstrap_stability(FAR, algorithm, **OPTIONS)

    np.testing.assert_allclose(stability[-1].jaccard, [1, 1, 1])


def test_cutting_one_round_group_in_three_is_not_stable():
    values = np.random.default_rng(1).normal(size=(200, 2))

    for algorithm in (
        KMeans(ks=(1, 2, 3), n_init=3),
        Ward(ks=(1, 2, 3)),
    ):
        assert bootstrap_stability(values, algorithm, **OPTIONS)[-1].weakest < 0.75


def test_one_segment_is_always_stable():
    [stability] = bootstrap_stability(
        np.zeros((5, 1)), KMeans(ks=(1,), n_init=3), **OPTIONS
    )

    assert stability.weakest == stability.mean == 1


def test_where_all_is_noise_nothing_is_stable():
    [stability] = bootstrap_stability(
        np.arange(9.0)[:, None], Dbscan(eps=(0.1,), neighbour_share=0.5), **OPTIONS
    )

    assert stability.weakest == stability.mean == 0


def test_a_candidate_does_not_depend_on_which_others_are_tried():
    values = np.random.default_rng(5).normal(size=(120, 3))

    few = bootstrap_stability(values, KMeans(ks=(1, 2, 3), n_init=2), **OPTIONS)
    more = bootstrap_stability(values, KMeans(ks=(1, 2, 3, 4, 5), n_init=2), **OPTIONS)

    for one, other in zip(few, more, strict=False):
        np.testing.assert_array_equal(one.jaccard, other.jaccard)


def test_jaccard_counts_noise_of_either_side_against_a_cluster():
    original = np.array([0, 0, 0, 0, 1, 1, -1])
    redrawn = np.array([5, 5, 5, -1, -1, -1, 5])

    # Three of four shared, one more only in the other; the second is not found.
    np.testing.assert_allclose(best_jaccard(original, redrawn, k=2), [3 / 5, 0])
