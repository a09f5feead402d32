"""A refinement report is made once per state of what it depends on."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from habitue.code_version import code_version
from habitue.refinements import REPORT_COLUMNS, refine_once


@pytest.fixture
def sampled():
    rng = np.random.default_rng(0)
    side = np.repeat([0, 1], 40)
    return pd.DataFrame(
        {
            "customer_id": [f"c{row:03}" for row in range(80)],
            "model_version": 3,
            "segment_id": side + 1,
            "window_days": 60,
            "later_conversion": (rng.random(80) < 0.3).astype(float),
            "later_revenue": rng.random(80),
            "orders": 6.0 * side + rng.normal(size=80),
            "visits": rng.normal(size=80),
            "as_of_date": pd.Timestamp("2025-03-01"),
        }
    )


@pytest.fixture
def scalers():
    return pd.DataFrame({"feature": ["orders", "visits"]}).assign(
        transform="none", fill=np.nan, lower=-99.0, upper=99.0, centre=0.0, scale=1.0
    )


def refined(sampled, scalers, *, used=("orders",), previous=None, is_wanted=True):
    return refine_once(
        sampled, scalers, used=used, is_wanted=is_wanted, seed=1, previous=previous
    )


def test_a_report_carries_its_receipt(sampled, scalers):
    report = refined(sampled, scalers)

    assert report["change"].tolist() == ["none", "without", "with"]
    row = report.iloc[0]
    assert (row["model_version"], row["window_days"], row["seed"]) == (3, 60, 1)
    assert row["customer_count"] == 80
    assert row["agreement"] > 0.9
    assert row["as_of_date"].date() == date(2025, 3, 1)
    assert row["code_version"] == code_version()
    assert "scikit-learn" in row["library_versions"]


def test_the_same_rows_in_another_order_add_nothing(sampled, scalers):
    report = refined(sampled, scalers)
    shuffled = sampled.sample(frac=1, random_state=2)

    assert refined(shuffled, scalers, previous=report).empty
    again = refined(shuffled, scalers)
    pd.testing.assert_frame_equal(
        again.drop(columns="fitted_at"), report.drop(columns="fitted_at")
    )


@pytest.mark.parametrize(
    "change",
    [{"model_version": 4}, {"later_revenue": 1.0}, {"visits": 2.0}],
)
def test_other_rows_are_another_report(sampled, scalers, change):
    report = refined(sampled, scalers)

    found = refined(sampled.assign(**change), scalers, previous=report)

    assert len(found) == 3
    assert list(found.columns) == list(report.columns)


def test_other_features_in_use_are_another_report(sampled, scalers):
    report = refined(sampled, scalers)

    assert len(refined(sampled, scalers, used=("visits",), previous=report)) == 3


@pytest.mark.parametrize("with_previous", [True, False])
def test_a_report_that_is_not_wanted_is_not_made(sampled, scalers, with_previous):
    previous = refined(sampled, scalers) if with_previous else None

    found = refined(sampled, scalers, previous=previous, is_wanted=False)

    assert found.empty
    assert set(REPORT_COLUMNS) < set(found.columns)


def test_before_there_are_outcomes_one_row_says_so(sampled, scalers):
    report = refined(sampled.iloc[:0], scalers)

    [row] = report.to_dict("records")
    assert row["recommendation"].startswith("no outcomes yet")
    assert row["window_days"] == 0
    assert refined(sampled.iloc[:0], scalers, previous=report).empty
