"""Features on one scale."""

from __future__ import annotations

import numpy as np
import pytest
from anomaly_tables import described_as, features_of
from sklearn.preprocessing import RobustScaler

from habitue.anomalies.errors import AnomalyError
from habitue.anomalies.features import (
    FARTHEST,
    Feature,
    measure_scaling,
    read_described,
)


def test_deviations_are_those_of_scikit_learns_robust_scaler():
    values = np.random.default_rng(1).lognormal(size=(400, 3))
    oracle = RobustScaler(unit_variance=True).fit_transform(values)
    found = measure_scaling(values, features_of(3)).scaled(values)
    np.testing.assert_allclose(found, oracle, rtol=1e-12)


def test_log1p_keeps_the_sign():
    feature = (Feature("revenue", "", "", "log1p", "never"),)
    values = np.array([[-100.0], [-1], [0], [1], [100]])
    found = measure_scaling(values, feature).scaled(values).ravel()
    np.testing.assert_allclose(found, -found[::-1], atol=1e-12)
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize(
    ("rule", "stands_in"), [("zero", 0.0), ("median", 2.0), ("maximum", 9.0)]
)
def test_gaps_are_filled_by_the_rule(rule, stands_in):
    feature = (Feature("gap", "", "", "none", rule),)
    values = np.array([[1.0], [np.nan], [2.0], [9.0]])
    scaling = measure_scaling(values, feature)
    assert scaling.fill.tolist() == [stands_in]
    assert not np.isnan(scaling.scaled(values)).any()


def test_a_feature_that_nobody_has_or_all_have_alike_says_nothing():
    values = np.array([[np.nan, 7.0, 1.0], [np.nan, 7.0, 2.0], [np.nan, 7.0, 4.0]])
    features = tuple(one._replace(fill="median") for one in features_of(3))
    scaling = measure_scaling(values, features)
    assert scaling.varies.tolist() == [False, False, True]
    # What differs from the sample later does not, either.
    assert scaling.scaled(np.array([[5.0, 8.0, 2.0]])).tolist() == [[0, 0, 0]]


def test_mostly_zero_is_scaled_by_the_standard_deviation():
    values = np.zeros((100, 1))
    values[:10] = 1.0
    scaling = measure_scaling(values, features_of(1))
    assert scaling.spread[0] == pytest.approx(values.std())


def test_what_is_unthinkably_large_stays_finite():
    values = np.array([[1e300], [-1e300], [0.0], [1.0], [2.0], [3.0], [4.0]])
    found = measure_scaling(values, features_of(1)).scaled(values)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= FARTHEST


def test_descriptions_that_mean_nothing_are_refused():
    described = described_as()
    with pytest.raises(AnomalyError, match="lack the columns"):
        read_described(described.drop(columns="fill"), subject="customer")
    with pytest.raises(AnomalyError, match="unknown transform"):
        read_described(described_as(transform="sqrt"), subject="customer")
