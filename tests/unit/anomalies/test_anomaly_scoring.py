"""Everybody has a row, whatever the data are like."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anomaly_tables import NAMES, RULES, customers_of, described_as

from habitue.anomalies import fit_detectors, score_customers, score_sessions, scoring
from habitue.anomalies.fits import FIT_COLUMNS

SEED = 7


def fitted(customers, *, described=None, sessions=None):
    if sessions is None:
        sessions = customers_of(np.zeros((0, len(NAMES))), key="session_id")
    return fit_detectors(
        {"customer": customers, "session": sessions},
        described_as() if described is None else described,
        seed=SEED,
        minimum_rows=50,
    )


def scored(connection, customers, *, sample=None, described=None, fits=None):
    described = described_as() if described is None else described
    sample = customers if sample is None else sample
    connection.register("customers", customers)
    reader = score_customers(
        connection.table("customers"),
        sample=sample,
        described=described,
        fits=fitted(sample, described=described) if fits is None else fits,
        rules=RULES,
    )
    return reader.read_all().to_pandas().sort_values("customer_id", ignore_index=True)


def test_planted_anomalies_are_flagged_by_both_with_reasons(connection, shop):
    found = scored(connection, shop)
    wild = found.iloc[1000:]
    assert (wild["is_isolated"] | wild["is_noise"]).all()
    assert (wild["is_isolated"] & wild["is_noise"]).mean() >= 0.8
    assert found.iloc[:1000]["is_isolated"].sum() <= 10
    assert set(wild["first_feature"]) <= {"orders", "revenue"}
    assert (wild["kind"] == "fraud-like").all()
    told = wild.iloc[0]
    assert told["first_direction"] == "high"
    assert told["first_value"] == shop[told["first_feature"]].iloc[1000]
    assert told["first_typical_value"] == pytest.approx(
        shop[told["first_feature"]].median()
    )
    assert told["first_reason"].startswith(f"{told['first_feature']} in words high (")
    assert (
        told["first_contribution"]
        >= told["second_contribution"]
        >= told["third_contribution"]
    )


def test_the_receipt_says_how_many_there_are(shop):
    fits = fitted(shop).set_index(["subject", "method"])
    assert list(fits.reset_index().columns) == list(FIT_COLUMNS)
    for method in ("Isolation Forest", "DBSCAN"):
        row = fits.loc[("customer", method)]
        assert row["status"] == "fitted"
        assert row["contamination"] == pytest.approx(10 / 1010, abs=0.004)
        assert row["sample_count"] == 1010
    assert fits.loc[("session", "Isolation Forest"), "status"] == "no sessions"


def test_chunks_order_and_repetition_change_nothing(connection, shop, monkeypatch):
    once = scored(connection, shop)
    monkeypatch.setattr(scoring, "CHUNK", 77)
    shuffled = shop.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(once, scored(connection, shuffled))


def test_who_is_not_in_the_sample_is_judged_by_the_same_rule(connection, shop):
    fits = fitted(shop)
    everybody = scored(connection, shop, fits=fits)
    others = pd.concat([shop, shop.assign(customer_id="x" + shop["customer_id"])])
    found = scored(connection, others, sample=shop, fits=fits)
    twins = found.iloc[1010:].assign(customer_id=everybody["customer_id"].to_numpy())
    pd.testing.assert_frame_equal(
        twins.reset_index(drop=True), everybody, check_dtype=False
    )


@pytest.mark.parametrize(
    ("values", "status"),
    [
        (np.zeros((1, 8)), "1 of at least 50 customers"),
        (np.random.default_rng(1).normal(size=(10, 8)), "10 of at least 50 customers"),
        (np.full((60, 8), 3.0), "no feature varies"),
        (np.full((60, 8), np.nan), "no feature varies"),
        (np.full((60, 8), np.inf), "no customers"),
    ],
    ids=["one", "ten", "duplicates of one", "all null", "all infinite"],
)
def test_who_cannot_be_judged_has_a_row_that_says_why(connection, values, status):
    found = scored(connection, customers_of(values))
    assert len(found) == len(values)
    assert set(found["status"]) == {f"not scored: {status}"}
    assert found.drop(columns=["customer_id", "status"]).isna().all(axis=None)


def test_nobody_gives_no_rows(connection):
    assert scored(connection, customers_of(np.zeros((0, len(NAMES))))).empty


def test_an_infinite_value_keeps_its_customer_from_being_scored(connection, shop):
    shop.loc[[3, 5], "revenue"] = [np.inf, -np.inf]
    found = scored(connection, shop)
    assert set(found["status"][[3, 5]]) == {"not scored: infinite revenue"}
    assert (found["status"].drop([3, 5]) == "scored").all()
    assert found["score"].notna().sum() == 1008


def test_constant_and_missing_features_take_no_part(connection, shop):
    shop["views"] = 4.0
    shop.loc[::3, "visits"] = np.nan
    found = scored(connection, shop)
    assert (found["status"] == "scored").all()
    reasons = found[[f"{place}_feature" for place in scoring.PLACES]]
    assert "views" not in set(reasons.to_numpy().ravel())
    fits = fitted(shop)
    assert fits["unvarying_features"].iloc[0] == "views"


def test_measures_for_the_rules_alone_do_not_change_a_score(connection, shop):
    shop["views"] = shop["views"] * 1e3
    without = scored(connection, shop, described=described_as(unused=("views",)))
    shop["views"] = shop["views"] * 1e3 + 1
    pd.testing.assert_series_equal(
        without["score"],
        scored(connection, shop, described=described_as(unused=("views",)))["score"],
    )


def test_unthinkable_amounts_are_scored(connection, shop):
    shop.loc[[0, 1], "revenue"] = [1e308, -1e308]
    found = scored(connection, shop)
    assert (found["status"] == "scored").all()
    assert found["is_noise"][0]


def test_the_most_unusual_are_told_where_nothing_is_evident(connection):
    values = np.random.default_rng(8).normal(size=(300, 8))
    found = scored(connection, customers_of(values))
    assert not found["is_isolated"].any()
    told = found["first_reason"].notna()
    assert 10 <= told.sum() <= 12
    assert found["score"][told].min() > found["score"][~told].max()


def test_sessions_that_are_ordinary_have_no_row(connection):
    values = np.random.default_rng(9).normal(size=(800, len(NAMES)))
    values[:8, :3] += np.random.default_rng(10).uniform(6, 16, (8, 3))
    values[8, 0] = np.nan
    sessions = customers_of(values, key="session_id")
    infinite = sessions.iloc[[9]].assign(session_id="infinite", views=np.inf)
    connection.register("sessions", pd.concat([sessions, infinite]))
    fits = fitted(customers_of(np.zeros((0, len(NAMES)))), sessions=sessions)
    found = (
        score_sessions(
            connection.table("sessions"),
            sample=sessions,
            described=described_as(),
            fits=fits,
            rules=RULES,
        )
        .read_all()
        .to_pandas()
        .set_index("session_id")
    )
    assert len(found) < 20
    assert found.loc["infinite", "status"] == "not scored: infinite views"
    wild = found.loc[[f"{number:06d}" for number in range(8)]]
    assert wild["is_isolated"].sum() >= 7
    assert set(wild["kind"]) <= {"bot-like", "unusual"}
