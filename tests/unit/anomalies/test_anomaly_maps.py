"""The map of anomalies is made once per customers and values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anomaly_tables import customers_of, described_as

from habitue.anomalies import map_anomalies
from habitue.anomalies.maps import PLACE_COLUMNS
from habitue.clustering import EmbeddingError

NOTHING = pd.DataFrame({"customer_id": pd.Series([], dtype="str")})


def mapped(customers, *, previous=NOTHING, methods=("pca", "t_sne"), sample=None):
    return map_anomalies(
        customers,
        customers if sample is None else sample,
        described_as(),
        previous=previous,
        methods=methods,
        seed=1,
    )


def test_every_customer_has_a_place_by_every_method(shop):
    found = mapped(shop.iloc[940:])
    assert list(found.columns) == list(PLACE_COLUMNS)
    assert found.groupby("method").size().to_dict() == {"pca": 70, "t_sne": 70}
    assert np.isfinite(found[["x", "y"]]).all(axis=None)


def test_a_second_build_keeps_the_places(shop, monkeypatch):
    customers = shop.iloc[940:]
    first = mapped(customers)
    monkeypatch.setattr("habitue.segmentation.maps.embed", lambda *_, **__: 1 / 0)
    again = mapped(customers.iloc[::-1], previous=first)
    pd.testing.assert_frame_equal(
        again.reset_index(drop=True), first.reset_index(drop=True)
    )


def test_one_who_is_far_off_does_not_press_the_others_into_a_point(shop):
    customers = shop.iloc[:100].reset_index(drop=True)
    customers.loc[0, "revenue"] = 1e9
    places = mapped(customers, methods=["pca"])[["x", "y"]].to_numpy()
    others = np.ptp(places[1:], axis=0).max()
    assert others > 0.2 * np.ptp(places, axis=0).max()


@pytest.mark.parametrize("values", [np.zeros((0, 8)), np.full((3, 8), np.inf)])
def test_without_customers_there_is_no_map(values):
    found = mapped(customers_of(values))
    assert found.empty
    assert list(found.columns) == list(PLACE_COLUMNS)


def test_a_method_that_there_is_not_is_refused(shop):
    with pytest.raises(EmbeddingError, match="map_methods names 'som'"):
        mapped(shop, methods=["som"])
