"""Components as a table, written once per state of the data."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from habitue.clustering import FeatureError
from habitue.decomposition import (
    COMPONENT_COLUMNS,
    component_rows,
    fit_components,
    fit_components_once,
)

NAMES = ["orders", "visits", "minutes"]


@pytest.fixture
def features():
    rng = np.random.default_rng(0)
    activity = rng.normal(size=(60, 1))
    values = activity + rng.normal(0, 0.5, (60, 3))
    return pd.DataFrame(values, columns=NAMES).assign(
        customer_id=[f"c{i:02}" for i in range(60)]
    )


def fingerprint(text, as_of=date(2025, 3, 1)):
    return pd.DataFrame({"data_fingerprint": [text], "as_of_date": [as_of]})


def test_a_row_per_component_and_feature(features):
    rows = component_rows(features)
    fitted = fit_components(features[NAMES].to_numpy())
    assert list(rows.columns) == list(COMPONENT_COLUMNS)
    assert rows["component"].tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert rows["feature"].tolist() == NAMES * 3
    np.testing.assert_allclose(rows["loading"], fitted.loadings.ravel())
    np.testing.assert_allclose(
        rows["explained_variance_ratio"], np.repeat(fitted.ratios, 3)
    )
    assert rows["customer_count"].eq(60).all()
    assert rows["status"].eq("fitted").all()


def test_the_order_of_rows_changes_no_bit(features):
    shuffled = features.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        component_rows(features), component_rows(shuffled), check_exact=True
    )


def test_a_feature_that_does_not_vary_says_so_and_has_no_loading(features):
    rows = component_rows(features.assign(visits=0.0))
    visits = rows[rows["feature"] == "visits"]
    assert visits["status"].eq("left out: does not vary").all()
    assert visits["loading"].isna().all()
    assert rows["component"].max() == 2
    assert rows.loc[rows["feature"] != "visits", "loading"].notna().all()


def test_too_few_customers_give_a_reason_and_no_number(features):
    rows = component_rows(features.iloc[:14])
    assert rows["feature"].tolist() == NAMES
    assert rows["component"].eq(1).all()
    assert rows["status"].eq("not fitted: too few customers").all()
    numbers = ["mean", "loading", "correlation", "explained_variance"]
    assert rows[[*numbers, "explained_variance_ratio"]].isna().all(axis=None)
    assert rows["customer_count"].eq(14).all()


def test_a_missing_value_is_refused(features):
    features.loc[3, "orders"] = np.nan
    with pytest.raises(FeatureError, match="orders"):
        component_rows(features)


def test_components_are_fitted_once_per_state_of_the_data(features):
    first = fit_components_once(features, fingerprint("a"), previous=None)
    assert set(first["data_fingerprint"]) == {"a"}
    assert first["as_of_date"].eq(pd.Timestamp("2025-03-01")).all()
    assert "scipy" in first["library_versions"].iloc[0]
    again = fit_components_once(features, fingerprint("a"), previous=first)
    assert again.empty
    assert list(again.dtypes) == list(first.dtypes)
    changed = fit_components_once(features, fingerprint("b"), previous=first)
    assert len(changed) == 9


def test_each_date_has_components_of_its_own(features):
    """Two dates may hold the very same data; going back finds what was fitted then."""
    march = fit_components_once(features, fingerprint("a"), previous=None)
    april = fingerprint("a", as_of=date(2025, 4, 1))
    later = fit_components_once(features, april, previous=march)
    assert len(later) == 9
    history = pd.concat([march, later])
    assert fit_components_once(features, fingerprint("a"), previous=history).empty


def test_without_customers_there_is_a_reason(features):
    nobody = fingerprint("none", as_of=None)
    rows = fit_components_once(features.iloc[:0], nobody, previous=None)
    assert rows["status"].eq("not fitted: too few customers").all()
    assert len(rows) == 3
