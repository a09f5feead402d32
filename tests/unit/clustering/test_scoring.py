"""The reference scorer, on numbers small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from habitue.clustering import CentroidError, FeatureError, predict_segments


def centroid_rows(rows, *, version=1, fill=np.nan):
    """(segment_id, feature, transform, lower, upper, centre, scale, scaled_value)."""
    names = ["segment_id", "feature", "transform", "lower", "upper", "centre", "scale"]
    table = pd.DataFrame(rows, columns=[*names, "scaled_value"])
    return table.assign(
        model_version=version,
        fill=fill,
        slot=table["segment_id"],
        natural_value=0.0,
        fitted_share=0.5,
    )


TWO = centroid_rows(
    [
        (3, "orders", "log1p", 0.0, np.log(11), 1.0, 0.5, -1.0),
        (3, "flat", "none", 7.0, 7.0, 7.0, 0.0, 0.0),
        (8, "orders", "log1p", 0.0, np.log(11), 1.0, 0.5, 1.0),
        (8, "flat", "none", 7.0, 7.0, 7.0, 0.0, 0.0),
    ]
)


def test_values_are_logged_winsorised_and_scaled():
    scored = predict_segments(np.array([[0.0, 7.0], [1e6, 99.0]]), TWO)

    # log1p(0) = 0 → (0 - 1) / .5 = -2; one million is cut at ten orders.
    top = (np.log(11) - 1) / 0.5
    expected = [[1.0, 9.0], [(top + 1) ** 2, (top - 1) ** 2]]
    np.testing.assert_allclose(scored.distances, expected)
    assert scored.labels.tolist() == [3, 8]
    assert scored.segment_ids.tolist() == [3, 8]


def test_the_lowest_id_wins_a_tie_whatever_the_row_order():
    # e - 1 orders is exactly the centre, halfway between the two.
    halfway = np.array([[np.e - 1, 7.0]])
    upside_down = TWO.iloc[::-1]

    assert predict_segments(
        halfway, upside_down, features=["orders", "flat"]
    ).labels.tolist() == [3]


def test_columns_may_come_in_any_order_that_is_told():
    values = np.array([[7.0, 1e6]])

    scored = predict_segments(values, TWO, features=["flat", "orders"])

    assert scored.labels.tolist() == [8]


def test_what_is_missing_counts_as_it_did_when_the_model_was_fitted():
    # Ten orders stand in for unknown ones, and are where the model cuts.
    filling = TWO.assign(fill=[10.0, 7.0, 10.0, 7.0])
    values = np.array([[np.nan, 7.0], [10.0, np.nan]])

    scored = predict_segments(values, filling)

    top = (np.log(11) - 1) / 0.5
    expected = [[(top + 1) ** 2, (top - 1) ** 2]] * 2
    np.testing.assert_allclose(scored.distances, expected)


def test_no_customers_are_no_trouble():
    assert predict_segments(np.empty((0, 2)), TWO).labels.shape == (0,)


@pytest.mark.parametrize(
    ("values", "message"),
    [(np.ones((2, 3)), "must be"), (np.array([[np.nan, 7.0]]), "NaN")],
)
def test_values_that_do_not_fit_are_refused(values, message):
    with pytest.raises(FeatureError, match=message):
        predict_segments(values, TWO)


@pytest.mark.parametrize(
    ("centroids", "message"),
    [
        (TWO.drop(columns="scale"), "scale"),
        (TWO.iloc[:3], "lacks a feature"),
        (pd.concat([TWO, TWO]), "two rows"),
        (pd.concat([TWO, TWO.assign(model_version=2)]), "one model version"),
    ],
)
def test_centroids_that_are_no_model_are_refused(centroids, message):
    with pytest.raises(CentroidError, match=message):
        predict_segments(np.array([[1.0, 7.0]]), centroids)
