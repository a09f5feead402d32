"""When a new model is looked for, and when it replaces the old one."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from habitue.clustering.drift import (
    baseline_of,
    drift_of,
    read_baseline,
    stability_index,
)
from habitue.clustering.errors import PolicyError
from habitue.clustering.policy import (
    ALWAYS,
    AUTO,
    NEVER,
    Champion,
    Policy,
    check_champion,
    judge,
)

THEN = np.random.default_rng(0).normal(size=(2000, 2))
CHAMPION = Champion(
    model_version=3,
    as_of_date=date(2025, 3, 1),
    features={"calls": "none", "visits": "log1p"},
    baselines={
        name: baseline_of(column)
        for name, column in zip(("calls", "visits"), THEN.T, strict=True)
    },
    parameters_hash="abc",
    segment_count=4,
    jaccard_min=0.9,
)


def check(champion=CHAMPION, *, shift=0.0, day=11, parameters="abc", **policy):
    return check_champion(
        champion,
        np.random.default_rng(1).normal(size=(2000, 2)) + np.array([0, shift]),
        features={"calls": "none", "visits": "log1p"},
        as_of_date=date(2025, 3, day),
        parameters_hash=parameters,
        policy=Policy(**policy),
    )


def test_without_a_model_one_is_looked_for_under_any_policy():
    for recluster in (AUTO, ALWAYS, NEVER):
        assert check(None, recluster=recluster).is_due


def test_a_young_model_of_the_same_customers_stays():
    found = check()

    assert not found.is_due
    assert found.age_days == 10
    assert found.largest_drift < 0.05
    assert "version 3 stays: 10 days old" in found.reason


def test_age_and_drift_are_reasons_to_look_again():
    assert check(days=10).reason == "version 3 is 10 days old"
    drifted = check(shift=0.6)
    assert drifted.is_due
    assert drifted.drifted_feature == "visits"
    assert drifted.reason.startswith("visits has drifted: stability index 0.")


def test_never_keeps_the_model_whatever_happens():
    found = check(shift=5.0, day=30, parameters="other", recluster=NEVER, days=1)
    assert not found.is_due


def test_never_cannot_keep_a_model_of_other_features():
    with pytest.raises(PolicyError, match="recluster: never keeps the model"):
        check(
            CHAMPION._replace(features={"calls": "none", "orders": "none"}),
            recluster=NEVER,
        )


def test_never_cannot_keep_a_model_of_other_transforms():
    with pytest.raises(PolicyError, match=r"visits \(none\), segment_features"):
        check(
            CHAMPION._replace(features={"calls": "none", "visits": "none"}),
            recluster=NEVER,
        )


def test_always_looks_again_and_so_do_other_settings():
    assert check(recluster=ALWAYS).is_due
    assert check(parameters="other").reason == "other settings than those of version 3"


@pytest.mark.parametrize(
    "wrong", [{"recluster": "sometimes"}, {"days": 0}, {"drift": 0.0}]
)
def test_a_policy_that_means_nothing_is_refused(wrong):
    with pytest.raises(PolicyError, match="recluster"):
        check(**wrong)


def verdict(champion=CHAMPION, **measured):
    evidence = {
        "parameters_hash": "abc",
        "segment_count": 4,
        "jaccard_min": 0.8,
        "silhouette": 0.3,
        "champion_silhouette": 0.3,
        "minimum_jaccard": 0.75,
    }
    return judge(champion, **(evidence | measured))


@pytest.mark.parametrize(
    ("measured", "is_adopted", "reason"),
    [
        ({}, True, "not worse"),
        ({"silhouette": 0.291}, True, "not worse"),
        ({"silhouette": 0.289}, False, "less apart"),
        ({"jaccard_min": 0.74}, False, "not stable"),
        ({"segment_count": 5, "silhouette": 0.1}, True, "evidence is for 5"),
        ({"segment_count": 5, "jaccard_min": 0.5}, False, "not stable"),
        ({"segment_count": 1, "jaccard_min": 1, "silhouette": math.nan}, True, "for 1"),
        ({"parameters_hash": "other", "jaccard_min": 0.1}, True, "other settings"),
    ],
)
def test_a_challenger_is_adopted_unless_it_is_worse(measured, is_adopted, reason):
    found = verdict(**measured)

    assert found.is_adopted == is_adopted
    assert reason in found.reason


def test_a_champion_that_was_not_stable_either_can_be_replaced():
    assert verdict(CHAMPION._replace(jaccard_min=0.5), jaccard_min=0.6).is_adopted


def test_the_first_model_is_adopted():
    assert verdict(None, jaccard_min=0.0).is_adopted


def test_the_stability_index_is_the_textbook_sum():
    # (.6 - .5) ln(.6 / .5) + (.4 - .5) ln(.4 / .5)
    assert stability_index(np.array([0.6, 0.4]), np.array([0.5, 0.5])) == pytest.approx(
        0.1 * math.log(1.2) - 0.1 * math.log(0.8)
    )


def test_small_shops_do_not_drift_by_chance():
    """Two hundred samples of a hundred, from one and the same distribution."""
    rng = np.random.default_rng(0)
    found, raw = [], []
    for _ in range(200):
        baseline = baseline_of(rng.normal(size=100))
        values = rng.normal(size=100)
        shares = np.bincount(np.searchsorted(baseline.limits, values), minlength=10)
        raw.append(stability_index(shares / 100, baseline.shares[:-1]))
        found.append(drift_of(values, baseline))
    assert np.mean(raw) > 0.15
    assert np.mean(np.array(found) > 0) < 0.02


def test_the_same_customers_have_not_drifted():
    values = np.array([0.0, 0, 0, 0, 1, 2, 3, 4, np.nan, np.nan])
    baseline = baseline_of(values)

    assert drift_of(values, baseline) == 0
    assert drift_of(np.full(10, np.nan), baseline) > 1
    assert drift_of(values, read_baseline(baseline.to_json())) == 0


def test_deciles_hold_a_tenth_each():
    baseline = baseline_of(np.arange(1000.0))

    assert len(baseline.limits) == 9
    np.testing.assert_allclose(baseline.shares, [0.1] * 10 + [0], atol=0.002)


def test_a_feature_nobody_has_is_one_bin_of_nobody():
    baseline = baseline_of(np.full(5, np.nan))

    assert baseline.shares.tolist() == [0, 1]
    assert drift_of(np.full(5, np.nan), baseline) == 0


@pytest.mark.parametrize("text", ["", "{}", '{"limits": [1], "shares": [1]}', "[]"])
def test_text_that_is_no_baseline_is_refused(text):
    with pytest.raises(ValueError, match="baseline"):
        read_baseline(text)
