"""Tests and effect sizes against published figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import bootstrap
from sklearn.datasets import load_iris

from habitue.validation.effects import (
    UNDEFINED,
    corrected,
    difference_in_table,
    difference_of_amounts,
    difference_of_shares,
    mean_interval,
)

INSECT_SPRAYS = [
    [10, 7, 20, 14, 14, 12, 10, 23, 17, 20, 14, 13],
    [11, 17, 21, 11, 16, 14, 17, 17, 19, 21, 7, 13],
    [0, 1, 7, 2, 3, 1, 2, 1, 3, 0, 1, 4],
    [3, 5, 12, 6, 4, 3, 5, 5, 5, 5, 2, 4],
    [3, 5, 3, 5, 3, 6, 1, 1, 3, 2, 6, 4],
    [11, 9, 15, 22, 15, 16, 13, 10, 26, 26, 24, 13],
]
HAIR_AND_EYES = [[68, 20, 15, 5], [119, 84, 54, 29], [26, 17, 14, 14], [7, 94, 10, 16]]


def test_insect_sprays_give_rs_figure():
    found = difference_of_amounts(
        np.ravel(INSECT_SPRAYS).astype(float), np.repeat(np.arange(6), 12)
    )

    assert found.statistic == pytest.approx(54.691, abs=0.001)
    assert found.degrees_of_freedom == 5
    assert found.p_value == pytest.approx(1.511e-10, rel=1e-3)
    # H / (n - 1), which is H (n + 1) / (n^2 - 1).
    assert found.effect_size == pytest.approx(54.691 * 73 / (72**2 - 1), abs=1e-4)


def test_iris_gives_rs_figure():
    iris = load_iris()

    found = difference_of_amounts(iris.data[:, 0], iris.target)

    assert found.statistic == pytest.approx(96.9374, abs=1e-4)
    assert found.p_value == pytest.approx(8.919e-22, rel=1e-3)


def test_hair_and_eyes_give_rs_figure():
    found = difference_in_table(np.array(HAIR_AND_EYES))

    assert found.statistic == pytest.approx(138.29, abs=0.01)
    assert found.degrees_of_freedom == 9
    assert found.p_value == pytest.approx(2.325e-25, rel=1e-3)
    assert found.effect_size == pytest.approx(0.2790, abs=1e-4)


def test_shares_are_a_table_of_two_rows():
    groups = np.repeat([0, 1, 4], [50, 60, 70])
    happened = np.zeros(180, dtype=bool)
    happened[[*range(10), *range(50, 80), *range(110, 120)]] = True

    found = difference_of_shares(happened, groups)

    by_hand = difference_in_table(np.array([[40, 30, 60], [10, 30, 10]]))
    assert found == by_hand


@pytest.mark.parametrize(
    ("values", "groups"),
    [([], []), ([1.0, 2.0], [3, 3]), ([1.0, 1.0, 1.0], [0, 1, 2])],
)
def test_where_nothing_can_differ_nothing_is_told(values, groups):
    groups = np.array(groups, dtype=np.int64)
    amounts = difference_of_amounts(np.array(values), groups)
    shares = difference_of_shares(np.array(values) > 1.5, groups)

    for found in (amounts, shares):
        assert math.isnan(found.statistic)
        assert found.degrees_of_freedom == UNDEFINED.degrees_of_freedom


def test_holms_correction_is_rs():
    np.testing.assert_allclose(
        corrected([0.01, 0.02, 0.03, 0.04, 0.05]), [0.05, 0.08, 0.09, 0.09, 0.09]
    )


def test_what_was_not_tested_is_not_corrected_for():
    found = corrected([0.01, math.nan, 0.04])

    np.testing.assert_allclose(found[[0, 2]], [0.02, 0.04])
    assert math.isnan(found[1])
    assert np.isnan(corrected([math.nan])).all()


def test_intervals_are_scipys_percentiles():
    values = np.random.default_rng(0).lognormal(size=400).round(1)

    ours = mean_interval(values, rng=np.random.default_rng(1), draws=4000)

    theirs = bootstrap(
        (values,), np.mean, method="percentile", n_resamples=4000, rng=2
    ).confidence_interval
    width = theirs.high - theirs.low
    np.testing.assert_allclose(ours, [theirs.low, theirs.high], atol=0.05 * width)


def test_one_customer_has_no_interval():
    assert np.isnan(mean_interval(np.ones(1), rng=np.random.default_rng(0))).all()
