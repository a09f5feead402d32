"""A model is a table: SQL's scores equal NumPy's, its scalers scikit-learn's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from habitue.clustering import predict_segments

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


def test_scaled_features_are_those_of_scikit_learn(
    shop: Warehouse, scored: pd.DataFrame, centroids: pd.DataFrame
) -> None:
    names = _names(centroids)
    ours = _frame(
        shop, "select * from intermediate.int_features__scaled order by customer_id"
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
