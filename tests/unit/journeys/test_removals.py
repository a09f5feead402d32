"""Removal effects: the published example, and the jackknife done by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from counted_paths import BRYL, CONVERSION, DROPPED, counted
from scipy import stats

from habitue.journeys import REMOVAL_COLUMNS, measure_removals


def of_everybody(table: pd.DataFrame) -> pd.DataFrame:
    kept = table["segment_id"].isna() & (table["level"] == "channel")
    return table[kept].set_index("state")


def test_bryls_example() -> None:
    found = of_everybody(measure_removals(counted(BRYL)))
    assert found["removal_effect"].to_dict() == pytest.approx(
        {"C1": 0.5, "C2": 1, "C3": 1}, abs=1e-12
    )
    assert found["attribution_share"].to_dict() == pytest.approx(
        {"C1": 0.2, "C2": 0.4, "C3": 0.4}, abs=1e-12
    )
    assert found["attributed_conversions"].sum() == pytest.approx(1, abs=1e-12)
    assert found["removal_effect_low"].isna().all()


def test_intervals_leave_out_a_bag_of_customers_at_a_time() -> None:
    rng = np.random.default_rng(4)
    paths = [
        [
            *rng.choice(list("abc"), rng.integers(1, 5)),
            rng.choice([CONVERSION, DROPPED]),
        ]
        for _ in range(200)
    ]
    found = of_everybody(measure_removals(counted(paths)))
    without = []
    for bag in range(20):
        rest = [path for i, path in enumerate(paths) if i % 20 != bag]
        without.append(of_everybody(measure_removals(counted(rest)))["removal_effect"])
    spread = pd.concat(without, axis=1)
    error = np.sqrt(19 * spread.var(axis=1, ddof=0))
    width = found["removal_effect_high"] - found["removal_effect_low"]
    assert width.to_numpy() == pytest.approx(
        (2 * stats.t.ppf(0.975, 19) * error).to_numpy(), rel=1e-9
    )


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    # Without b, which half of the journeys begin with, half of the conversions go.
    rng = np.random.default_rng(11)
    held = []
    for _ in range(40):
        starts = rng.integers(0, 2, 400)
        ends = rng.random(400) < 0.3
        paths = [
            ["ab"[place], CONVERSION if end else DROPPED]
            for place, end in zip(starts, ends, strict=True)
        ]
        row = of_everybody(measure_removals(counted(paths))).loc["b"]
        held.append(row["removal_effect_low"] <= 0.5 <= row["removal_effect_high"])
    assert np.mean(held) >= 0.85


def test_without_conversions_or_journeys_there_is_no_effect() -> None:
    found = of_everybody(measure_removals(counted([["a", DROPPED]])))
    assert found["status"].tolist() == ["no conversion"]
    assert found["removal_effect"].isna().all()
    empty = measure_removals(counted([]))
    assert list(empty.columns) == list(REMOVAL_COLUMNS)
    assert empty["status"].tolist() == ["no journeys", "no journeys"]


def test_a_single_step_is_worth_all_of_it() -> None:
    found = of_everybody(measure_removals(counted([["a", CONVERSION]])))
    assert found["removal_effect"].tolist() == [1.0]
    assert found["attributed_conversions"].tolist() == [1.0]
