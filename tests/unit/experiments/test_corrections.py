"""Corrected p-values, and the same effect in every segment, against R and by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from habitue.experiments import CORRECTIONS, correct, interaction

FIVE = np.array([0.01, 0.02, 0.03, 0.04, 0.05])


@pytest.mark.parametrize(
    ("correction", "expected"),
    [
        ("holm", [0.05, 0.08, 0.09, 0.09, 0.09]),  # st-03, R's p.adjust
        ("benjamini_hochberg", [0.05] * 5),  # st-04
        ("none", FIVE),
    ],
)
def test_corrections_equal_r(correction, expected):
    assert correct(FIVE, correction=correction) == pytest.approx(expected)


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_what_was_not_tested_is_not_counted(correction):
    with_gaps = np.array([np.nan, *FIVE, np.nan])
    found = correct(with_gaps, correction=correction)
    assert np.isnan(found[[0, -1]]).all()
    assert found[1:-1] == pytest.approx(correct(FIVE, correction=correction))
    assert np.isnan(correct(np.array([np.nan]), correction=correction)).all()
    assert correct(np.array([]), correction=correction).size == 0


def test_corrections_that_mean_nothing():
    with pytest.raises(ValueError, match="holm, benjamini_hochberg, none"):
        correct(FIVE, correction="bonferroni")
    with pytest.raises(ValueError, match="between 0 and 1"):
        correct(np.array([0.2, 1.2]), correction="holm")


def test_interaction_equals_a_regression_on_segments():
    # Q is the weighted residual sum of squares around the common effect.
    rng = np.random.default_rng(3)
    estimate, error = rng.normal(0, 1, 6), rng.uniform(0.2, 2, 6)
    fit = sm.WLS(estimate, np.ones(6), weights=error**-2).fit()
    found = interaction(estimate, error, np.zeros(6))
    assert found.statistic == pytest.approx(np.full(6, fit.ssr))
    assert found.degrees.tolist() == [5.0] * 6
    assert found.p_value == pytest.approx(np.full(6, stats.chi2.sf(fit.ssr, 5)))


def test_two_segments_are_a_z_test():
    found = interaction(np.array([0.1, 0.5]), np.array([0.1, 0.1]), np.array([7, 7]))
    z = 0.4 / np.hypot(0.1, 0.1)
    assert found.p_value == pytest.approx(np.full(2, 2 * stats.norm.sf(z)))


def test_families_are_tested_apart_and_segments_without_effect_left_out():
    estimate = np.array([0.1, 9.0, 0.5, np.nan, 2.0])
    error = np.array([0.1, 1.0, 0.1, np.nan, 0.0])
    families = np.array(["a", "b", "a", "a", "b"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = interaction(estimate, error, families)
    assert np.isnan(found.p_value).tolist() == [False, True, False, False, True]
    assert found.degrees[3] == 1
    none = interaction(np.array([]), np.array([]), np.array([]))
    assert none.p_value.size == 0


def test_segments_that_are_alike_are_called_different_at_the_nominal_rate():
    rng = np.random.default_rng(6)
    families = np.repeat(np.arange(5000), 4)
    error = rng.uniform(0.5, 2, len(families))
    found = interaction(rng.normal(0.3, error), error, families)
    assert (found.p_value[::4] < 0.05).mean() == pytest.approx(0.05, abs=0.01)
