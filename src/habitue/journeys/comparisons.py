"""Where two groups of customers go differently, with intervals that know customers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

COMPARISON_COLUMNS = {
    "level": "str",
    "compared_by": "str",
    "comparison": "str",
    "group_key": "str",
    "reference_key": "str",
    "state": "str",
    "next_state": "str",
    "status": "str",
    "customer_count": "int64",
    "reference_customer_count": "int64",
    "probability": "float64",
    "reference_probability": "float64",
    "difference": "float64",
    "difference_low": "float64",
    "difference_high": "float64",
    "p_value": "float64",
    "corrected_p_value": "float64",
    "is_different": "bool",
}
SEGMENT, MONTH, ARM = "segment", "month", "arm"
OTHERS, BOTH = "others", "both"
TOLD = "told"
# With fewer customers in the state, or on the way from it, the interval would be a
# guess: where nobody went, nothing is known to vary.
LEAST_CUSTOMERS = 20
LEAST_GOING = 5
ALPHA = 0.05
SUMS = ("customer_count", "total", "squares", "products", "reverse_products")


class Side(NamedTuple):
    """Sums over the customers of one side, one row per transition; shape (n,) each.

    Attributes:
        customers: Customers who were in the state.
        going: Customers who made the transition.
        visits: Visits of the state.
        moves: Transitions.
        visits_squared: Sum of each customer's visits squared.
        moves_squared: Sum of each customer's transitions squared.
        products: Sum of each customer's transitions times visits.
    """

    customers: Vector
    going: Vector
    visits: Vector
    moves: Vector
    visits_squared: Vector
    moves_squared: Vector
    products: Vector

    def less(self, other: Side) -> Side:
        """All customers of this side who are not on the other, which is part of it."""
        return Side(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))

    @property
    def probability(self) -> Vector:
        """Transitions by visits; NaN where nobody was."""
        return _ratio(self.moves, self.visits)

    @property
    def variance(self) -> Vector:
        """Of the probability, by the delta method over customers."""
        rest = (
            self.moves_squared
            - 2 * self.probability * self.products
            + self.probability**2 * self.visits_squared
        )
        spread = _ratio(self.customers, self.customers - 1)
        return spread * _ratio(np.maximum(rest, 0.0), self.visits**2)


class Shared(NamedTuple):
    """Sums over customers who are on both sides, one row per transition; shape (n,).

    Attributes:
        moves: Transitions on one side times those on the other.
        moves_by_visits: Transitions on the first side times visits on the other.
        visits_by_moves: Visits on the first side times transitions on the other.
        visits: Visits times visits.
    """

    moves: Vector
    moves_by_visits: Vector
    visits_by_moves: Vector
    visits: Vector


class Differences(NamedTuple):
    """What two sides differ in, one row per transition; shape (n,) each.

    Attributes:
        difference: Probability of the first side less that of the other.
        low: Lower limit of the 95 % interval.
        high: Upper limit.
        p_value: Of a difference of 0, not corrected.
    """

    difference: Vector
    low: Vector
    high: Vector
    p_value: Vector


def differences(group: Side, reference: Side, shared: Shared | None) -> Differences:
    """Differences of transition probabilities with cluster-robust intervals.

    Args:
        group: One side.
        reference: The other.
        shared: Sums over customers who are on both, None if nobody is.

    Returns:
        Intervals are NaN where a side has fewer than two customers or nothing varies.

    Assumptions:
        Customers are independent; what one customer does is not. A probability is a
        ratio of sums over customers, linearised; Student's t with Satterthwaite's
        degrees of freedom. Few customers on the way make intervals too short.

    References:
        Deng, Knoblich and Lu (2018), Applying the delta method in metric analytics,
        KDD.
        Cameron and Miller (2015), A practitioner's guide to cluster-robust inference,
        Journal of Human Resources 50.
    """
    first, second = group.variance, reference.variance
    covariance = np.zeros(len(first))
    if shared is not None:
        p, q = group.probability, reference.probability
        products = (
            shared.moves
            - q * shared.moves_by_visits
            - p * shared.visits_by_moves
            + p * q * shared.visits
        )
        covariance = _ratio(products, group.visits * reference.visits)
    variance = first + second - 2 * covariance
    degrees = _ratio(
        (first + second) ** 2,
        _ratio(first**2, group.customers - 1)
        + _ratio(second**2, reference.customers - 1),
    )
    error = np.sqrt(np.where(variance > 0, variance, np.nan))
    difference = group.probability - reference.probability
    margin = stats.t.ppf(1 - ALPHA / 2, degrees) * error
    return Differences(
        difference=difference,
        low=difference - margin,
        high=difference + margin,
        p_value=2 * stats.t.sf(np.abs(difference) / error, degrees),
    )


def compare_transitions(sums: pd.DataFrame, *, control_arm: str) -> pd.DataFrame:
    """Compare segments with all others, the last month with the one before, and arms.

    Args:
        sums: One row per level, compared_by (segment, month or arm), comparison (the
            experiment), group_key and transition, and with null as next_state one per
            state: customer_count, total, squares, products, reverse_products. Of months
            there are two, and `both`: products of the later and the earlier month.
        control_arm: Arms are compared with it; of an experiment without such an arm,
            with the first by name.

    Returns:
        COMPARISON_COLUMNS, one row per comparison and transition that either side made.
        p-values are corrected within a comparison and level (Benjamini and Hochberg);
        is_different says which are below ALPHA then. Where customers are few the
        status says so, and there is no interval.

    References:
        Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57.
    """
    tables = [_compared(*sides) for sides in _contrasts(sums, control_arm=control_arm)]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    return table.reindex(columns=list(COMPARISON_COLUMNS)).astype(COMPARISON_COLUMNS)


Names = dict[str, str | None]


def _contrasts(
    sums: pd.DataFrame, *, control_arm: str
) -> Iterator[tuple[Names, Side, Side, Shared | None, pd.Index[Any]]]:
    groups = sums.assign(comparison=sums["comparison"].fillna("")).groupby(
        ["level", "compared_by", "comparison"], sort=True
    )
    for (level, compared_by, comparison), rows in groups:
        wide = _wide(rows)
        keys = sorted(set(rows["group_key"]) - {BOTH})
        if len(keys) < 2:  # noqa: PLR2004
            continue
        sides = {key: _side(wide, key) for key in keys}
        names = {
            "level": level,
            "compared_by": compared_by,
            "comparison": comparison or None,
        }
        reference = keys[0]
        shared = None
        if compared_by == ARM and control_arm in keys:
            reference = control_arm
        if compared_by == MONTH and BOTH in set(rows["group_key"]):
            shared = _shared(wide)
        everybody = Side(*np.sum(list(sides.values()), axis=0))
        for key in keys:
            if compared_by == SEGMENT:
                told = names | {"group_key": key, "reference_key": OTHERS}
                yield told, sides[key], everybody.less(sides[key]), None, wide.index
            elif key != reference:
                told = names | {"group_key": key, "reference_key": reference}
                yield told, sides[key], sides[reference], shared, wide.index


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    """Transitions by (sum, group), beside the sums of their states."""
    is_state = rows["next_state"].isna()
    moves = rows[~is_state].pivot_table(
        index=["state", "next_state"], columns="group_key", values=list(SUMS)
    )
    states = rows[is_state].pivot_table(
        index="state", columns="group_key", values=list(SUMS)
    )
    beside = states.reindex(moves.index.get_level_values("state"))
    beside.index = moves.index
    beside.columns = pd.MultiIndex.from_arrays(
        [
            "state_" + beside.columns.get_level_values(0),
            beside.columns.get_level_values(1),
        ]
    )
    return pd.concat([moves, beside], axis=1).fillna(0.0)


def _column(wide: pd.DataFrame, name: str, key: str) -> Vector:
    if (name, key) not in wide.columns:
        return np.zeros(len(wide))
    return wide[name, key].to_numpy(dtype=np.float64)


def _side(wide: pd.DataFrame, key: str) -> Side:
    names = (
        *("state_customer_count", "customer_count", "state_total", "total"),
        *("state_squares", "squares", "products"),
    )
    return Side(*(_column(wide, name, key) for name in names))


def _shared(wide: pd.DataFrame) -> Shared:
    names = ("squares", "products", "reverse_products", "state_squares")
    return Shared(*(_column(wide, name, BOTH) for name in names))


def _compared(
    names: Names,
    group: Side,
    reference: Side,
    shared: Shared | None,
    index: pd.Index[Any],
) -> pd.DataFrame:
    with np.errstate(invalid="ignore", divide="ignore"):
        found = differences(group, reference, shared)
    is_enough = (
        (np.minimum(group.customers, reference.customers) >= LEAST_CUSTOMERS)
        & (np.minimum(group.going, reference.going) >= LEAST_GOING)
        & (np.minimum(group.variance, reference.variance) > 0)
        & np.isfinite(found.p_value)
    )
    low, high, p_value = (
        np.where(is_enough, values, math.nan)
        for values in (found.low, found.high, found.p_value)
    )
    corrected = np.full(len(index), math.nan)
    if is_enough.any():
        corrected[is_enough] = multipletests(p_value[is_enough], method="fdr_bh")[1]
    table = pd.DataFrame(
        {
            "state": index.get_level_values("state"),
            "next_state": index.get_level_values("next_state"),
            "status": np.where(is_enough, TOLD, _why_not()),
            "customer_count": group.customers.astype(np.int64),
            "reference_customer_count": reference.customers.astype(np.int64),
            "probability": group.probability,
            "reference_probability": reference.probability,
            "difference": found.difference,
            "difference_low": np.maximum(low, -1.0),
            "difference_high": np.minimum(high, 1.0),
            "p_value": p_value,
            "corrected_p_value": corrected,
            "is_different": np.nan_to_num(corrected, nan=1.0) < ALPHA,
        }
    )
    return table[(group.moves + reference.moves) > 0].assign(**names)


def _why_not() -> str:
    return (
        f"too few: on a side, fewer than {LEAST_CUSTOMERS} customers in the state, "
        f"or than {LEAST_GOING} who went on so"
    )


def _ratio(part: Vector, whole: Vector) -> Vector:
    out = np.full(np.broadcast(part, whole).shape, math.nan)
    return np.asarray(np.divide(part, whole, out=out, where=whole > 0))
