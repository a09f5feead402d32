"""Differences of transitions: least squares with clusters as the oracle, coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests

from habitue.journeys import COMPARISON_COLUMNS, compare_transitions
from habitue.journeys.comparisons import Shared, Side, differences

if TYPE_CHECKING:
    from numpy.typing import NDArray

RUNS = 400


class Behaviour(NamedTuple):
    """Visits and transitions of customers, shape (..., n_customers)."""

    visits: NDArray[np.int64]
    moves: NDArray[np.int64]


def behave(
    rng: np.random.Generator, shape: tuple[int, ...], *, mean: float
) -> Behaviour:
    """Customers who differ: some always go that way, and who is there often less so."""
    inclination = rng.beta(4 * mean, 4 * (1 - mean), shape)
    visits = 1 + rng.negative_binomial(1, 0.15, shape)
    return Behaviour(visits, rng.binomial(visits, inclination))


def side(one: Behaviour) -> Side:
    visits, moves = (np.atleast_2d(values) for values in one)
    return Side(
        customers=(visits > 0).sum(axis=1).astype(float),
        going=(moves > 0).sum(axis=1).astype(float),
        visits=visits.sum(axis=1).astype(float),
        moves=moves.sum(axis=1).astype(float),
        visits_squared=(visits**2).sum(axis=1).astype(float),
        moves_squared=(moves**2).sum(axis=1).astype(float),
        products=(visits * moves).sum(axis=1).astype(float),
    )


def shared(first: Behaviour, second: Behaviour) -> Shared:
    return Shared(
        moves=np.atleast_1d((first.moves * second.moves).sum(axis=-1)).astype(float),
        moves_by_visits=np.atleast_1d(
            (first.moves * second.visits).sum(axis=-1)
        ).astype(float),
        visits_by_moves=np.atleast_1d(
            (first.visits * second.moves).sum(axis=-1)
        ).astype(float),
        visits=np.atleast_1d((first.visits * second.visits).sum(axis=-1)).astype(float),
    )


def clustered_error(
    first: Behaviour, second: Behaviour, *, same_customers: bool
) -> float:
    """Standard error of the difference by least squares on single visits."""
    size = len(first.visits)
    outcome, group, customer = [], [], []
    for number, one in enumerate((first, second)):
        for who, (visits, moves) in enumerate(zip(*one, strict=True)):
            outcome += [1] * moves + [0] * (visits - moves)
            group += [number] * visits
            customer += [who if same_customers else who + number * size] * visits
    fit = sm.OLS(np.array(outcome), sm.add_constant(np.array(group))).fit(
        cov_type="cluster",
        cov_kwds={"groups": np.array(customer), "use_correction": False},
    )
    return float(fit.bse[1])


def test_errors_are_those_of_least_squares_with_clusters() -> None:
    rng = np.random.default_rng(1)
    first, second = behave(rng, (80,), mean=0.4), behave(rng, (80,), mean=0.3)
    # The oracle has no correction for few customers; ours is n / (n - 1) on each side.
    found = differences(side(first), side(second), None)
    degrees = found_degrees(side(first), side(second))
    error = (found.high - found.difference) / stats.t.ppf(0.975, degrees)
    expected = clustered_error(first, second, same_customers=False)
    assert error * np.sqrt(79 / 80) == pytest.approx(expected, rel=1e-9)


def found_degrees(first: Side, second: Side) -> NDArray[np.float64]:
    """Satterthwaite's degrees of freedom."""
    one, other = first.variance, second.variance
    return np.asarray(
        (one + other) ** 2
        / (one**2 / (first.customers - 1) + other**2 / (second.customers - 1))
    )


def test_customers_on_both_sides_are_known_to_be_the_same() -> None:
    rng = np.random.default_rng(2)
    visits = 1 + rng.integers(0, 8, (2, 2000))
    inclination = rng.beta(1, 1, 2000)
    first, second = (
        Behaviour(some, rng.binomial(some, inclination)) for some in visits
    )
    together = shared(first, second)
    found = differences(side(first), side(second), together)
    degrees = found_degrees(side(first), side(second))
    error = (found.high - found.difference) / stats.t.ppf(0.975, degrees)
    expected = clustered_error(first, second, same_customers=True)
    assert error == pytest.approx(expected, rel=2e-3)
    apart = clustered_error(first, second, same_customers=False)
    assert error < 0.8 * apart


def test_intervals_hold_no_difference_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    first, second = (behave(rng, (RUNS, 150), mean=0.3) for _ in range(2))
    found = differences(side(first), side(second), None)
    held = (found.low <= 0) & (found.high >= 0)
    assert 0.925 <= held.mean() <= 0.975
    assert (found.p_value < 0.05).mean() == pytest.approx(1 - held.mean())
    # Visits that are taken for independent would hold it far too seldom.
    one, other = side(first), side(second)
    spread = sum(
        some.probability * (1 - some.probability) / some.visits for some in (one, other)
    )
    naive = np.abs(found.difference) <= 1.96 * np.sqrt(spread)
    assert naive.mean() < 0.85


def test_intervals_hold_a_difference_of_the_same_customers() -> None:
    rng = np.random.default_rng(4)
    inclination = rng.beta(1.2, 2.8, (RUNS, 150))
    visits = 1 + rng.negative_binomial(1, 0.2, (2, RUNS, 150))
    factors = (1.0, 0.8)
    first, second = (
        Behaviour(some, rng.binomial(some, factor * inclination))
        for some, factor in zip(visits, factors, strict=True)
    )
    found = differences(side(first), side(second), shared(first, second))
    truth = 0.3 * (1 - 0.8)
    held = (found.low <= truth) & (found.high >= truth)
    assert 0.925 <= held.mean() <= 0.975


def sums_of(
    groups: dict[str, dict[str, Behaviour]],
    *,
    compared_by: str = "arm",
    comparison: str | None = "button",
) -> pd.DataFrame:
    """The table of sums: per group, what part of the visits of `a` went on to where."""
    rows = []
    for group, ways in groups.items():
        visits = sum(one.moves for one in ways.values())
        figures = {None: (visits, visits)} | {
            way: (one.moves, visits) for way, one in ways.items()
        }
        for way, (moves, all_visits) in figures.items():
            products = float((moves * all_visits).sum())
            rows.append(
                {
                    "level": "step",
                    "compared_by": compared_by,
                    "comparison": comparison,
                    "group_key": group,
                    "state": "a",
                    "next_state": way,
                    "customer_count": int((moves > 0).sum()),
                    "total": float(moves.sum()),
                    "squares": float((moves**2).sum()),
                    "products": products,
                    "reverse_products": products,
                }
            )
    return pd.DataFrame(rows)


def two_ways(rng: np.random.Generator, size: int, *, mean: float) -> dict:
    there = behave(rng, (size,), mean=mean)
    return {"b": there, "c": Behaviour(there.visits, there.visits - there.moves)}


def test_arms_are_compared_with_the_control() -> None:
    rng = np.random.default_rng(5)
    groups = {
        "control": two_ways(rng, 300, mean=0.3),
        "bold": two_ways(rng, 300, mean=0.5),
        "dull": two_ways(rng, 300, mean=0.3),
    }
    table = compare_transitions(sums_of(groups), control_arm="control")
    assert set(table["reference_key"]) == {"control"}
    found = table.set_index(["group_key", "next_state"])
    assert found.loc[("bold", "b"), "is_different"]
    assert not found.loc[("dull", "b"), "is_different"]
    expected = differences(
        side(groups["bold"]["b"]), side(groups["control"]["b"]), None
    )
    row = found.loc[("bold", "b")]
    assert row["difference"] == pytest.approx(expected.difference[0])
    assert row["difference_low"] == pytest.approx(expected.low[0])
    for arm in ("bold", "dull"):
        corrected = multipletests(found.loc[arm]["p_value"], method="fdr_bh")[1]
        assert found.loc[arm]["corrected_p_value"].tolist() == pytest.approx(corrected)


def test_without_such_a_control_the_first_arm_by_name_stands_in() -> None:
    rng = np.random.default_rng(6)
    groups = {name: two_ways(rng, 50, mean=0.3) for name in ("a", "b")}
    table = compare_transitions(sums_of(groups), control_arm="control")
    assert set(table["reference_key"]) == {"a"}


def test_a_segment_is_compared_with_all_others() -> None:
    rng = np.random.default_rng(7)
    groups = {name: two_ways(rng, 60, mean=0.3) for name in ("1", "2", "3")}
    table = compare_transitions(
        sums_of(groups, compared_by="segment", comparison=None), control_arm="control"
    ).set_index(["group_key", "next_state"])
    others = Behaviour(
        np.concatenate([groups[name]["b"].visits for name in ("2", "3")]),
        np.concatenate([groups[name]["b"].moves for name in ("2", "3")]),
    )
    expected = differences(side(groups["1"]["b"]), side(others), None)
    assert table.loc[("1", "b"), "difference"] == pytest.approx(expected.difference[0])
    assert table.loc[("1", "b"), "difference_high"] == pytest.approx(expected.high[0])
    assert set(table["reference_key"]) == {"others"}


def test_few_customers_are_told_without_an_interval() -> None:
    rng = np.random.default_rng(8)
    groups = {name: two_ways(rng, 8, mean=0.3) for name in ("control", "new")}
    table = compare_transitions(sums_of(groups), control_arm="control")
    assert table["status"].str.startswith("too few").all()
    assert table["difference"].notna().all()
    assert table["difference_low"].isna().all()
    assert not table["is_different"].any()


def test_nothing_to_compare_is_no_row() -> None:
    rng = np.random.default_rng(9)
    alone = sums_of({"control": two_ways(rng, 30, mean=0.3)})
    for rows in (alone, alone.iloc[:0]):
        table = compare_transitions(rows, control_arm="control")
        assert list(table.columns) == list(COMPARISON_COLUMNS)
        assert not len(table)
