"""Health: every check can be silent, and can speak."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from habitue.experiments.checks import CHECK_COLUMNS, check_experiments

_KEYS = ("experiment_id", "metric", "arm", "segment_id")
_SUMS = (
    *("value_sum", "base_sum", "past_value_sum", "past_base_sum"),
    *("value_value_sum", "base_base_sum", "past_value_past_value_sum"),
    *("past_base_past_base_sum", "value_base_sum", "value_past_value_sum"),
    *("value_past_base_sum", "base_past_value_sum", "base_past_base_sum"),
    "past_value_past_base_sum",
)


def arms_of(
    *counts: int, shares: tuple[float, ...] = (), **more: object
) -> pd.DataFrame:
    """Arms a, b, c ... of one experiment, with nothing odd about them."""
    odd = (
        *("two_arms_count", "automated_count", "internal_count"),
        *("exposed_before_count", "exposed_to_other_count", "changed_count"),
    )
    frame = pd.DataFrame(
        {
            "experiment_id": "e",
            "arm": list("abcd"[: len(counts)]),
            "arm_number": range(1, len(counts) + 1),
            "share": shares or [1 / len(counts)] * len(counts),
            "assigned_by": "habitue",
            "is_over": True,
            "customer_count": counts,
        }
        | dict.fromkeys(odd, 0)
    )
    return frame.assign(**more)


def sums_of(
    arm: str, values: np.ndarray, past: np.ndarray, **more: object
) -> dict[str, object]:
    """Sums of one arm, added up naively."""
    ones = np.ones(len(values))
    parts = {"value": values, "base": ones, "past_value": past, "past_base": ones}
    row: dict[str, object] = {
        "experiment_id": "e", "metric": "m", "arm": arm, "segment_id": None,
        "customer_count": len(values),
    }  # fmt: skip
    for name in _SUMS:
        stem = name.removesuffix("_sum")
        first = next(
            one for one in sorted(parts, key=len, reverse=True) if stem.startswith(one)
        )
        second = stem.removeprefix(first).removeprefix("_")
        row[name] = float(parts[first] @ (parts[second] if second else ones))
    return row | more


def nothing() -> pd.DataFrame:
    """Sums of no experiment."""
    return pd.DataFrame(columns=[*_KEYS, "customer_count", *_SUMS])


def no_pairs() -> pd.DataFrame:
    return pd.DataFrame(
        columns=["experiment_id", "other_experiment_id", "arm", "other_arm",
                 "customer_count"]
    )  # fmt: skip


def health(
    arms: pd.DataFrame,
    *,
    sums: pd.DataFrame | None = None,
    looks: pd.DataFrame | None = None,
    pairs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """All checks of one experiment by name."""
    table = check_experiments(
        arms,
        nothing() if sums is None else sums,
        no_looks() if looks is None else looks,
        no_pairs() if pairs is None else pairs,
    )
    assert list(table.columns) == list(CHECK_COLUMNS)
    return table.set_index("check_name")


def test_every_experiment_has_a_row_per_check() -> None:
    two = pd.concat([arms_of(5, 5), arms_of(0, 0).assign(experiment_id="f")])
    table = check_experiments(
        two,
        nothing(),
        no_looks(),
        no_pairs(),
    )
    assert table.groupby("experiment_id").size().to_dict() == {"e": 12, "f": 12}
    empty = table[table["experiment_id"] == "f"]
    assert set(empty["status"]) <= {"unknown", "ok"}
    assert empty["message"].str.len().min() > 10


def test_no_experiment_has_no_row_but_types() -> None:
    table = check_experiments(
        arms_of(1, 1).iloc[:0],
        nothing(),
        no_looks(),
        no_pairs(),
    )
    assert table.empty
    assert table["p_value"].dtype == np.float64
    assert table["customer_count"].dtype == np.int64


def test_sample_ratio_of_the_guide_is_fine() -> None:
    """2,023 against 1,977: tea-tasting says .477."""
    told = health(arms_of(2023, 1977)).loc["sample_ratio"]
    assert told["status"] == "ok"
    assert told["p_value"] == pytest.approx(0.476771, abs=1e-6)


@pytest.mark.parametrize(
    ("counts", "shares", "status"),
    [
        ((5000, 5200), (0.5, 0.5), "ok"),
        ((5000, 5400), (0.5, 0.5), "blocked"),
        ((44700, 45489), (0.5, 0.5), "warning"),
        ((9000, 1000), (0.9, 0.1), "ok"),
        ((21306, 21387, 21307), (1, 1, 1), "ok"),
        ((21306, 19248, 21307), (1, 1, 1), "blocked"),
    ],
)
def test_sample_ratio_blocks_below_one_in_a_thousand(
    counts: tuple[int, ...], shares: tuple[float, ...], status: str
) -> None:
    told = health(arms_of(*counts, shares=shares)).loc["sample_ratio"]
    assert told["status"] == status
    wanted = np.array(shares) / sum(shares) * sum(counts)
    p_value = stats.chisquare(counts, wanted).pvalue
    assert (p_value < 0.001) == (status == "blocked")
    assert (p_value < 0.01) == (status != "ok")


def test_an_arm_without_anybody_blocks() -> None:
    told = health(arms_of(12, 0)).loc["empty_arm"]
    assert told["status"] == "blocked"
    assert "Nobody is in b" in told["message"]


@pytest.mark.parametrize(
    ("two_arms", "status", "words"),
    [
        ((0, 0), "ok", "Nobody"),
        ((40, 35), "ok", "few enough"),
        ((400, 390), "warning", "outlives cookies"),
        ((60, 10), "warning", "One arm drives"),
    ],
)
def test_people_in_two_arms(two_arms: tuple[int, int], status: str, words: str) -> None:
    told = health(arms_of(5000, 5000, two_arms_count=two_arms)).loc["two_arms"]
    assert told["status"] == status
    assert words in told["message"]
    assert told["customer_count"] == sum(two_arms)


@pytest.mark.parametrize("name", ["automated", "internal"])
def test_who_is_left_out_is_told_and_whether_by_arm(name: str) -> None:
    even = health(arms_of(5000, 5000, **{f"{name}_count": (50, 45)})).loc[name]
    assert (even["status"], even["customer_count"]) == ("ok", 95)
    uneven = health(arms_of(5000, 5000, **{f"{name}_count": (90, 45)})).loc[name]
    assert uneven["status"] == "warning"
    assert uneven["p_value"] == pytest.approx(stats.binomtest(90, 135).pvalue)


@pytest.mark.parametrize(
    ("column", "check"),
    [
        ("exposed_before_count", "exposed_before_assignment"),
        ("exposed_to_other_count", "exposed_to_other_arm"),
        ("changed_count", "definition_changed"),
    ],
)
def test_strays_are_warned_of(column: str, check: str) -> None:
    assert health(arms_of(500, 500)).loc[check, "status"] == "ok"
    told = health(arms_of(500, 500, **{column: (3, 4)})).loc[check]
    assert (told["status"], told["customer_count"]) == ("warning", 7)
    assert told["statistic"] == pytest.approx(0.007)


def test_a_definition_of_others_is_not_known() -> None:
    arms = arms_of(500, 500, assigned_by="events")
    assert health(arms).loc["definition_changed", "status"] == "unknown"


def test_a_past_that_differs_is_warned_of() -> None:
    rng = np.random.default_rng(8)
    a, b, c = (rng.exponential(size=2000) for _ in range(3))
    alike = pd.DataFrame([sums_of("a", a, a), sums_of("b", b, b), sums_of("c", c, c)])
    arms = arms_of(2000, 2000, 2000)
    told = health(arms, sums=alike).loc["pre_period"]
    p_values = [stats.ttest_ind(x, a, equal_var=False).pvalue for x in (b, c)]
    assert told["status"] == "ok"
    assert told["p_value"] == pytest.approx(min(1, 2 * min(p_values)), rel=1e-9)
    other = pd.DataFrame(
        [sums_of("a", a, a), sums_of("b", b, b + 0.3), sums_of("c", c, c)]
    )
    told = health(arms, sums=other).loc["pre_period"]
    assert told["status"] == "warning"
    assert "in b than in a" in told["message"]
    assert "higher" in told["message"]


def test_a_past_in_which_nothing_happened_is_unknown() -> None:
    rows = [sums_of(arm, np.arange(9.0), np.zeros(9)) for arm in "ab"]
    told = health(arms_of(9, 9), sums=pd.DataFrame(rows)).loc["pre_period"]
    assert told["status"] == "unknown"


def looks_of(
    effects: list[float], *, cumulated: bool, error: float = 0.03, widening: float = 1.5
) -> pd.DataFrame:
    """Looks at one arm, the always-valid interval so much wider than the fixed one."""
    effect, fixed = np.array(effects), stats.norm.ppf(0.975) * error
    return pd.DataFrame(
        {
            "experiment_id": "e",
            "arm": "b",
            "look_number": range(1, len(effects) + 1),
            "customer_count": 2000,
            "difference": effect,
            "difference_low": effect - fixed,
            "difference_high": effect + fixed,
            "always_low": effect - widening * fixed,
            "always_high": effect + widening * fixed,
            "standard_error": error,
            "is_cumulated": cumulated,
        }
    )


def no_looks() -> pd.DataFrame:
    return looks_of([], cumulated=True)


def test_an_effect_that_fades_is_seen() -> None:
    fading = looks_of([0.5, 0.4, 0.3, 0.2, 0.1], cumulated=False)
    told = health(arms_of(2000, 2000), looks=fading).loc["novelty"]
    assert told["status"] == "warning"
    assert told["statistic"] == pytest.approx(-0.1, abs=0.002)
    assert "fades" in told["message"]
    level = looks_of([0.3] * 5, cumulated=False)
    told = health(arms_of(2000, 2000), looks=level).loc["novelty"]
    assert told["status"] == "ok"
    few = looks_of([0.3] * 2, cumulated=False)
    assert health(arms_of(9, 9), looks=few).loc["novelty", "status"] == "unknown"


def test_a_fixed_interval_without_zero_is_no_reason_to_stop() -> None:
    """At z = 2.2 the fixed interval excludes zero, the always-valid one does not."""
    error = 0.03
    looks = looks_of([0.0, 0.0, 2.2 * error], cumulated=True)
    running = arms_of(2000, 2000, is_over=False)
    told = health(running, looks=looks).loc["peeking"]
    assert told["status"] == "warning"
    assert "Of 3 looks the fixed 95 % interval excludes zero at 1" in told["message"]
    assert "always-valid one at 0" in told["message"]
    assert health(arms_of(2000, 2000), looks=looks).loc["peeking", "status"] == "ok"
    sure = looks_of([0.0, 6 * error, 6 * error], cumulated=True)
    assert health(running, looks=sure).loc["peeking", "status"] == "ok"


def pairs_of(table: list[list[int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("e", "other", arm, other_arm, count)
            for arm, row in zip("ab", table, strict=True)
            for other_arm, count in zip("xy", row, strict=True)
        ],
        columns=list(no_pairs().columns),
    )


def test_arms_of_two_experiments_that_go_together() -> None:
    apart = health(arms_of(500, 500), pairs=pairs_of([[120, 130], [125, 125]]))
    assert apart.loc["overlap", "status"] == "ok"
    assert apart.loc["overlap", "customer_count"] == 500
    together = health(arms_of(500, 500), pairs=pairs_of([[200, 50], [50, 200]]))
    assert together.loc["overlap", "status"] == "warning"
    assert "layer" in together.loc["overlap", "message"]
    few = health(arms_of(500, 500), pairs=pairs_of([[2, 1], [1, 2]]))
    assert few.loc["overlap", "status"] == "unknown"
    assert health(arms_of(5, 5)).loc["overlap", "status"] == "ok"
