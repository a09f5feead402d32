"""Fitted segments: the planted ones, written as tables, whatever the row order."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from habitue.clustering import (
    CENTROID_COLUMNS,
    MODEL_COLUMNS,
    EvidenceError,
    EvidenceSettings,
    FeatureError,
    FitSettings,
    ScalerError,
    evaluate_candidates,
    fit_segments,
    predict_segments,
)

AS_OF = date(2024, 3, 1)
SETTINGS = FitSettings(seed=1, n_init=3)


@pytest.fixture
def planted():
    """60 + 30 + 10 customers around three known centres, and who is whose."""
    rng = np.random.default_rng(7)
    centres = np.array([[0.0, 0.0, 0.0], [6.0, 0.0, 0.0], [0.0, 6.0, 6.0]])
    truth = np.repeat([0, 1, 2], [60, 30, 10])
    return centres[truth] + rng.normal(0, 0.3, (100, 3)), truth, centres


@pytest.fixture
def fit(to_features, to_scalers, choosing):
    def run(values, k, *, previous=None, settings=SETTINGS, **scaling):
        features = to_features(values)
        scalers = to_scalers(features.columns[1:], **scaling)
        return fit_segments(
            features,
            scalers,
            choosing(k),
            previous_centroids=previous,
            settings=settings,
            as_of_date=AS_OF,
        )

    return run


def test_planted_segments_are_found_largest_first(fit, planted):
    values, truth, centres = planted

    model = fit(values, 3)

    labels = predict_segments(values, model.centroids).labels
    assert adjusted_rand_score(truth, labels) == 1
    assert model.segment_ids == [1, 2, 3]
    found = model.centroids["scaled_value"].to_numpy().reshape(3, 3)
    np.testing.assert_allclose(found, centres, atol=0.3)
    assert model.centroids["fitted_share"].unique().tolist() == [0.6, 0.3, 0.1]


def test_centroids_are_means_and_the_models_row_describes_the_fit(fit, planted):
    values, truth, _ = planted

    model = fit(
        values, 3, settings=FitSettings(seed=4, n_init=3, data_fingerprint="abc")
    )

    first = model.centroids.query("segment_id == 1")["scaled_value"]
    np.testing.assert_allclose(first, values[truth == 0].mean(axis=0), atol=1e-12)
    row = model.models.iloc[0]
    within = sum(
        ((values[truth == group] - values[truth == group].mean(axis=0)) ** 2).sum()
        for group in range(3)
    )
    assert row["inertia"] == pytest.approx(within)
    assert row["model_version"] == 1
    assert row["as_of_date"] == pd.Timestamp("2024-03-01")
    assert (row["segment_count"], row["customer_count"]) == (3, 100)
    assert row["feature_names"] == "feature_0,feature_1,feature_2"
    assert (row["seed"], row["data_fingerprint"]) == (4, "abc")
    assert "scikit-learn" in json.loads(row["library_versions"])


def test_row_order_changes_nothing(to_features, to_scalers, choosing):
    features = to_features(np.random.default_rng(3).normal(size=(80, 3)))
    scalers = to_scalers(features.columns[1:])
    models = [
        fit_segments(
            table,
            scalers.sample(frac=1, random_state=seed),
            choosing(4),
            previous_centroids=None,
            settings=SETTINGS,
            as_of_date=AS_OF,
        )
        for seed, table in enumerate((features, features.sample(frac=1)))
    ]
    pd.testing.assert_frame_equal(models[0].centroids, models[1].centroids)
    pd.testing.assert_frame_equal(models[0].models, models[1].models)


def test_scoring_equals_scikit_learn_where_nothing_is_winsorised(fit):
    rng = np.random.default_rng(11)
    values = rng.normal(size=(150, 4))
    model = fit(values, 5)
    centroids = model.centroids["scaled_value"].to_numpy().reshape(5, 4)
    oracle = KMeans(n_clusters=5, init=centroids, n_init=1, max_iter=1).fit(centroids)
    fresh = rng.normal(size=(400, 4))

    scored = predict_segments(fresh, model.centroids)

    np.testing.assert_array_equal(scored.labels, oracle.predict(fresh) + 1)
    np.testing.assert_allclose(
        scored.distances, oracle.transform(fresh) ** 2, atol=1e-9
    )


def test_natural_values_undo_scale_and_logarithm(fit):
    # Mean .5, 2 * .5 + 1 = 2, and exp(2) - 1.
    model = fit(
        np.array([[0.0], [1.0]]), 1, transform="log1p", upper=9.0, centre=1.0, scale=2.0
    )

    row = model.centroids.iloc[0]
    assert row["scaled_value"] == pytest.approx(0.5)
    assert row["natural_value"] == pytest.approx(np.exp(2) - 1)


def test_one_segment_is_the_mean_of_all(fit):
    model = fit(np.array([[0.0, 2.0], [4.0, 4.0]]), 1)

    assert model.centroids["scaled_value"].tolist() == [2, 3]
    assert model.centroids["fitted_share"].tolist() == [1, 1]
    assert np.isnan(model.models.loc[0, "silhouette"])


def test_no_customers_give_empty_tables_of_the_right_types(fit):
    model = fit(np.empty((0, 2)), 1)

    assert model.models.empty
    assert model.centroids.empty
    assert {name: str(kind) for name, kind in model.models.dtypes.items()} == (
        MODEL_COLUMNS
    )
    assert {name: str(kind) for name, kind in model.centroids.dtypes.items()} == (
        CENTROID_COLUMNS
    )
    assert model.segment_ids == []


def test_more_segments_than_distinct_customers_are_not_fitted(fit):
    model = fit(np.array([[1.0], [1.0], [5.0]]), 4)

    assert model.models.loc[0, "segment_count"] == 2
    assert model.centroids["scaled_value"].tolist() == [1, 5]


def test_constant_features_fit_one_segment_at_the_constant(
    to_features, to_scalers, fit
):
    values = np.zeros((6, 2))
    evidence = evaluate_candidates(to_features(values), settings=EvidenceSettings())
    assert evidence["k"].tolist() == [1]

    model = fit(values, 1, scale=0.0, centre=3.0)

    assert model.centroids["natural_value"].tolist() == [3, 3]


def test_missing_values_are_refused(fit):
    with pytest.raises(FeatureError, match="feature_1"):
        fit(np.array([[1.0, np.nan]]), 1)


def test_a_feature_without_scaler_is_refused(to_features, to_scalers, choosing):
    with pytest.raises(ScalerError, match="feature_1"):
        fit_segments(
            to_features(np.ones((3, 2))),
            to_scalers(["feature_0"]),
            choosing(1),
            previous_centroids=None,
            settings=SETTINGS,
            as_of_date=AS_OF,
        )


@pytest.mark.parametrize("flags", [[False, False], [True, True]])
def test_evidence_must_choose_exactly_one(to_features, to_scalers, flags):
    with pytest.raises(EvidenceError, match="exactly one"):
        fit_segments(
            to_features(np.ones((3, 1))),
            to_scalers(["feature_0"]),
            pd.DataFrame({"k": [1, 2], "is_chosen": flags}),
            previous_centroids=None,
            settings=SETTINGS,
            as_of_date=AS_OF,
        )


def test_a_later_fit_keeps_ids_and_counts_versions_on(fit, planted):
    values, _, _ = planted
    first = fit(values, 3)
    # The smallest segment doubles: shares, and so the canonical order, change.
    grown = np.vstack([values, np.repeat(values[90:], 6, axis=0)])

    second = fit(grown, 3, previous=first.centroids)

    assert second.models.loc[0, "model_version"] == 2
    before = first.centroids.set_index(["segment_id", "feature"])["scaled_value"]
    after = second.centroids.set_index(["segment_id", "feature"])["scaled_value"]
    np.testing.assert_allclose(after, before, atol=0.2)
    assert second.centroids.query("slot == 3")["segment_id"].unique().tolist() == [3]
    share = second.centroids.groupby("segment_id")["fitted_share"].first()
    assert share[3] == pytest.approx(70 / 160)
