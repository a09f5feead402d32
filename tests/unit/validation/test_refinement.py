"""What features are worth, where that was planted."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from habitue.clustering import read_customers
from habitue.validation.refinement import (
    TRIAL_COLUMNS,
    RefinementSettings,
    try_features,
)

SETTINGS = RefinementSettings(bootstraps=6, draws=100, n_init=3, seed=1)
N = 400


@pytest.fixture
def planted():
    """Two groups in `split`; later revenue by `secret`, which is not in use.

    `copy` says what split says, `noise` nothing, `flat` does not vary.
    """
    rng = np.random.default_rng(0)
    split, secret = np.repeat([-3.0, 3.0], N // 2), np.tile([-3.0, 3.0], N // 2)
    table = pd.DataFrame(
        {
            "split": split + rng.normal(size=N),
            "copy": split + rng.normal(size=N),
            "noise": rng.normal(size=N),
            "flat": 1.0,
            "secret": 3 * secret + rng.normal(size=N),
            "haze": rng.normal(size=N),
        }
    )
    buys = rng.random(N) < np.where(secret > 0, 0.8, 0.2)
    outcomes = {
        "conversion": buys.astype(float),
        "revenue": np.where(buys, rng.lognormal(3, 1, N), 0.0),
    }
    return table, (split > 0).astype(np.int64), outcomes


def tried(planted, *, used=("split", "copy", "noise", "flat"), outcomes=None):
    table, adopted, later = planted
    features = table.assign(customer_id=[f"c{row:04}" for row in range(len(table))])
    scalers = pd.DataFrame({"feature": list(table)}).assign(
        transform="none", fill=np.nan, lower=-99.0, upper=99.0, centre=0.0, scale=1.0
    )
    found = try_features(
        read_customers(features, scalers),
        used=used,
        adopted=adopted,
        outcomes=outcomes or later,
        settings=SETTINGS,
    )
    assert list(found.columns) == list(TRIAL_COLUMNS)
    return found.set_index("feature")


def test_every_feature_is_tried_once(planted):
    found = tried(planted)

    assert found["change"].to_dict() == {
        "": "none",
        **dict.fromkeys(["split", "copy", "noise", "flat"], "without"),
        **dict.fromkeys(["secret", "haze"], "with"),
    }


def test_the_features_in_use_give_the_adopted_segments_again(planted):
    base = tried(planted).loc[""]

    assert base["agreement"] > 0.95
    assert base["jaccard_min"] > 0.95
    assert base["jaccard_min_change"] == 0
    assert abs(base["revenue_effect"]) < 0.02
    assert base["recommendation"] == "the features in use"


def test_what_another_feature_says_too_can_be_dropped(planted):
    found = tried(planted)

    for feature in ("split", "copy", "noise"):
        assert found.loc[feature, "recommendation"].startswith(("can be", "drop"))
        assert found.loc[feature, "is_recommended"]
    assert found.loc["flat", "recommendation"] == "drop: it does not vary"


def test_what_tells_later_revenue_is_worth_adding(planted):
    row = tried(planted).loc["secret"]

    assert row["recommendation"].startswith("worth adding: with it segments tell more")
    assert row["is_recommended"]
    assert 0.2 < row["revenue_effect_change_low"] < row["revenue_effect_change"]
    assert row["conversion_effect"] == pytest.approx(0.6, abs=0.1)
    # Segments by secret cut across those by split.
    assert row["agreement"] < 0.1


def test_what_tells_later_revenue_is_kept_once_it_is_in_use(planted):
    found = tried(planted, used=("secret", "split", "noise"))

    row = found.loc["secret"]
    assert row["recommendation"].startswith("keep: without it segments tell less")
    assert not row["is_recommended"]
    assert row["revenue_effect_change_high"] < -0.2
    assert found.loc["noise", "recommendation"].startswith("can be dropped")


def test_what_holds_segments_together_is_kept(planted):
    row = tried(planted, used=("split", "noise")).loc["split"]

    assert row["recommendation"].startswith("keep: without it")
    assert "less stable" in row["recommendation"]
    assert row["jaccard_min_change"] < -0.05


def test_haze_is_left_out(planted):
    row = tried(planted).loc["haze"]

    assert row["recommendation"] == "leave out: no gain in stability or lift"


def test_trials_are_compared_with_the_adopted_segments(planted):
    table, adopted, _ = planted
    row = tried(planted).loc["split"]

    by_sign = (table["copy"] > 0).to_numpy()
    expected = adjusted_rand_score(adopted, by_sign)
    assert row["agreement"] == pytest.approx(expected, abs=0.03)


def test_without_outcomes_stability_decides_alone(planted):
    nobody = {"conversion": np.zeros(N), "revenue": np.zeros(N)}
    found = tried(planted, used=("split", "noise"), outcomes=nobody)

    assert found["revenue_effect"].isna().all()
    assert found.loc["noise", "recommendation"] == (
        "can be dropped: no loss of stability or lift (no outcome to compare)"
    )
    assert found.loc["split", "recommendation"].startswith("keep")


def test_the_only_feature_is_kept(planted):
    row = tried(planted, used=("split",)).loc["split"]

    assert row["recommendation"] == "keep: without it there is nothing to divide"


@pytest.mark.parametrize(
    ("rows", "used", "said"),
    [
        (N // 2, ("split",), "one segment only: there is nothing to refine"),
        (0, ("split",), "one segment only: there is nothing to refine"),
        (N, ("flat",), "too few: 1 distinct customers for 2 segments"),
        (N, (), "too few: 0 distinct customers for 2 segments"),
    ],
)
def test_where_nothing_can_be_tried_one_row_says_why(planted, rows, used, said):
    table, adopted, outcomes = planted
    few = (
        table.iloc[:rows],
        adopted[:rows],
        {name: values[:rows] for name, values in outcomes.items()},
    )

    [row] = tried(few, used=used).to_dict("records")

    assert row["recommendation"] == said
    assert not row["is_recommended"]


def test_two_customers_in_two_segments_are_too_few(planted):
    table, adopted, outcomes = planted
    ends = [0, N - 1]
    few = (
        table.iloc[ends],
        adopted[ends],
        {name: values[ends] for name, values in outcomes.items()},
    )

    [row] = tried(few, used=("split",)).to_dict("records")

    assert row["recommendation"] == "too few: 2 distinct customers for 2 segments"
