"""Looks at a running experiment."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from habitue.experiments.looks import LOOK_COLUMNS, measure_looks

ASKED = pd.DataFrame(
    [
        {
            "experiment_id": "e",
            "metric": "revenue",
            "metric_kind": "mean",
            "control_arm": "old",
        }
    ]
)
ARMS = pd.DataFrame(
    {
        "experiment_id": "e",
        "arm": ["old", "new"],
        "customer_count": [400, 400],
        "is_control": [True, False],
    }
)


def sums(arm: str, number: int, values: np.ndarray, *, is_cumulated: bool) -> dict:
    """Sums of a mean without a past."""
    count = float(len(values))
    nothing = (
        *("past_value_sum", "past_value_past_value_sum", "value_past_value_sum"),
        *("base_past_value_sum", "past_value_past_base_sum"),
    )
    ones = (
        *("base_sum", "past_base_sum", "base_base_sum", "base_past_base_sum"),
        "past_base_past_base_sum",
    )
    found = dict.fromkeys(nothing, 0.0) | dict.fromkeys(ones, count)
    found |= {
        name: values.sum()
        for name in ("value_sum", "value_base_sum", "value_past_base_sum")
    }
    return found | {
        "experiment_id": "e",
        "metric": "revenue",
        "arm": arm,
        "look_number": number,
        "look_at": pd.Timestamp(2025, 3, number),
        "is_cumulated": is_cumulated,
        "customer_count": len(values),
        "value_value_sum": (values**2).sum(),
    }


def test_every_look_has_both_intervals_and_a_period_alone_the_fixed_one() -> None:
    rng = np.random.default_rng(5)
    old, new = rng.normal(10, 2, 400), rng.normal(11, 2, 400)
    looks = pd.DataFrame(
        [
            sums(arm, number, values[: 200 * number], is_cumulated=is_cumulated)
            for arm, values in (("old", old), ("new", new))
            for number in (1, 2)
            for is_cumulated in (True, False)
        ]
    )
    table = measure_looks(ASKED, ARMS, looks, tuning=500)
    assert len(table) == 4
    last = table[(table["look_number"] == 2) & table["is_cumulated"]].iloc[0]
    assert last["p_value"] == pytest.approx(
        stats.ttest_ind(new, old, equal_var=False).pvalue, rel=1e-9
    )
    assert last["always_low"] < last["difference_low"] < last["difference_high"]
    assert last["difference_high"] < last["always_high"]
    alone = table[~table["is_cumulated"]]
    assert alone["always_low"].isna().all()
    assert alone["difference_low"].notna().all()


def test_an_arm_that_nobody_is_in_yet_is_told_so() -> None:
    looks = pd.DataFrame([sums("old", 1, np.arange(50.0), is_cumulated=True)])
    [row] = measure_looks(ASKED, ARMS, looks, tuning=500).to_dict("records")
    assert row["status"] == "nobody in this arm"
    assert np.isnan(row["always_low"])


def test_no_looks_give_typed_columns() -> None:
    looks = pd.DataFrame([sums("old", 1, np.arange(50.0), is_cumulated=True)])[:0]
    table = measure_looks(ASKED, ARMS, looks, tuning=500)
    assert table.dtypes.astype(str).to_dict() == LOOK_COLUMNS
