"""Components against a case worked out by hand, and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from habitue.decomposition import Status, fit_components

ROOT_HALF = np.sqrt(0.5)


def correlated(n_customers, *, n_features=6, seed=0):
    """Features of which two hidden causes explain most, in different units."""
    rng = np.random.default_rng(seed)
    causes = rng.normal(size=(n_customers, 2)) * [3.0, 1.5]
    weights = rng.uniform(-0.3, 1.0, size=(2, n_features))
    noise = rng.normal(size=(n_customers, n_features)) * 0.4
    return causes @ weights + noise + rng.uniform(-5, 5, n_features)


def test_two_features_by_hand():
    # Around (2, 3): (1, 1), (-1, -1) along the diagonal, (h, -h), (-h, h) across it.
    # Squares along it: 2 + 2 = 4, across it: 4 h^2 = 1; over n - 1 = 3.
    h = 0.5
    values = np.array([[3.0, 4.0], [1.0, 2.0], [2 + h, 3 - h], [2 - h, 3 + h]])

    fitted = fit_components(values, customers_per_feature=2)

    assert fitted.status is Status.fitted
    np.testing.assert_allclose(fitted.means, [2, 3])
    np.testing.assert_allclose(fitted.variances, [4 / 3, 1 / 3])
    np.testing.assert_allclose(fitted.ratios, [0.8, 0.2])
    # The second sums to 0: its first loading is the positive one.
    np.testing.assert_allclose(
        fitted.loadings, [[ROOT_HALF, ROOT_HALF], [ROOT_HALF, -ROOT_HALF]]
    )
    scores = (values - fitted.means) @ fitted.loadings.T
    root = np.sqrt(2)
    np.testing.assert_allclose(
        scores, [[root, 0], [-root, 0], [0, h * root], [0, -h * root]], atol=1e-15
    )


@pytest.mark.parametrize("seed", range(5))
def test_scores_and_variances_are_those_of_scikit_learn(seed):
    values = correlated(400, seed=seed)
    theirs = PCA(svd_solver="full").fit(values)

    fitted = fit_components(values)

    signs = np.sign((fitted.loadings * theirs.components_).sum(axis=1))
    np.testing.assert_allclose(
        (values - fitted.means) @ fitted.loadings.T,
        theirs.transform(values) * signs,
        atol=1e-12,
        rtol=0,
    )
    np.testing.assert_allclose(fitted.variances, theirs.explained_variance_)
    np.testing.assert_allclose(fitted.ratios, theirs.explained_variance_ratio_)


def test_correlations_are_those_of_scores_and_features():
    values = correlated(300)
    fitted = fit_components(values)
    scores = (values - fitted.means) @ fitted.loadings.T

    together = np.corrcoef(scores.T, values.T)[: len(scores.T), len(scores.T) :]

    np.testing.assert_allclose(fitted.correlations, together, atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([-1.0, 1.0]))
def test_loadings_sum_to_more_than_nothing(seed, turn):
    fitted = fit_components(correlated(100, seed=seed) * turn)
    assert (fitted.loadings.sum(axis=1) > 0).all()


def test_a_refit_on_redrawn_customers_does_not_turn_the_index_around():
    values = correlated(2000)
    first = fit_components(values).loadings[:2]
    rng = np.random.default_rng(1)
    for _ in range(50):
        redrawn = values[rng.integers(0, len(values), len(values))]
        again = fit_components(redrawn).loadings[:2]
        assert ((first * again).sum(axis=1) > 0.9).all()


def test_a_feature_that_does_not_vary_has_no_part():
    values = correlated(200)
    values[:, 2] = 7.0

    fitted = fit_components(values)
    without = fit_components(np.delete(values, 2, axis=1))

    assert fitted.varies.tolist() == [True, True, False, True, True, True]
    assert (fitted.loadings[:, 2] == 0).all()
    assert (fitted.correlations[:, 2] == 0).all()
    np.testing.assert_allclose(np.delete(fitted.loadings, 2, axis=1), without.loadings)
    np.testing.assert_allclose(fitted.ratios.sum(), 1)


def test_features_that_say_the_same_make_no_component_of_rounding():
    values = correlated(200, n_features=4)
    copies = np.column_stack(
        [values, values[:, 0] * 2 + 1, values[:, 1] - values[:, 2]]
    )

    fitted = fit_components(copies)

    assert len(fitted.loadings) == 4
    np.testing.assert_allclose(
        fitted.loadings @ fitted.loadings.T, np.eye(4), atol=1e-12
    )


def test_the_same_customers_give_the_same_bits():
    values = correlated(500)
    first, second = fit_components(values), fit_components(values.copy())
    assert first.loadings.tobytes() == second.loadings.tobytes()


@pytest.mark.parametrize(
    ("values", "status"),
    [
        (np.empty((0, 3)), Status.too_few_customers),
        (np.ones((1, 3)), Status.too_few_customers),
        (correlated(29), Status.too_few_customers),
        (correlated(30), Status.fitted),
        (np.ones((50, 3)), Status.no_variation),
        (np.column_stack([np.arange(50.0), np.ones(50)]), Status.no_variation),
        (np.empty((50, 0)), Status.no_variation),
    ],
)
def test_what_cannot_be_fitted_says_why(values, status):
    fitted = fit_components(values)
    assert fitted.status is status
    assert (len(fitted.loadings) > 0) == (status is Status.fitted)


@pytest.mark.parametrize(
    "values", [np.array([[1.0, np.nan], [2.0, 3.0]]), np.array([1.0, 2.0])]
)
def test_what_is_no_matrix_of_numbers_is_refused(values):
    with pytest.raises(ValueError, match="finite numbers"):
        fit_components(values)


def test_no_customers_per_feature_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        fit_components(correlated(10), customers_per_feature=0)
