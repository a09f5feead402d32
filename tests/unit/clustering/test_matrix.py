"""The feature table is checked before anything is made of it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from habitue.clustering import FeatureError, ScalerError, read_customers


def test_customers_come_in_the_order_of_their_ids(to_features, to_scalers):
    table = to_features(np.random.default_rng(5).normal(size=(120, 3)))
    scalers = to_scalers(table.columns[1:])

    straight = read_customers(table, scalers)
    shuffled = read_customers(
        table.sample(frac=1, random_state=3), scalers.sample(frac=1, random_state=4)
    )

    np.testing.assert_array_equal(straight.natural, shuffled.natural)
    np.testing.assert_array_equal(straight.scaled, shuffled.scaled)


def test_values_are_filled_transformed_and_scaled(to_features, to_scalers):
    table = to_features(np.array([[0.0], [np.nan], [1e6]]), names=["orders"])
    scalers = to_scalers(
        ["orders"], transform="log1p", fill=math.e - 1, upper=3.0, centre=1.0, scale=2.0
    )

    customers = read_customers(table, scalers)

    # Nothing is known of the second, who counts as log1p(e - 1) = 1.
    np.testing.assert_allclose(customers.scaled.ravel(), [-0.5, 0, 1], atol=1e-12)
    assert np.isnan(customers.natural[1, 0])
    assert customers.names == ("orders",)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_missing_value_names_its_feature(to_features, to_scalers, bad):
    names = ["calls", "visits"]
    table = to_features(np.array([[0.0, 1.0], [1.0, bad]]), names=names)

    with pytest.raises(FeatureError, match="visits"):
        read_customers(table, to_scalers(names))


def test_a_repeated_customer_is_refused(to_features, to_scalers):
    table = to_features(np.ones((2, 1))).assign(customer_id="same")

    with pytest.raises(FeatureError, match="twice"):
        read_customers(table, to_scalers(["feature_0"]))


def test_text_is_not_a_feature(to_features, to_scalers):
    table = to_features(np.ones((2, 1))).assign(feature_0=["a", "b"])

    with pytest.raises(FeatureError, match="not a number"):
        read_customers(table, to_scalers(["feature_0"]))


def test_without_ids_or_features_there_is_nothing_to_read(to_scalers):
    scalers = to_scalers(["calls"])
    with pytest.raises(FeatureError, match="customer_id"):
        read_customers(pd.DataFrame({"calls": [1.0]}), scalers)
    with pytest.raises(FeatureError, match="no feature"):
        read_customers(pd.DataFrame({"customer_id": ["a"]}), scalers)


def test_a_feature_without_scaler_is_refused(to_features, to_scalers):
    with pytest.raises(ScalerError, match="feature_1"):
        read_customers(to_features(np.ones((3, 2))), to_scalers(["feature_0"]))
