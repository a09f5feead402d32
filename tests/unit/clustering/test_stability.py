"""Stable partitions score near one, arbitrary ones do not."""

from __future__ import annotations

import numpy as np
import pytest

from habitue.clustering.stability import bootstrap_stability

OPTIONS = {"draws": 10, "n_init": 3}


def test_far_groups_are_found_again_exactly():
    values = (
        np.repeat([[0.0], [10.0], [30.0]], 20, axis=0) + np.linspace(0, 1, 60)[:, None]
    )

    stability = bootstrap_stability(
        values, k=3, rng=np.random.default_rng(0), **OPTIONS
    )

    np.testing.assert_allclose(stability.jaccard, 1)


def test_cutting_one_round_group_in_three_is_not_stable():
    values = np.random.default_rng(1).normal(size=(200, 2))

    stability = bootstrap_stability(
        values, k=3, rng=np.random.default_rng(0), **OPTIONS
    )

    assert stability.weakest < 0.75


def test_one_segment_is_always_stable():
    stability = bootstrap_stability(
        np.zeros((5, 1)), k=1, rng=np.random.default_rng(0), **OPTIONS
    )

    assert stability.weakest == stability.mean == 1


@pytest.mark.parametrize("k", [0, 3])
def test_k_beyond_the_distinct_customers_is_refused(k):
    with pytest.raises(ValueError, match=r"\[1, 2\]"):
        bootstrap_stability(
            np.array([[0.0], [1.0], [1.0]]),
            k=k,
            rng=np.random.default_rng(0),
            **OPTIONS,
        )
