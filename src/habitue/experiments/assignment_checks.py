"""Whether customers came into the arms as they should: counts in, judgements out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

from habitue.experiments.sample_ratio import BLOCKING_P_VALUE, sample_ratio
from habitue.holm import holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

OK, WARNING, BLOCKED, UNKNOWN = "ok", "warning", "blocked", "unknown"
# Below this a look is worth it.
WARNING_P_VALUE = 0.01
# More customers in two arms than this are no stray cookies.
MOST_IN_TWO_ARMS = 0.01
# Fewer expected in a cell, and chi-square does not hold.
_LEAST_EXPECTED = 5
NOBODY = "No customers yet."


class Check(NamedTuple):
    """One judgement of one experiment.

    Attributes:
        name: Of the check.
        status: ok, warning, blocked or unknown.
        message: In words, what was seen and what to do.
        customer_count: Customers it is about.
        statistic: What was measured; NaN where nothing was.
        p_value: Of the test; NaN where there is none.
    """

    name: str
    status: str
    message: str
    customer_count: int = 0
    statistic: float = math.nan
    p_value: float = math.nan


def check_sample_ratio(arms: pd.DataFrame) -> Check:
    """Whether the customers who are compared are in the arms by their shares.

    Args:
        arms: One row per arm: arm, share, customer_count.

    Assumptions:
        Customers are assigned independently of each other.

    References:
        Fabijan et al. (2019), Diagnosing sample ratio mismatch in online controlled
        experiments, KDD.
    """
    name = "sample_ratio"
    counts = _counts(arms, "customer_count")
    if not sum(counts):
        return Check(name, UNKNOWN, NOBODY)
    p_value = _unequal(arms, counts)
    seen = (
        f"{_listed(arms, counts)} where {_shares(arms)} were meant "
        f"(p {told_p(p_value)})"
    )
    excess = _largest_excess(arms, counts)
    if p_value < BLOCKING_P_VALUE:
        return Check(
            name,
            BLOCKED,
            f"{seen}: chance does not do that. Read no effect; find where customers "
            "are lost or doubled (redirects, crashes, filters), then start anew.",
            sum(counts),
            excess,
            p_value,
        )
    if p_value < WARNING_P_VALUE:
        said = (
            f"{seen}: chance does that in one of {1 / p_value:,.0f} experiments. Look "
            "whether customers are lost or doubled on the way to an arm."
        )
        return Check(name, WARNING, said, sum(counts), excess, p_value)
    return Check(name, OK, f"{seen}: as meant.", sum(counts), excess, p_value)


def check_empty_arms(arms: pd.DataFrame) -> Check:
    """Whether every arm has somebody in it.

    Args:
        arms: One row per arm: arm, share, customer_count.
    """
    name = "empty_arm"
    counts = _counts(arms, "customer_count")
    if not sum(counts):
        return Check(name, UNKNOWN, NOBODY)
    empty = [arm for arm, count in zip(arms["arm"], counts, strict=True) if not count]
    if empty:
        return Check(
            name,
            BLOCKED,
            f"Nobody is in {_and(empty)}. Compare the names of the arms with those "
            "that are shown, and look whether the arm is switched on.",
            0,
            float(len(empty)),
        )
    return Check(name, OK, "Every arm has customers.", sum(counts), 0.0)


def check_two_arms(arms: pd.DataFrame) -> Check:
    """How many people were in several arms, and whether the arms lose unequally.

    Args:
        arms: One row per arm: arm, share, customer_count, and two_arms_count, people in
            several arms by the one that they were in first.
    """
    name = "two_arms"
    counts = _counts(arms, "two_arms_count")
    both = sum(counts)
    everybody = both + sum(_counts(arms, "customer_count"))
    if not everybody:
        return Check(name, UNKNOWN, NOBODY)
    if not both:
        return Check(name, OK, "Nobody is in two arms.", 0, 0.0)
    share, p_value = both / everybody, _unequal(arms, counts)
    seen = f"{both:,} customers ({share:.1%}) are in two arms and left out"
    if p_value < WARNING_P_VALUE:
        said = (
            f"{seen}; their first arms are {_listed(arms, counts)}, not by the shares "
            f"(p {told_p(p_value)}). One arm drives customers to other devices or "
            "out of their account: find out why before reading effects."
        )
    elif share > MOST_IN_TWO_ARMS:
        said = (
            f"{seen}, whichever arm was first. Assign by a key that outlives cookies "
            "(the customer, not the visitor): effects are of the others alone."
        )
    else:
        return Check(name, OK, f"{seen}: few enough.", both, share, p_value)
    return Check(name, WARNING, said, both, share, p_value)


def check_left_out(arms: pd.DataFrame, *, name: str, who: str) -> Check:
    """How many were left out for what they are, and whether unequally by arm.

    Args:
        arms: One row per arm: arm, share, customer_count, and `<name>_count`.
        name: Of the check: automated or internal.
        who: The same in words.
    """
    counts = _counts(arms, f"{name}_count")
    left = sum(counts)
    everybody = left + sum(_counts(arms, "customer_count"))
    if not everybody:
        return Check(name, UNKNOWN, NOBODY)
    if not left:
        return Check(name, OK, f"No {who} were found.", 0, 0.0)
    share, p_value = left / everybody, _unequal(arms, counts)
    seen = f"{left:,} {who} ({share:.1%}) are left out: {_listed(arms, counts)}"
    if p_value < WARNING_P_VALUE:
        said = (
            f"{seen}, not by the shares (p {told_p(p_value)}). An arm makes "
            "customers look like them: look at the rule that marks them."
        )
        return Check(name, WARNING, said, left, share, p_value)
    return Check(name, OK, f"{seen}.", left, share, p_value)


def check_exposed_before(arms: pd.DataFrame) -> Check:
    """Whether somebody saw the experiment before being in it.

    Args:
        arms: One row per arm: customer_count, exposed_before_count.
    """
    return _strays(
        arms,
        name="exposed_before_assignment",
        fine="Nobody was exposed before being assigned.",
        what="were exposed before they were assigned",
        to_do="What they did in between counts as past. Assign before showing.",
    )


def check_exposed_to_other(arms: pd.DataFrame) -> Check:
    """Whether somebody was shown another arm than their own.

    Args:
        arms: One row per arm: customer_count, exposed_to_other_count, assigned_by.
    """
    if (arms["assigned_by"] == "events").all():
        said = "Arms are read off exposures; who saw several is told under two_arms."
        return Check("exposed_to_other_arm", OK, said, 0, 0.0)
    return _strays(
        arms,
        name="exposed_to_other_arm",
        fine="Nobody was shown another arm than their own.",
        what="were shown another arm than their own",
        to_do=(
            "They count where they were assigned, so effects are too small. Let what "
            "is shown be read off experiment_assignments."
        ),
    )


def check_definition(arms: pd.DataFrame) -> Check:
    """Whether customers were assigned under a definition that is not today's.

    Args:
        arms: One row per arm: customer_count, changed_count, assigned_by.
    """
    name = "definition_changed"
    if (arms["assigned_by"] == "events").all():
        said = "Assigned elsewhere: a change of the definition does not show here."
        return Check(name, UNKNOWN, said)
    return _strays(
        arms,
        name=name,
        fine="Everybody was assigned under today's definition.",
        what="were assigned under another definition than today's",
        to_do=(
            "They keep their arm, but customers of before and after do not compare. "
            "Put the definition back, or give the new one a name of its own."
        ),
    )


def check_overlap(pairs: pd.DataFrame, *, customer_count: int) -> Check:
    """Whether customers are in other experiments too, and arms go together.

    Args:
        pairs: One row per other experiment, arm and other_arm: customer_count.
        customer_count: Customers of this experiment.

    Assumptions:
        Arms that are unrelated leave each other's effects alone, but for interactions,
        which this does not test.
    """
    name = "overlap"
    if not customer_count:
        return Check(name, UNKNOWN, NOBODY)
    if pairs.empty:
        said = "Its customers are in no other experiment at the same time."
        return Check(name, OK, said, 0, 0.0)
    shared = pairs.groupby("other_experiment_id", sort=True)
    counts = {str(other): int(rows["customer_count"].sum()) for other, rows in shared}
    both, tests = max(counts.values()), {str(o): _association(r) for o, r in shared}
    known = {other: p for other, p in tests.items() if not math.isnan(p)}
    corrected = holm(list(known.values()))
    related = [
        other for other, p in zip(known, corrected, strict=True) if p < WARNING_P_VALUE
    ]
    smallest = min(corrected, default=math.nan)
    others = _and([f"{other} ({count:,})" for other, count in counts.items()])
    seen = f"Some of its {customer_count:,} customers are in {others}"
    if related:
        said = (
            f"{seen}, too, and arms go together with those of {_and(related)} "
            f"(p {told_p(smallest)}): effects are mixed up. Put them into slices of "
            "one layer."
        )
        return Check(name, WARNING, said, both, both / customer_count, smallest)
    if not known:
        said = f"{seen}, too; too few to say whether arms go together."
        return Check(name, UNKNOWN, said, both, both / customer_count)
    said = f"{seen}, too; arms are unrelated (p {told_p(smallest)})."
    return Check(name, OK, said, both, both / customer_count, smallest)


def told_p(p_value: float) -> str:
    """A p-value as it stands after the letter p."""
    return "< 1e-12" if p_value < 1e-12 else f"= {p_value:.2g}"  # noqa: PLR2004


def _strays(
    arms: pd.DataFrame, *, name: str, fine: str, what: str, to_do: str
) -> Check:
    column = {
        "exposed_before_assignment": "exposed_before_count",
        "exposed_to_other_arm": "exposed_to_other_count",
        "definition_changed": "changed_count",
    }[name]
    found = sum(_counts(arms, column))
    everybody = sum(_counts(arms, "customer_count"))
    if not everybody:
        return Check(name, UNKNOWN, NOBODY)
    if not found:
        return Check(name, OK, fine, 0, 0.0)
    share = found / everybody
    said = f"{found:,} customers ({share:.1%}) {what}. {to_do}"
    return Check(name, WARNING, said, found, share)


def _counts(arms: pd.DataFrame, column: str) -> list[int]:
    return [int(count) for count in arms[column].fillna(0)]


def _unequal(arms: pd.DataFrame, counts: Sequence[int]) -> float:
    return sample_ratio(counts, list(arms["share"])).p_value


def _association(rows: pd.DataFrame) -> float:
    """p-value of arms that go together; NaN where customers are too few to say."""
    table = rows.pivot_table(
        index="arm", columns="other_arm", values="customer_count", aggfunc="sum"
    )
    if min(table.shape) < 2:  # noqa: PLR2004
        return math.nan
    found = stats.chi2_contingency(table.fillna(0).to_numpy(), correction=False)
    if found.expected_freq.min() < _LEAST_EXPECTED:
        return math.nan
    return float(found.pvalue)


def _largest_excess(arms: pd.DataFrame, counts: Sequence[int]) -> float:
    """Share of the arm that is furthest off, less the share that was meant."""
    shares = arms["share"].to_numpy(dtype=np.float64)
    excess = np.array(counts) / sum(counts) - shares / shares.sum()
    return float(excess[np.abs(excess).argmax()])


def _listed(arms: pd.DataFrame, counts: Sequence[int]) -> str:
    return _and(
        [f"{count:,} {arm}" for arm, count in zip(arms["arm"], counts, strict=True)]
    )


def _shares(arms: pd.DataFrame) -> str:
    return _and([f"{share:.4g}" for share in arms["share"] / arms["share"].sum()])


def _and(words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} and {words[-1]}"
