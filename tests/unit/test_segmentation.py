from datetime import date

import numpy as np
import pandas as pd
import pytest

from habitue.segmentation import evaluate_once, fit_once

NAMES = ["orders", "visits"]
OPTIONS = {"max_k": 4, "fixed_k": None, "minimum_share": 0.03, "seed": 1}


@pytest.fixture(scope="module")
def features():
    rng = np.random.default_rng(0)
    centres = np.repeat([[-2.0, -2.0], [2.0, 2.0]], 40, axis=0)
    values = pd.DataFrame(centres + rng.normal(0, 0.3, (80, 2)), columns=NAMES)
    return values.assign(customer_id=[f"c{i:02}" for i in range(80)])


@pytest.fixture
def scalers():
    limits = {"transform": "none", "fill": np.nan, "lower": -9.0, "upper": 9.0}
    return pd.DataFrame(
        [{"feature": name, "centre": 0.0, "scale": 1.0, **limits} for name in NAMES]
    )


def fingerprint(text, as_of=date(2025, 3, 1)):
    return pd.DataFrame({"data_fingerprint": [text], "as_of_date": [as_of]})


def test_evidence_is_stamped_and_not_gathered_twice(features):
    first = evaluate_once(features, fingerprint("a"), previous=None, **OPTIONS)
    assert first.loc[first["is_chosen"], "k"].tolist() == [2]
    assert set(first["data_fingerprint"]) == {"a"}
    assert first["as_of_date"].eq(pd.Timestamp("2025-03-01")).all()
    again = evaluate_once(features, fingerprint("a"), previous=first, **OPTIONS)
    assert again.empty
    assert list(again.columns) == list(first.columns)
    other = evaluate_once(features, fingerprint("b"), previous=first, **OPTIONS)
    assert len(other) == 4


def test_a_model_is_fitted_once_per_fingerprint_and_keeps_its_ids(features, scalers):
    a, b = fingerprint("a"), fingerprint("b")
    evidence = evaluate_once(features, a, previous=None, **OPTIONS)
    first = fit_once(features, scalers, evidence, a, previous=None, seed=1)
    assert first["model_version"].unique().tolist() == [1]
    assert len(first) == 2 * len(NAMES)
    again = fit_once(features, scalers, evidence, a, previous=first, seed=1)
    assert again.empty

    more = pd.concat([evidence, evidence.assign(data_fingerprint="b")])
    second = fit_once(features, scalers, more, b, previous=first, seed=1)
    assert second["model_version"].unique().tolist() == [2]
    low = {
        int(version.loc[version["scaled_value"] < 0, "segment_id"].unique().item())
        for version in (first, second)
    }
    assert len(low) == 1
    assert list(again.dtypes) == list(first.dtypes)


def test_a_model_from_before_there_were_fills_keeps_its_ids(features, scalers):
    a, b = fingerprint("a"), fingerprint("b")
    evidence = evaluate_once(features, a, previous=None, **OPTIONS)
    both = pd.concat([evidence, evidence.assign(data_fingerprint="b")])
    old = fit_once(features, scalers, both, a, previous=None, seed=1)
    old = old.drop(columns="fill")
    new = fit_once(features, scalers, both, b, previous=old, seed=1)
    assert new["model_version"].unique().tolist() == [2]
    assert sorted(new["segment_id"].unique()) == sorted(old["segment_id"].unique())


def test_going_back_to_earlier_data_is_a_new_version(features, scalers):
    """Only the newest version can be the adopted one."""
    a, b = fingerprint("a"), fingerprint("b")
    evidence = evaluate_once(features, a, previous=None, **OPTIONS)
    both = pd.concat([evidence, evidence.assign(data_fingerprint="b")])
    first = fit_once(features, scalers, both, a, previous=None, seed=1)
    second = fit_once(features, scalers, both, b, previous=first, seed=1)
    history = pd.concat([first, second])
    third = fit_once(features, scalers, both, a, previous=history, seed=1)
    assert third["model_version"].unique().tolist() == [3]


def test_without_customers_there_is_evidence_but_no_model(features, scalers):
    nobody = fingerprint("none", as_of=None)
    evidence = evaluate_once(features.iloc[:0], nobody, previous=None, **OPTIONS)
    assert evidence["reason"].tolist() == ["chosen: no customers"]
    model = fit_once(
        features.iloc[:0], scalers, evidence, nobody, previous=None, seed=1
    )
    assert model.empty
    assert "fitted_at" in model.columns
