"""A map is made once per method, customers and values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from habitue.clustering import EmbeddingError, embedding
from habitue.clustering.embedding import embed
from habitue.embeddings import EMBEDDING_COLUMNS, map_once

ADOPTED = pd.DataFrame({"model_version": [2]})
NOTHING = pd.DataFrame({"customer_id": pd.Series([], dtype="str")})


def centroids(version=2, scale=2.0):
    rows = [
        {
            "model_version": version,
            "segment_id": segment_id,
            "slot": segment_id,
            "feature": feature,
            "transform": "none",
            "fill": 4.0,
            "lower": -np.inf,
            "upper": 10.0,
            "centre": 1.0,
            "scale": scale,
            "scaled_value": float(segment_id),
            "natural_value": float(segment_id) * scale + 1,
            "fitted_share": 0.5,
        }
        for segment_id in (1, 2)
        for feature in ("orders", "views")
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def features():
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "customer_id": [f"c{number:02d}" for number in range(20)],
            "other": "not a feature of the model",
            "views": rng.normal(size=20),
            "orders": rng.normal(size=20),
        }
    )


@pytest.fixture
def made(monkeypatch):
    """Methods that were computed, in their order."""
    seen = []

    def counted(values, *, method, seed):
        seen.append(method)
        return embed(values, method=method, seed=seed)

    monkeypatch.setattr("habitue.embeddings.embed", counted)
    return seen


def mapped(features, previous=NOTHING, methods=("pca", "t_sne"), seed=5, **scaling):
    return map_once(
        features,
        pd.concat([centroids(1), centroids(2, **scaling)]),
        ADOPTED,
        previous=previous,
        methods=methods,
        seed=seed,
    )


def test_places_are_those_of_the_values_as_the_adopted_model_scales_them(features):
    features.loc[3, "orders"] = np.nan
    features.loc[4, "views"] = 99.0

    rows = mapped(features, methods=["pca"])

    natural = features[["orders", "views"]].fillna(4.0).clip(upper=10.0)
    expected = embed((natural.to_numpy() - 1) / 2, method="pca", seed=5)
    np.testing.assert_array_equal(rows[["x", "y"]].to_numpy(), expected)
    assert rows["customer_id"].tolist() == features["customer_id"].tolist()
    assert set(rows["model_version"]) == {2}
    assert list(rows.columns) == list(EMBEDDING_COLUMNS)


def test_the_same_state_is_mapped_once(features, made):
    first = mapped(features)
    shuffled = features.sample(frac=1, random_state=1)

    again = mapped(shuffled, previous=first.sample(frac=1, random_state=2))

    assert made == ["pca", "t_sne"]
    pd.testing.assert_frame_equal(
        again.reset_index(drop=True), first.reset_index(drop=True)
    )


def test_a_method_more_leaves_the_others_as_they_are(features, made):
    first = mapped(features, methods=["pca"])

    both = mapped(features, previous=first)

    assert made == ["pca", "t_sne"]
    assert both["method"].value_counts().to_dict() == {"pca": 20, "t_sne": 20}


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.assign(views=table["views"] + 1e-9),
        lambda table: table.assign(customer_id="d" + table["customer_id"].str[1:]),
        lambda table: table.iloc[:-1],
    ],
)
def test_other_values_or_customers_are_mapped_again(features, made, change):
    first = mapped(features, methods=["pca"])

    rows = mapped(change(features), previous=first, methods=["pca"])

    assert made == ["pca", "pca"]
    # Nobody who is gone stays behind.
    assert set(rows["customer_id"]) == set(change(features)["customer_id"])


def test_another_seed_or_scaling_is_mapped_again(features, made):
    first = mapped(features, methods=["pca"])
    mapped(features, previous=first, methods=["pca"], seed=6)
    mapped(features, previous=first, methods=["pca"], scale=3.0)

    assert made == ["pca"] * 3


def test_without_customers_or_a_model_there_is_no_map(features):
    assert mapped(features.iloc[:0]).empty
    rows = map_once(
        features,
        centroids().iloc[:0],
        ADOPTED.iloc[:0],
        previous=NOTHING,
        methods=["pca"],
        seed=1,
    )
    assert rows.empty
    assert rows.dtypes.astype("str").to_dict() == {
        name: str(pd.Series(dtype=kind).dtype)
        for name, kind in EMBEDDING_COLUMNS.items()
    }


def test_what_cannot_be_mapped_is_refused(features, monkeypatch):
    with pytest.raises(EmbeddingError, match=r"knows \['views'\]"):
        mapped(features.drop(columns="views"))
    with pytest.raises(EmbeddingError, match="'tsne'"):
        mapped(features, methods=["tsne"])
    monkeypatch.setattr(embedding, "MOST_CUSTOMERS", 19)
    with pytest.raises(EmbeddingError, match="map_sample_size is 20"):
        mapped(features)
