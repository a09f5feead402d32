"""Whether effects can be trusted: the past of the arms, periods one by one, peeking."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

from habitue.experiments.assignment_checks import (
    OK,
    UNKNOWN,
    WARNING,
    WARNING_P_VALUE,
    Check,
    told_p,
)
from habitue.experiments.effects import Effects, compare
from habitue.experiments.sums import Sums
from habitue.holm import holm

if TYPE_CHECKING:
    import pandas as pd

# A line through two periods has no error.
LEAST_PERIODS = 3


class Compared(NamedTuple):
    """Arms beside the control, one row per comparison.

    Attributes:
        rows: What is compared, with the columns of the sums.
        effects: The comparisons, in that order.
    """

    rows: pd.DataFrame
    effects: Effects


def check_past(sums: pd.DataFrame, *, control: str) -> Check:
    """Whether the arms differed in any metric before there was an experiment (A/A).

    Args:
        sums: Rows of int_experiment_sums__counted of one experiment, all customers.
        control: The control arm.

    Assumptions:
        As for effects: independent customers, means near normal.
    """
    name = "pre_period"
    found = _compared(_past(sums), control=control)
    if found is None:
        return Check(name, UNKNOWN, "There is no past to compare the arms by.")
    p_values = found.effects.p_value
    known = np.isfinite(p_values)
    count = int(found.rows["customer_count"].max())
    if not known.any():
        said = "Nothing of the metrics happened before the experiment."
        return Check(name, UNKNOWN, said, count)
    corrected = np.full(len(p_values), math.nan)
    corrected[known] = holm(p_values[known])
    worst = int(np.nanargmin(corrected))
    row, p_value = found.rows.iloc[worst], float(corrected[worst])
    relative = float(found.effects.relative_difference[worst])
    if p_value < WARNING_P_VALUE:
        said = (
            f"Before the experiment what {row['metric']} is adjusted by was "
            f"{_change(relative)} in {row['arm']} than in {control} (corrected p "
            f"{told_p(p_value)}): the arms were not alike. Read the effects by cuped, "
            "and look for what assigned customers."
        )
        return Check(name, WARNING, said, count, relative, p_value)
    said = (
        f"Before the experiment the arms were alike (smallest corrected p "
        f"{told_p(p_value)} of {known.sum()})."
    )
    return Check(name, OK, said, count, relative, p_value)


def check_novelty(looks: pd.DataFrame) -> Check:
    """Whether the effect on the primary metric grows or fades over the periods.

    Args:
        looks: Rows of experiment_looks of one experiment: arm, look_number, customers,
            difference, standard_error, is_cumulated.

    Assumptions:
        Periods are taken as independent; customers who are in several make the test
        careful. A line: an effect that comes and goes is not seen.
    """
    name = "novelty"
    periods = looks[~looks["is_cumulated"].astype(bool)]
    lines = _lines(periods)
    if not lines:
        said = f"Fewer than {LEAST_PERIODS} periods to compare the effect over."
        return Check(name, UNKNOWN, said)
    arm = min(lines, key=lambda one: (lines[one].p_value, one))
    line = lines[arm]
    p_value = min(1.0, line.p_value * len(lines))
    count = int(periods["customer_count"].max())
    seen = (
        f"the effect of {arm} goes from {line.first:+.4g} in the first period to "
        f"{line.last:+.4g} in the last (p {told_p(p_value)})"
    )
    if p_value < WARNING_P_VALUE:
        fades = abs(line.last) < abs(line.first)
        said = (
            f"{seen[0].upper()}{seen[1:]}: it {'fades' if fades else 'changes'}. The "
            "mean of all periods is not what stays; go on until it is level, or read "
            "the last periods."
        )
        return Check(name, WARNING, said, count, line.slope, p_value)
    said = f"No trend over the periods: {seen}."
    return Check(name, OK, said, count, line.slope, p_value)


def check_peeking(looks: pd.DataFrame, *, is_over: bool) -> Check:
    """At how many looks the fixed interval excluded zero and the always-valid did not.

    Args:
        looks: Rows of experiment_looks: arm, look_number, difference_low and _high,
            always_low and _high, is_cumulated.
        is_over: Whether it has ended: then the last look is the planned one.
    """
    name = "peeking"
    so_far = looks[looks["is_cumulated"].astype(bool)]
    if so_far.empty:
        said = "The primary metric is not looked at on the way."
        return Check(name, UNKNOWN, said)
    is_fixed = _excludes_zero(so_far["difference_low"], so_far["difference_high"])
    is_valid = _excludes_zero(so_far["always_low"], so_far["always_high"])
    number = so_far["look_number"]
    last = number.max()
    fixed, valid = (number[mask].nunique() for mask in (is_fixed, is_valid))
    early = number[is_fixed & ~is_valid & ((number < last) | (not is_over))]
    count = int(so_far["customer_count"].max())
    seen = (
        f"Of {number.nunique()} looks the fixed 95 % interval excludes zero at "
        f"{fixed}, the always-valid one at {valid}"
    )
    statistic = float(early.nunique())
    if is_over:
        said = f"{seen}. It is over: the fixed interval of the end holds."
        return Check(name, OK, said, count, statistic)
    if (early == last).any():
        said = (
            f"{seen}: whoever stops now for the fixed interval peeks. Go on to the "
            "end, or until the method sequential excludes zero."
        )
        return Check(name, WARNING, said, count, statistic)
    said = f"{seen}. While it runs, read the method sequential."
    return Check(name, OK, said, count, statistic)


class _Line(NamedTuple):
    first: float
    last: float
    slope: float
    p_value: float


def _lines(periods: pd.DataFrame) -> dict[str, _Line]:
    """A weighted line through the effects of each arm that has periods enough."""
    lines = {}
    for arm, rows in periods.groupby("arm", sort=True):
        error = rows["standard_error"].to_numpy(dtype=np.float64)
        is_known = np.isfinite(error) & (error > 0)
        if is_known.sum() < LEAST_PERIODS:
            continue
        look = rows["look_number"].to_numpy(dtype=np.float64)[is_known]
        effect = rows["difference"].to_numpy(dtype=np.float64)[is_known]
        weight = error[is_known] ** -2
        centre = np.average(look, weights=weight)
        spread = float(weight @ (look - centre) ** 2)
        slope = float(weight @ ((look - centre) * effect)) / spread
        level = float(np.average(effect, weights=weight))
        lines[str(arm)] = _Line(
            first=level + slope * (look.min() - centre),
            last=level + slope * (look.max() - centre),
            slope=slope,
            p_value=float(2 * stats.norm.sf(abs(slope) * math.sqrt(spread))),
        )
    return lines


def _past(sums: pd.DataFrame) -> pd.DataFrame:
    """The sums of the past in the place of those of the experiment."""
    there = sums[sums["segment_id"].isna()]
    renamed = {
        "past_value_sum": "value_sum",
        "past_base_sum": "base_sum",
        "past_value_past_value_sum": "value_value_sum",
        "past_base_past_base_sum": "base_base_sum",
        "past_value_past_base_sum": "value_base_sum",
    }
    return there.assign(
        **{name: there[source] for source, name in renamed.items()}
    ).sort_values(["metric", "arm"])


def _compared(sums: pd.DataFrame, *, control: str) -> Compared | None:
    """Every arm beside the control by metric; None where there is no pair."""
    beside = sums[sums["arm"] == control]
    others = sums[sums["arm"] != control]
    pairs = others.merge(beside, on="metric", suffixes=("", "_control"))
    pairs = pairs[(pairs["customer_count"] > 1) & (pairs["customer_count_control"] > 1)]
    if pairs.empty:
        return None
    controls = pairs.filter(regex="_control$")
    controls.columns = controls.columns.str.removesuffix("_control")
    effects = compare(Sums.of(controls), Sums.of(pairs), adjusted=False)
    return Compared(rows=pairs, effects=effects)


def _excludes_zero(low: pd.Series[float], high: pd.Series[float]) -> pd.Series[bool]:
    return (low > 0) | (high < 0)


def _change(relative: float) -> str:
    if not math.isfinite(relative):
        return "another"
    return f"{abs(relative):.1%} {'higher' if relative > 0 else 'lower'}"
