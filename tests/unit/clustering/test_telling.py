"""Features are ranked by their effect, and names, phrases and traits agree on it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from centroid_tables import NO_RULES, centroid_rows

from habitue.clustering import CentroidError, name_segments, segment_traits
from habitue.clustering.effects import effect_sizes


def with_effects(centroids, effects):
    return centroids.assign(effect_size=np.asarray(effects, dtype=float).ravel())


def of_first(traits):
    return traits[traits["segment_id"] == 1]


def test_effects_rank_where_the_version_has_them():
    centroids = centroid_rows([[1.0, 0.5, 0.05], [-1.0, -0.5, -0.05]])
    effects = [[0.5, 2.0, 0.3], [-0.5, -2.0, -0.3]]

    by_effect = segment_traits(with_effects(centroids, effects))
    by_deviation = segment_traits(centroids)

    assert of_first(by_effect)["feature"].tolist() == ["recency", "orders", "views"]
    assert of_first(by_deviation)["feature"].tolist() == ["orders", "recency", "views"]
    assert of_first(by_effect)["is_telling"].tolist() == [True, True, True]
    assert of_first(by_deviation)["is_telling"].tolist() == [True, True, False]
    assert by_deviation["effect_size"].isna().all()
    assert of_first(by_effect)["feature_rank"].tolist() == [1, 2, 3]


def test_an_effect_below_small_tells_nothing():
    centroids = with_effects(centroid_rows([[1.0], [-1.0]]), [[0.19], [-0.2]])

    assert segment_traits(centroids)["is_telling"].tolist() == [False, True]


def test_equal_effects_are_ranked_by_name_of_the_feature():
    centroids = centroid_rows([[1.0, 2.0], [-1, -2]], features=["zeal", "age"])
    centroids = with_effects(centroids, [[1, 1 + 1e-12], [-1, -1]])

    ranked = segment_traits(centroids)["feature"].tolist()

    assert ranked == ["age", "zeal"] * 2


def test_an_effect_without_any_spread_comes_first():
    centroids = with_effects(
        centroid_rows([[3.0, 0.2], [-3.0, -0.2]]), [[9, np.inf], [-9, -np.inf]]
    )

    assert segment_traits(centroids)["feature"].tolist() == ["recency", "orders"] * 2


def test_an_effect_that_contradicts_the_centroid_is_not_told():
    # Whoever is scored elsewhere than divided may turn the sign around.
    centroids = with_effects(
        centroid_rows([[0.5, 0.3], [-0.5, -0.3]]), [[-2, 1], [2, -1]]
    )

    first = of_first(segment_traits(centroids))

    assert first["feature"].tolist() == ["recency", "orders"]
    assert first["direction"].tolist() == ["high", "high"]
    assert first["is_telling"].tolist() == [True, False]


def test_names_and_phrases_follow_the_same_order():
    centroids = with_effects(
        centroid_rows([[1.0, 0.5], [-1.0, -0.5]]), [[0.5, 2.0], [-0.5, -2.0]]
    )
    labels = pd.DataFrame({"feature": ["recency"], "label": ["days away"]})

    named = name_segments(centroids, NO_RULES, labels=labels)
    traits = segment_traits(centroids, labels=labels)

    assert named["segment_name"].tolist() == ["High days away", "Low days away"]
    firsts = traits[traits["feature_rank"] == 1]
    assert firsts["phrase"].tolist() == named["first_feature"].tolist()
    assert firsts["label"].tolist() == ["days away", "days away"]


def test_a_version_without_effects_is_ranked_by_deviation_beside_one_that_has_them():
    old = centroid_rows([[1.0, 0.5], [-1.0, -0.5]]).assign(effect_size=np.nan)
    new = with_effects(
        centroid_rows([[1.0, 0.5], [-1.0, -0.5]], version=2), [[1, 3], [-1, -3]]
    )

    traits = segment_traits(pd.concat([old, new]))

    firsts = traits[(traits["feature_rank"] == 1) & (traits["segment_id"] == 1)]
    assert firsts["feature"].tolist() == ["orders", "recency"]


def test_customers_who_differ_in_one_feature_have_it_first():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(300, 3))
    labels = np.repeat([0, 1, 2], 100)
    values[labels == 1, 2] += 3
    means = np.array([values[labels == one].mean(axis=0) for one in range(3)])

    centroids = with_effects(centroid_rows(means), effect_sizes(values, labels, k=3))
    traits = segment_traits(centroids)

    first = traits[(traits["segment_id"] == 2) & (traits["feature_rank"] == 1)].iloc[0]
    assert (first["feature"], first["direction"]) == ("views", "high")


def test_versions_must_be_told():
    with pytest.raises(CentroidError, match="model_version"):
        segment_traits(centroid_rows([[1.0]]).drop(columns="model_version"))
