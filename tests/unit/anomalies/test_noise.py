"""Noise is DBSCAN's, and for everybody by the same rule."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import DBSCAN

from habitue.anomalies.noise import (
    are_noise,
    core_distances,
    dense_part,
    neighbour_distances,
    neighbours_for,
)


@pytest.fixture(scope="module")
def values():
    rng = np.random.default_rng(2)
    groups = [rng.normal(centre, 0.5, (300, 4)) for centre in (0, 6)]
    return np.vstack([*groups, rng.uniform(-4, 12, (60, 4))])


@pytest.mark.parametrize("eps", [0.4, 0.9, 2.0])
def test_noise_of_the_sample_is_that_of_dbscan(values, eps):
    oracle = DBSCAN(eps=eps, min_samples=8).fit(values)
    density = dense_part(values, eps=eps, neighbours=8)
    assert len(density.cores) == len(oracle.core_sample_indices_)
    np.testing.assert_array_equal(are_noise(density, values), oracle.labels_ == -1)


def test_noise_does_not_depend_on_who_else_is_asked(values):
    density = dense_part(values, eps=0.9, neighbours=8)
    together = are_noise(density, values)
    alone = [bool(are_noise(density, row[None, :])[0]) for row in values]
    assert together.tolist() == alone
    naive = np.linalg.norm(values[:, None] - density.cores[None], axis=2).min(axis=1)
    np.testing.assert_allclose(core_distances(density, values), naive, atol=1e-12)
    np.testing.assert_array_equal(together, naive > 0.9)


def test_without_a_radius_nobody_is_noise_and_without_cores_everybody(values):
    nobody = dense_part(values, eps=np.inf, neighbours=8)
    assert not are_noise(nobody, values * 1e6).any()
    everybody = dense_part(values, eps=1e-9, neighbours=8)
    assert are_noise(everybody, values).all()
    assert len(are_noise(everybody, values[:0])) == 0


def test_neighbours_count_the_row_itself():
    line = np.array([[0.0], [1.0], [3.0]])
    assert neighbour_distances(line, neighbours=2).tolist() == [1, 1, 2]


@pytest.mark.parametrize(("rows", "wanted"), [(10_000, 24), (100, 10), (10, 2), (3, 2)])
def test_few_rows_have_few_neighbours(rows, wanted):
    assert neighbours_for(rows, 12) == wanted
