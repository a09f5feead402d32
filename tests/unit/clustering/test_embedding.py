"""Maps keep neighbours, do not flip, and are the same to the last bit."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from habitue.clustering import EmbeddingError
from habitue.clustering.embedding import embed

NEEDS_UMAP = pytest.mark.skipif(find_spec("umap") is None, reason="needs [map]")
NEIGHBOURLY = ["t_sne", pytest.param("umap", marks=NEEDS_UMAP)]
ALL = ["pca", *NEIGHBOURLY]


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(7)
    centres = rng.normal(scale=10, size=(4, 5))
    labels = np.repeat(np.arange(4), 45)
    return centres[labels] + rng.normal(size=(180, 5)), labels


def test_pca_is_that_of_scikit_learn_but_for_the_sign(blobs):
    values, _ = blobs

    plane = embed(values, method="pca", seed=1)

    theirs = PCA(n_components=2, svd_solver="full").fit_transform(values)
    np.testing.assert_allclose(np.abs(plane), np.abs(theirs), atol=1e-9)


def test_an_axis_grows_with_the_features_that_it_follows(blobs):
    values, _ = blobs

    plane = embed(values, method="pca", seed=1)

    for axis in plane.T:
        together = [np.cov(axis, column)[0, 1] for column in values.T]
        assert sum(together) > 0


@pytest.mark.parametrize("method", ALL)
def test_it_is_the_same_to_the_last_bit(blobs, method):
    values, _ = blobs

    once = embed(values, method=method, seed=3)

    np.testing.assert_array_equal(once, embed(values.copy(), method=method, seed=3))
    assert once.shape == (180, 2)
    assert np.isfinite(once).all()


def test_a_few_customers_less_do_not_mirror_the_components(blobs):
    values, _ = blobs

    before = embed(values, method="pca", seed=3)
    after = embed(values[:-3], method="pca", seed=3)

    for one, other in zip(before[:-3].T, after.T, strict=True):
        assert np.corrcoef(one, other)[0, 1] > 0.99


@pytest.mark.parametrize("method", NEIGHBOURLY)
def test_the_others_run_the_way_of_the_components(blobs, method):
    values, _ = blobs
    start = embed(values, method="pca", seed=3)

    plane = embed(values, method=method, seed=3)

    for one, other in zip(start.T, plane.T, strict=True):
        assert np.corrcoef(one, other)[0, 1] > 0


@pytest.mark.parametrize("method", NEIGHBOURLY)
def test_neighbours_stay_neighbours_and_groups_apart(blobs, method):
    values, labels = blobs

    plane = embed(values, method=method, seed=3)

    assert trustworthiness(values, plane, n_neighbors=10) > 0.9
    distances = np.linalg.norm(plane[:, None] - plane[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (labels[distances.argmin(axis=1)] == labels).mean() > 0.99


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 9])
def test_few_customers_have_places(method, count):
    values = np.random.default_rng(count).normal(size=(count, 3))

    plane = embed(values, method=method, seed=1)

    assert plane.shape == (count, 2)
    assert np.isfinite(plane).all()


def test_two_customers_are_as_far_apart_as_they_are():
    plane = embed(np.array([[0.0, 0.0], [3.0, 4.0]]), method="t_sne", seed=1)

    assert np.linalg.norm(plane[1] - plane[0]) == pytest.approx(5)
    np.testing.assert_allclose(plane[:, 1], 0, atol=1e-12)


@pytest.mark.parametrize("method", ALL)
def test_customers_without_differences_are_in_one_place(method):
    np.testing.assert_array_equal(
        embed(np.full((40, 3), 2.5), method=method, seed=1), np.zeros((40, 2))
    )


def test_constant_features_change_nothing(blobs):
    values, _ = blobs
    wider = np.column_stack([values, np.zeros(len(values))])

    np.testing.assert_allclose(
        embed(wider, method="pca", seed=1), embed(values, method="pca", seed=1)
    )


def test_one_varying_feature_is_one_axis():
    plane = embed(np.arange(12.0)[:, None] * [[1, 0, 0]], method="pca", seed=1)

    np.testing.assert_allclose(plane[:, 0], np.arange(12) - 5.5)
    np.testing.assert_array_equal(plane[:, 1], np.zeros(12))


@pytest.mark.parametrize("method", ALL)
def test_many_copies_of_one_customer_have_finite_places(method):
    values = np.vstack(
        [np.zeros((60, 2)), np.random.default_rng(2).normal(size=(9, 2))]
    )

    assert np.isfinite(embed(values, method=method, seed=1)).all()


def test_a_method_that_is_not_there_is_refused(monkeypatch):
    with pytest.raises(EmbeddingError, match="'som': it must be one of pca, t_sne"):
        embed(np.zeros((5, 2)), method="som", seed=1)
    monkeypatch.setitem(sys.modules, "umap", None)
    monkeypatch.setattr("habitue.clustering.embedding.find_spec", lambda _: None)
    with pytest.raises(EmbeddingError, match=r"pip install 'habitue\[map\]'"):
        embed(np.zeros((5, 2)), method="umap", seed=1)


def test_bad_values_are_refused():
    with pytest.raises(EmbeddingError, match="50,001: a map holds 50,000"):
        embed(np.zeros((50_001, 1)), method="pca", seed=1)
    with pytest.raises(EmbeddingError, match="finite"):
        embed(np.array([[1.0], [np.nan]]), method="pca", seed=1)
