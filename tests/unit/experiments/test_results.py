"""Results of experiments from sums: methods, corrections, statuses and verdicts."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportions_ztest

from habitue.experiments.results import RESULT_COLUMNS, measure_effects

PARTS = ("value", "base", "past_value", "past_base")
SUM_NAMES = [
    "_".join(factors)
    for count in (1, 2)
    for factors in itertools.combinations_with_replacement(PARTS, count)
]
RNG = np.random.default_rng(7)


def group(
    arm: str,
    values: Any,
    past: Any = None,
    *,
    metric: str = "revenue",
    segment: int | None = None,
    base: Any = None,
    past_base: Any = None,
) -> dict[str, Any]:
    """Sums over the customers of one group."""
    ones = np.ones(len(values))
    columns = dict(
        zip(
            PARTS,
            (
                np.asarray(values, dtype=float),
                ones if base is None else base,
                0 * ones if past is None else np.asarray(past, dtype=float),
                ones if past_base is None else past_base,
            ),
            strict=True,
        )
    )
    return {
        "experiment_id": "e",
        "metric": metric,
        "arm": arm,
        "segment_id": segment,
        "customer_count": len(values),
    } | {
        f"{name}_sum": float(np.prod([columns[part] for part in factors], axis=0).sum())
        for name, factors in zip(
            SUM_NAMES,
            (
                factors
                for count in (1, 2)
                for factors in itertools.combinations_with_replacement(PARTS, count)
            ),
            strict=True,
        )
    }


def question(metric: str = "revenue", **said: Any) -> dict[str, Any]:
    """What is asked of a metric."""
    return {
        "experiment_id": "e",
        "metric": metric,
        "metric_kind": "mean",
        "role": "metric",
        "better": "higher",
        "control_arm": "old",
        "place": 1,
        "quantile": np.nan,
        "minimum_effect": 0.1,
        "last_day": 0,
        "is_final": True,
    } | said


def results(
    questions: list[dict[str, Any]],
    groups: list[dict[str, Any]],
    *,
    counts: tuple[int, ...] = (500, 500),
    ranks: pd.DataFrame | None = None,
    correction: str = "none",
) -> pd.DataFrame:
    """Everything that is told, by metric, segment and method."""
    names = ["old", "new", "newest"][: len(counts)]
    arms = pd.DataFrame(
        {
            "experiment_id": "e",
            "arm": names,
            "arm_number": range(1, len(counts) + 1),
            "share": 1 / len(counts),
            "customer_count": counts,
            "is_control": [name == "old" for name in names],
        }
    )
    no_ranks = pd.DataFrame(
        columns=[
            *("experiment_id", "metric", "arm", "segment_id"),
            *("customer_count", "value_rank", "value"),
        ]
    )
    sums = pd.DataFrame(groups, columns=list(group("old", [1.0])))
    return measure_effects(
        pd.DataFrame(questions),
        arms,
        sums,
        no_ranks if ranks is None else ranks,
        correction=correction,
        power=0.8,
        tuning=5000,
    )


def only(table: pd.DataFrame, **named: Any) -> Any:
    """The only row that is so."""
    for name, value in named.items():
        is_so = table[name].isna() if value is None else table[name] == value
        table = table[is_so]
    [row] = list(table.itertuples(index=False))
    return row


@pytest.fixture(scope="module")
def skewed() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Values of both arms, each with its past."""
    past = RNG.lognormal(2, 1, (2, 500))
    noise = RNG.lognormal(1, 1, (2, 500))
    old, new = past + noise
    return old, new + 4, past[0], past[1]


def test_methods_are_those_of_the_kind_of_metric() -> None:
    table = results(
        [
            question("bought", metric_kind="proportion"),
            question("revenue"),
            question("order_value", metric_kind="ratio"),
            question("most", metric_kind="quantile", quantile=0.5),
        ],
        [
            group(
                arm,
                RNG.random(500 if segment else 900) < 0.5,
                metric=metric,
                segment=segment,
            )
            for arm in ("old", "new")
            for metric in ("bought", "revenue", "order_value")
            for segment in (None, 4)
        ],
    )
    methods = table.groupby(["metric", "segment_id"], dropna=False)["method"].agg(set)
    fixed = {"unadjusted", "cuped", "sequential"}
    assert methods["bought", 4] == methods["revenue", 4] == fixed | {"bayesian"}
    assert methods["order_value", 4] == fixed
    assert methods["most", 4] == {"bootstrap"}
    assert len(table) == 2 * (4 + 4 + 3 + 1)


def test_means_are_compared_by_welch_and_adjusted_by_their_past(skewed: Any) -> None:
    old, new, past_old, past_new = skewed
    table = results(
        [question()], [group("old", old, past_old), group("new", new, past_new)]
    )
    plain = only(table, method="unadjusted")
    assert plain.p_value == pytest.approx(
        stats.ttest_ind(new, old, equal_var=False).pvalue, rel=1e-9
    )
    assert plain.difference == pytest.approx(new.mean() - old.mean(), rel=1e-12)
    assert not plain.is_decisive
    adjusted = only(table, method="cuped")
    assert adjusted.is_decisive
    correlation = np.corrcoef([*past_old, *past_new], [*old, *new])[0, 1]
    assert adjusted.variance_reduction == pytest.approx(correlation**2, abs=0.02)
    assert adjusted.difference_high - adjusted.difference_low < 0.6 * (
        plain.difference_high - plain.difference_low
    )
    assert only(table, method="bayesian").probability_better > 0.99
    always = only(table, method="sequential")
    assert always.difference == adjusted.difference
    assert always.difference_low < adjusted.difference_low
    assert always.p_value > adjusted.p_value


def test_without_a_past_that_tells_anything_the_plain_estimate_decides() -> None:
    groups = [group("old", RNG.random(500)), group("new", RNG.random(500))]
    table = results([question()], groups)
    assert only(table, is_decisive=True).method == "unadjusted"
    assert np.isnan(only(table, method="sequential").variance_reduction) or (
        only(table, method="sequential").variance_reduction == 0
    )


def test_p_values_are_corrected_over_metrics_and_segments_guardrails_apart() -> None:
    groups = [
        group(
            arm,
            RNG.normal(10 + shift * (arm == "new"), 3, 500 if segment else 1000),
            metric=metric,
            segment=segment,
        )
        for metric, shift in (("revenue", 0.5), ("visits", 0.4), ("returns", 0.45))
        for segment in (None, 1, 2)
        for arm in ("old", "new")
    ]
    questions = [
        question("revenue"),
        question("visits", place=2),
        question("returns", role="guardrail"),
    ]
    table = results(questions, groups, correction="holm")
    rows = table[(table["method"] == "unadjusted")]
    for role, count in (("metric", 6), ("guardrail", 3)):
        family = rows[rows["role"] == role].sort_values("p_value")
        assert len(family) == count
        holm = np.maximum.accumulate(family["p_value"] * np.arange(count, 0, -1))
        assert family["corrected_p_value"].to_numpy() == pytest.approx(
            np.minimum(holm, 1)
        )


@pytest.mark.parametrize(
    ("old", "new", "counts", "said", "status"),
    [
        ([], [], (0, 0), {}, "nobody is in the experiment"),
        ([], [], (60, 60), {"is_final": False}, "nobody's days are over yet"),
        ([], range(60), (0, 60), {}, "nobody in the control arm"),
        (range(60), [], (60, 0), {}, "nobody in this arm"),
        (
            range(19),
            range(60),
            (19, 60),
            {},
            "too few customers: fewer than 20 in an arm",
        ),
        ([5.0] * 60, [5.0] * 60, (60, 60), {}, "the values of an arm do not vary: "),
    ],
)
def test_what_cannot_be_told_says_why_and_has_no_interval(
    old: Any, new: Any, counts: tuple[int, int], said: dict[str, Any], status: str
) -> None:
    groups = [
        group(arm, list(values), [1.0] * len(values))
        for arm, values in (("old", old), ("new", new))
        if len(values)
    ]
    table = results([question(**said)], groups, counts=counts)
    assert len(table) == 4
    for row in table.itertuples():
        assert row.status.startswith(status)
        assert row.verdict == f"not judged: {row.status}"
        for name in ("difference_low", "relative_high", "p_value", "corrected_p_value"):
            assert np.isnan(getattr(row, name))
    assert sum(table["is_decisive"]) == 1


def test_rates_are_told_also_where_nobody_in_an_arm_did_it() -> None:
    did = np.arange(400) < 30
    groups = [group("old", 0 * did), group("new", did)]
    table = results([question(metric_kind="proportion")], groups, counts=(400, 400))
    row = only(table, method="unadjusted")
    assert row.p_value == pytest.approx(proportions_ztest([30, 0], [400, 400])[1])
    assert row.difference_low > 0
    assert row.is_decisive
    assert row.verdict.startswith("better: +0.075 (+0.05")
    assert only(table, method="sequential").status.startswith("the values of an arm")
    table = results([question(metric_kind="mean")], groups, counts=(400, 400))
    assert only(table, method="unadjusted").status.startswith("the values of an arm")


def test_a_broken_sample_ratio_blocks_every_verdict(skewed: Any) -> None:
    old, new, past_old, past_new = skewed
    groups = [group("old", old, past_old), group("new", new, past_new)]
    table = results([question()], groups, counts=(500, 620))
    p_value = stats.binomtest(500, 1120).pvalue
    assert p_value < 0.001
    assert set(table["verdict"]) == {
        "not judged: the arms do not have their shares of customers "
        f"(p = {p_value:.2g})"
    }
    assert set(table["status"]) == {"told"}
    table = results([question()], groups, counts=(500, 560))
    assert not table["verdict"].str.startswith("not judged").any()


def test_before_the_end_only_the_always_valid_interval_speaks(skewed: Any) -> None:
    old, new, past_old, past_new = skewed
    table = results(
        [question(is_final=False)],
        [group("old", old, past_old), group("new", new, past_new)],
    )
    assert only(table, method="unadjusted").p_value < 0.05
    for method in ("unadjusted", "cuped", "bayesian"):
        verdict = only(table, method=method).verdict
        assert verdict.startswith("running: this is read at the end")
    assert only(table, is_decisive=True).method == "sequential"
    better = RNG.normal(20, 1, 500)
    table = results(
        [question(is_final=False)],
        [group("old", better - 9, past_old), group("new", better, past_new)],
    )
    assert only(table, method="sequential").verdict.startswith("running: better: +8")


@pytest.mark.parametrize(
    ("shift", "said", "verdict"),
    [
        (1, {}, "better: +"),
        (-1, {}, "worse: -"),
        (-1, {"better": "lower"}, "better: -"),
        (1, {"better": "lower"}, "worse: +"),
        (1, {"role": "guardrail"}, "not shown to be worse"),
        (-1, {"role": "guardrail"}, "worse: -"),
        (0, {}, "no difference shown; one of 10% would be shown with"),
        (0, {"role": "guardrail"}, "not shown to be worse"),
    ],
)
def test_verdicts_know_the_better_side_and_guardrails(
    shift: float, said: dict[str, Any], verdict: str
) -> None:
    values = np.random.default_rng(3).normal(10, 1, 400)
    table = results(
        [question(**said)], [group("old", values), group("new", values + shift)]
    )
    for method in ("unadjusted", "bayesian"):
        found = only(table, method=method)
        is_lower = said.get("better") == "lower"
        expected = verdict
        if method == "bayesian":
            [expected, *_] = re.split("[:;]", verdict)
        assert found.verdict.startswith(expected)
    if shift:
        believed = only(table, method="bayesian").probability_better
        assert (believed > 0.5) == ((shift > 0) != is_lower)


def test_a_comparison_without_a_past_is_corrected_for_in_the_adjusted_family() -> None:
    past = RNG.normal(10, 2, (2, 500))
    old, new = past + RNG.normal(0, 1, (2, 500))
    groups = [
        group("old", old, past[0]),
        group("new", new + 0.3, past[1]),
        group("old", old, metric="visits"),
        group("new", new + 0.3, metric="visits"),
    ]
    questions = [question("revenue"), question("visits", place=2)]
    table = results(questions, groups, correction="holm")
    adjusted = only(table, metric="revenue", method="cuped")
    assert adjusted.corrected_p_value == pytest.approx(2 * adjusted.p_value)
    other = only(table, metric="visits", method="cuped")
    assert other.status.startswith("the past does not vary")
    assert np.isnan(other.corrected_p_value)
    assert only(table, metric="visits", is_decisive=True).method == "unadjusted"


def test_a_segment_that_everybody_is_in_is_not_told_twice() -> None:
    values = RNG.normal(10, 2, 400)
    groups = [
        group(arm, values, segment=segment)
        for arm in ("old", "new")
        for segment in (None, 3)
    ]
    assert results([question()], groups)["segment_id"].isna().all()


def test_segments_that_differ_are_seen_in_every_row_of_the_metric() -> None:
    values = RNG.normal(10, 2, 400)
    groups = []
    for segment, shift in ((1, 2.0), (2, -2.0)):
        groups += [
            group("old", values, segment=segment),
            group("new", values + shift, segment=segment),
        ]
    groups += [
        group("old", np.tile(values, 2)),
        group("new", np.concatenate([values + 2, values - 2])),
    ]
    table = results([question()], groups)
    rows = table[table["method"] == "unadjusted"]
    # Cochran's Q by hand, of logarithms of ratios: by the delta method the logarithm of
    # a mean varies by its relative error.
    spread = values.var(ddof=1) / len(values)
    effects, weights = [], []
    for shift in (2.0, -2.0):
        mean = values.mean()
        effects.append(np.log((mean + shift) / mean))
        weights.append(1 / (spread / mean**2 + spread / (mean + shift) ** 2))
    common = np.average(effects, weights=weights)
    q = float(np.sum(np.array(weights) * (np.array(effects) - common) ** 2))
    assert rows["interaction_p_value"].to_numpy() == pytest.approx(
        [stats.chi2.sf(q, 1)] * 3, rel=1e-6
    )
    assert only(rows, segment_id=None).verdict.startswith("no difference shown")


def test_power_and_customers_agree_with_each_other() -> None:
    values = RNG.lognormal(2, 1, 500)
    groups = [group("old", values), group("new", values[::-1])]
    row = only(results([question()], groups), method="unadjusted")
    relative_error = np.sqrt(2 * values.var(ddof=1) / 500) / values.mean()
    z = stats.norm.isf(0.025)
    reach = np.log(1.1) / relative_error
    assert row.power == pytest.approx(
        stats.norm.sf(z - reach) + stats.norm.sf(z + reach), rel=1e-6
    )
    # The usual formula, 2 (z + z)^2 / effect^2 per arm, leaves out the wrong side.
    per_arm = (z + stats.norm.isf(0.2)) ** 2 * 500 / reach**2
    assert row.required_customer_count == pytest.approx(2 * per_arm, rel=1e-3)
    again = only(
        results([question(minimum_effect=row.minimum_detectable_effect)], groups),
        method="unadjusted",
    )
    assert again.power == pytest.approx(0.8)
    assert again.required_customer_count in (1000, 1001)


def test_quantiles_come_from_ranks() -> None:
    rows = []
    for arm, shift in (("old", 0.0), ("new", 30.0)):
        rows += [
            {
                "experiment_id": "e",
                "metric": "most",
                "arm": arm,
                "segment_id": None,
                "customer_count": 400,
                "value_rank": rank,
                "value": rank + shift,
            }
            for rank in range(270, 331)
        ]
    asked = question("most", metric_kind="quantile", quantile=0.75)
    row = only(results([asked], [], ranks=pd.DataFrame(rows)), method="bootstrap")
    assert (row.control_value, row.value, row.difference) == (300, 330, 30)
    # A rank varies by sqrt(n q (1 - q)), 8.7 here; values are as far apart as ranks.
    assert row.difference_high - row.difference_low == pytest.approx(
        2 * 1.96 * np.sqrt(2) * 8.66, rel=0.1
    )
    assert row.is_decisive
    assert row.verdict.startswith("better: +10.0%")


def test_nothing_asked_gives_typed_columns_and_no_rows() -> None:
    table = results([question()], [])[:0]
    asked = pd.DataFrame([question()])[:0]
    arms = pd.DataFrame(
        columns=["experiment_id", "arm", "arm_number", "share", "customer_count"]
    ).assign(is_control=pd.Series(dtype=bool))
    sums = pd.DataFrame(columns=list(group("old", [1.0])))
    ranks = pd.DataFrame(columns=[*sums.columns[:5], "value_rank", "value"])
    empty = measure_effects(
        asked, arms, sums, ranks, correction="holm", power=0.8, tuning=5000
    )
    assert len(empty) == 0
    assert list(empty.columns) == list(RESULT_COLUMNS)
    assert (empty.dtypes == table.dtypes).all()
