"""Fitted segments: the planted ones, written as a table that scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score

from habitue.clustering import (
    CENTROID_COLUMNS,
    EvidenceError,
    SegmentationSettings,
    evaluate_candidates,
    fit_segments,
    predict_segments,
    read_customers,
)
from habitue.clustering.drift import read_baseline
from habitue.clustering.effects import effect_sizes

SETTINGS = SegmentationSettings(seed=1, n_init=3)


@pytest.fixture
def planted():
    """60 + 30 + 10 customers around three known centres, and who is whose."""
    rng = np.random.default_rng(7)
    centres = np.array([[0.0, 0.0, 0.0], [6.0, 0.0, 0.0], [0.0, 6.0, 6.0]])
    truth = np.repeat([0, 1, 2], [60, 30, 10])
    return centres[truth] + rng.normal(0, 0.3, (100, 3)), truth, centres


@pytest.fixture
def fit(to_customers, choosing):
    def run(values, k, *, history=None, champion=None, **scaling):
        return fit_segments(
            to_customers(values, **scaling),
            choosing(k),
            history=history,
            champion=champion,
            settings=SETTINGS,
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


def test_centroids_are_means_and_the_fit_says_how_tight_they_are(fit, planted):
    values, truth, _ = planted

    model = fit(values, 3)

    first = model.centroids.query("segment_id == 1")["scaled_value"]
    np.testing.assert_allclose(first, values[truth == 0].mean(axis=0), atol=1e-12)
    within = sum(
        ((values[truth == group] - values[truth == group].mean(axis=0)) ** 2).sum()
        for group in range(3)
    )
    assert model.inertia == pytest.approx(within)
    assert model.silhouette > 0.8
    assert (model.algorithm, model.setting, model.jaccard_min) == (
        "k-means",
        "k = 3",
        0.9,
    )
    assert np.isnan(model.champion_silhouette)


@pytest.mark.parametrize("algorithm", ["k-means", "Ward", "DBSCAN", "HDBSCAN"])
def test_every_algorithm_fits_what_its_evidence_chose(to_customers, algorithm):
    values, truth = make_blobs(
        400, 3, centers=[[0] * 3, [9] * 3, [-9, 9, 0]], random_state=1
    )
    settings = SegmentationSettings(algorithm=algorithm, bootstraps=3, references=3)
    customers = to_customers(values)

    evidence = evaluate_candidates(customers.scaled, settings=settings)
    model = fit_segments(customers, evidence, history=None, settings=settings)

    assert model.algorithm == algorithm
    labels = predict_segments(values, model.centroids).labels
    assert adjusted_rand_score(truth, labels) == 1


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
    # log1p: 0 and 1; scaled: -.5 and 0; their mean is -.25, which is .5 before.
    model = fit(
        np.array([[0.0], [np.e - 1]]),
        1,
        transform="log1p",
        upper=9.0,
        centre=1.0,
        scale=2.0,
    )

    row = model.centroids.iloc[0]
    assert row["scaled_value"] == pytest.approx(-0.25)
    assert row["natural_value"] == pytest.approx(np.exp(0.5) - 1)


def test_one_segment_is_the_mean_of_all(fit):
    model = fit(np.array([[0.0, 2.0], [4.0, 4.0]]), 1)

    assert model.centroids["scaled_value"].tolist() == [2, 3]
    assert model.centroids["fitted_share"].tolist() == [1, 1]
    assert model.centroids["effect_size"].tolist() == [0, 0]
    assert np.isnan(model.silhouette)


def test_no_customers_give_an_empty_table_of_the_right_types(fit):
    model = fit(np.empty((0, 2)), 1)

    assert model.centroids.empty
    assert {name: str(kind) for name, kind in model.centroids.dtypes.items()} == (
        CENTROID_COLUMNS
    )
    assert model.segment_ids == []


def test_more_segments_than_distinct_customers_are_not_fitted(fit):
    with pytest.raises(EvidenceError, match="k = 4 cannot be fitted"):
        fit(np.array([[1.0], [1.0], [5.0]]), 4)


def test_constant_features_fit_one_segment_at_the_constant(fit):
    values = np.zeros((6, 2))
    evidence = evaluate_candidates(values, settings=SETTINGS)
    assert evidence["k"].tolist() == [1]

    model = fit(values, 1, scale=0.0, centre=3.0)

    assert model.centroids["natural_value"].tolist() == [3, 3]


@pytest.mark.parametrize("flags", [[False, False], [True, True]])
def test_evidence_must_choose_exactly_one(to_customers, choosing, flags):
    evidence = pd.concat([choosing(1), choosing(2)]).assign(is_chosen=flags)

    with pytest.raises(EvidenceError, match="one candidate"):
        fit_segments(
            to_customers(np.ones((3, 1))), evidence, history=None, settings=SETTINGS
        )


def test_a_later_fit_keeps_ids_and_counts_versions_on(fit, planted):
    values, _, _ = planted
    first = fit(values, 3)
    # The smallest segment grows beyond another: shares, and so the order, change.
    grown = np.vstack([values, np.repeat(values[90:], 6, axis=0)])

    second = fit(grown, 3, history=first.centroids)

    assert second.centroids["model_version"].unique().tolist() == [2]
    before = first.centroids.set_index(["segment_id", "feature"])["scaled_value"]
    after = second.centroids.set_index(["segment_id", "feature"])["scaled_value"]
    np.testing.assert_allclose(after, before, atol=0.2)
    assert second.centroids.query("slot == 3")["segment_id"].unique().tolist() == [3]
    share = second.centroids.groupby("segment_id")["fitted_share"].first()
    assert share[3] == pytest.approx(70 / 160)
    assert second.overlap.counts.tolist() == [[60, 0, 0], [0, 30, 0], [0, 0, 70]]
    assert second.champion_silhouette == pytest.approx(second.silhouette)


def test_a_segment_that_falls_apart_keeps_its_id_in_its_larger_part(fit):
    rng = np.random.default_rng(3)
    whole = rng.normal(0, 1, (100, 2))
    first = fit(np.vstack([whole, whole + 40]), 2)
    parts = whole + np.where(np.arange(100) < 60, 0, 12)[:, None]

    second = fit(np.vstack([parts, whole + 40]), 3, history=first.centroids)

    assert second.segment_ids == [1, 2, 3]
    share = second.centroids.groupby("segment_id")["fitted_share"].first()
    assert share.round(2).sort_values().tolist() == [0.2, 0.3, 0.5]
    assert share[3] == pytest.approx(0.2)


def test_a_model_of_other_features_is_matched_by_centroids(
    fit, to_features, to_scalers, choosing, planted
):
    values, _, _ = planted
    first = fit(values, 3)
    names = ["feature_0", "feature_1"]
    fewer = read_customers(to_features(values[:, :2], names=names), to_scalers(names))

    second = fit_segments(
        fewer, choosing(3), history=first.centroids, settings=SETTINGS
    )

    assert second.overlap is None
    assert second.segment_ids == [1, 2, 3]


def test_a_baseline_is_kept_per_feature(fit, planted):
    values, _, _ = planted
    model = fit(values, 3)

    texts = model.centroids.groupby("feature")["baseline"].unique()
    for column, name in enumerate(["feature_0", "feature_1", "feature_2"]):
        [text] = texts[name]
        limits = read_baseline(text).limits
        np.testing.assert_allclose(
            limits, np.quantile(values[:, column], np.arange(1, 10) / 10)
        )


def test_effect_sizes_are_cohens_d_against_all_others():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(90, 2)) + np.array([5, -3])
    labels = np.repeat([0, 1, 2], 30)
    values[labels == 2] += [2, 0]

    found = effect_sizes(values, labels, k=3)

    for group in range(3):
        ours, others = values[labels == group], values[labels != group]
        pooled = (29 * ours.var(axis=0, ddof=1) + 59 * others.var(axis=0, ddof=1)) / 88
        expected = (ours.mean(axis=0) - others.mean(axis=0)) / np.sqrt(pooled)
        np.testing.assert_allclose(found[group], expected)


def test_effect_sizes_of_what_does_not_vary():
    values = np.array([[1.0, 0.1], [1.0, 0.1], [2.0, 0.1]])

    found = effect_sizes(values, np.array([0, 0, 1]), k=2)

    assert found.tolist() == [[-np.inf, 0], [np.inf, 0]]
