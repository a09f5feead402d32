"""A model is a table: SQL's scores equal NumPy's, its scalers scikit-learn's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from habitue.clustering import predict_segments
from habitue.clustering.centroids import read_centroids

if TYPE_CHECKING:
    import pandas as pd
    from warehouse import Warehouse


@pytest.fixture(scope="module")
def centroids(shop: Warehouse) -> pd.DataFrame:
    return _frame(
        shop,
        "select * from models.segment_centroids where model_version = "
        "(select model_version from intermediate.int_segment_models__adopted)",
    )


@pytest.fixture(scope="module")
def scored(shop: Warehouse) -> pd.DataFrame:
    return _frame(
        shop,
        "select * exclude (revenue), cast(revenue as double) as revenue "
        "from marts.customer_features "
        "inner join marts.customer_segments using (customer_id, as_of_date) "
        "order by customer_id",
    )


def _frame(warehouse: Warehouse, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(warehouse.database), read_only=True) as connection:
        return connection.execute(sql).df()


def _names(centroids: pd.DataFrame) -> list[str]:
    return sorted(centroids["feature"].unique())


def test_sql_scores_every_customer_as_numpy_does(
    scored: pd.DataFrame, centroids: pd.DataFrame
) -> None:
    names = _names(centroids)
    values = scored[names].to_numpy(dtype=np.float64)
    predicted = predict_segments(values, centroids, features=names)
    assert len(scored) > 1500
    nearest = np.sort(np.sqrt(predicted.distances), axis=1)
    np.testing.assert_allclose(scored["distance"], nearest[:, 0], atol=1e-9)
    np.testing.assert_allclose(
        scored["margin"], nearest[:, 1] - nearest[:, 0], atol=1e-9
    )
    is_tie = nearest[:, 1] - nearest[:, 0] < 1e-9
    same = scored["segment_id"].to_numpy() == predicted.labels
    assert (same | is_tie).all()


def test_sql_scores_every_customer_as_scikit_learn_predicts(
    scored: pd.DataFrame, centroids: pd.DataFrame
) -> None:
    names = _names(centroids)
    model = read_centroids(centroids, features=names)
    values = model.scaler.to_scaled(scored[names].to_numpy(dtype=np.float64))
    # A model that was told its centres, and not fitted to anything.
    theirs = KMeans(len(model.scaled), init=model.scaled, n_init=1, max_iter=1)
    theirs.fit(model.scaled)
    labels = model.segment_ids[theirs.predict(values)]
    is_tie = scored["margin"].to_numpy() < 1e-6
    assert len(set(labels)) > 1
    assert ((scored["segment_id"].to_numpy() == labels) | is_tie).all()


def test_scaled_features_are_those_of_scikit_learn(
    shop: Warehouse, scored: pd.DataFrame, centroids: pd.DataFrame
) -> None:
    names = _names(centroids)
    ours = _frame(
        shop,
        "select * from intermediate.int_features__standardised order by customer_id",
    )
    natural = scored[names].to_numpy(dtype=np.float64)
    logged = np.array(
        [
            centroids.loc[centroids["feature"] == name, "transform"].iloc[0] == "log1p"
            for name in names
        ]
    )
    moved = np.where(logged, np.log1p(np.maximum(natural, 0)), natural)
    lower, upper = np.quantile(moved, [0.01, 0.99], axis=0)
    clipped = np.clip(moved, lower, upper)
    theirs = StandardScaler().fit_transform(clipped)
    varies = clipped.std(axis=0) > 0
    assert varies.sum() >= 10
    np.testing.assert_allclose(
        ours[names].to_numpy()[:, varies], theirs[:, varies], atol=1e-12, rtol=0
    )
    assert (ours[names].to_numpy()[:, ~varies] == 0).all()


def test_segments_count_their_customers(shop: Warehouse, scored: pd.DataFrame) -> None:
    counts = dict(shop.query("select segment_id, customer_count from marts.segments"))
    assert counts == scored["segment_id"].value_counts().to_dict()


def test_a_model_carries_its_receipt(
    shop: Warehouse, scored: pd.DataFrame, centroids: pd.DataFrame
) -> None:
    [(version, features, fitted, segments, seed)] = shop.query(
        "select model_version, feature_names, fitted_customer_count, segment_count, "
        "seed from marts.segment_models"
    )
    assert version == 1
    assert sorted(features.split(",")) == _names(centroids)
    assert fitted == len(scored)
    assert segments == centroids["segment_id"].nunique()
    assert seed == 20250106


def test_reasons_are_what_a_naive_computation_gives_for_every_customer(
    shop: Warehouse, scored: pd.DataFrame, centroids: pd.DataFrame
) -> None:
    names = _names(centroids)
    model = read_centroids(centroids, features=names)
    x = model.scaler.to_scaled(scored[names].to_numpy(dtype=np.float64))
    position = {number: place for place, number in enumerate(model.segment_ids)}
    own = model.scaled[scored["segment_id"].map(position)]
    other = model.scaled[scored["runner_up_segment_id"].map(position)]
    expected = (x - other) ** 2 - (x - own) ** 2
    wide = _frame(
        shop,
        "select * from intermediate.int_customer_reasons__measured "
        "order by customer_id",
    )
    contributions = wide[names].to_numpy(dtype=np.float64)
    np.testing.assert_allclose(contributions, expected, atol=1e-9)
    further = (scored["distance"] + scored["margin"]) ** 2 - scored["distance"] ** 2
    np.testing.assert_allclose(contributions.sum(axis=1), further, atol=1e-8)
    # The three that do most: names are sorted, so a stable sort breaks ties by name.
    # Ranked on SQL's own numbers, which equal NumPy's but for the last digits.
    order = np.argsort(-contributions, axis=1, kind="stable")[:, :3]
    rows = np.arange(len(wide))[:, None]
    top = contributions[rows, order]
    counts = (top > 0).sum(axis=1)
    assert (counts >= 1).all()
    told = _frame(
        shop,
        "select * from marts.customer_segment_reasons "
        "order by customer_id, feature_rank",
    )
    is_told = (top > 0).ravel()
    assert len(told) == is_told.sum()
    assert told["feature"].tolist() == np.array(names)[order].ravel()[is_told].tolist()
    positive = np.maximum(expected, 0).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(
        told["contribution_share"], (top / positive).ravel()[is_told], atol=1e-9
    )
    natural = scored[names].to_numpy(dtype=np.float64)
    np.testing.assert_array_equal(told["value"], natural[rows, order].ravel()[is_told])
    for column, ids in (
        ("centroid", "segment_id"),
        ("runner_up_centroid", "runner_up_segment_id"),
    ):
        nearest = model.natural[scored[ids].map(position)]
        np.testing.assert_array_equal(
            told[column], nearest[rows, order].ravel()[is_told]
        )
    is_high = told["centroid"] > told["runner_up_centroid"]
    assert (told["direction"] == np.where(is_high, "high", "low")).all()


def test_profiles_are_of_the_customers_in_the_segments(
    shop: Warehouse, scored: pd.DataFrame, centroids: pd.DataFrame
) -> None:
    names = _names(centroids)
    profiles = _frame(shop, "select * from marts.segment_profiles")
    assert len(profiles) == len(names) * scored["segment_id"].nunique()
    medians = scored.groupby("segment_id")[names].median()
    means = scored.groupby("segment_id")[names].mean()
    for row in profiles.itertuples():
        assert row.median_value == pytest.approx(
            medians.loc[row.segment_id, row.feature]
        )
        assert row.mean_value == pytest.approx(means.loc[row.segment_id, row.feature])
        assert row.overall_median_value == pytest.approx(scored[row.feature].median())
        assert row.overall_mean_value == pytest.approx(scored[row.feature].mean())


def test_the_map_shows_the_sample_where_its_segments_are(
    shop: Warehouse, scored: pd.DataFrame
) -> None:
    points = _frame(shop, "select * from marts.segment_map")
    assert points.groupby("method")["customer_id"].nunique().to_dict() == {
        "pca": 2000,
        "t_sne": 2000,
    }
    segments = scored.set_index("customer_id")["segment_id"]
    assert (points["segment_id"] == points["customer_id"].map(segments)).all()
    tsne = points[points["method"] == "t_sne"]
    nearest = NearestNeighbors(n_neighbors=2).fit(tsne[["x", "y"]])
    places = nearest.kneighbors(return_distance=False)[:, 0]
    ids = tsne["segment_id"].to_numpy()
    assert (ids[places] == ids).mean() > 0.8
