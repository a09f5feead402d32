"""Quantiles compared by the bootstrap, without drawing a single sample."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from scipy import special

from habitue.experiments.effects import (
    NO_CONTROL,
    NO_SPREAD,
    NO_TREATMENT,
    TOLD,
    Effects,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

# With fewer customers on either side of the quantile, the sample has hardly seen it.
LEAST_BEYOND = 10
TOO_FEW_BEYOND = (
    f"an arm has fewer than {LEAST_BEYOND} customers on a side of the quantile"
)
_HALVINGS = 100


class Ranks(NamedTuple):
    """The values around a quantile of one arm, in order.

    Attributes:
        customers: Customers of the arm, kept or not.
        ranks: Ranks of the kept values among those of all customers, from 1 on, without
            gaps; shape (n_kept,).
        values: The values at these ranks.
    """

    customers: int
    ranks: NDArray[np.int64]
    values: Vector

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """The ranks in a table of one arm: customer_count, value_rank, value.

        Raises:
            ValueError: If ranks are missing between two, or told twice, or values
                are not known or fall where ranks rise.
        """
        table = frame.sort_values("value_rank")
        ranks = table["value_rank"].to_numpy(dtype=np.int64)
        values = table["value"].to_numpy(dtype=np.float64)
        is_rising = (np.diff(ranks) == 1).all() and (np.diff(values) >= 0).all()
        if not is_rising or np.isnan(values).any():
            raise ValueError("ranks must rise one by one, and values with them")
        customers = int(table["customer_count"].iloc[0]) if len(table) else 0
        return cls(customers=customers, ranks=ranks, values=values)


def compare_quantiles(
    controls: Sequence[Ranks],
    treatments: Sequence[Ranks],
    *,
    quantile: float,
    alpha: float = 0.05,
) -> Effects:
    """Compare a quantile of arms by the percentile bootstrap over customers.

    The quantile is the smallest value that at least this share of the customers do not
    exceed. Which of the sample's ranks it falls on in a bootstrap sample is known: rank
    r or a lower one when at least k of n draws are among the first r. So are the
    distributions of differences and ratios; nothing is drawn.

    Args:
        controls: Ranks of the control, one for each comparison.
        treatments: Ranks of the other arm, in the same order.
        quantile: In (0, 1), the same for all comparisons.
        alpha: One less the level of the intervals.

    Returns:
        Effects of shape (n_comparisons,); the standard error is the bootstrap's, there
        are no degrees of freedom. NaN where `why_not_quantiles` says so.

    Raises:
        ValueError: If quantile or alpha are not between 0 and 1, the sides are not of
            the same length, or the ranks of an arm do not reach its quantile.

    Assumptions:
        Customers are independent. Where many have the very same value the intervals
        are too wide, not too narrow.

    References:
        Schultzberg and Ankargren (2022), Resampling-free bootstrap inference for
        quantiles, Future Technologies Conference.
    """
    for name, share in (("quantile", quantile), ("alpha", alpha)):
        if not 0 < share < 1:
            raise ValueError(f"{name} must be between 0 and 1, got {share}")
    rows = [
        _compared(control, treatment, quantile, alpha)
        for control, treatment in zip(controls, treatments, strict=True)
    ]
    return Effects(
        *(
            np.array([row.get(name, math.nan) for row in rows], dtype=np.float64)
            for name in Effects._fields
        )
    )


def why_not_quantiles(
    controls: Sequence[Ranks], treatments: Sequence[Ranks], *, quantile: float
) -> NDArray[np.object_]:
    """TOLD where `compare_quantiles` tells a difference with limits, else why not."""
    return np.array(
        [
            _reason(control, treatment, quantile)
            for control, treatment in zip(controls, treatments, strict=True)
        ],
        dtype=object,
    )


class _Bootstrapped(NamedTuple):
    """Distribution of a bootstrapped quantile.

    Attributes:
        values: What it may be, rising; shape (n,).
        chances: Of these values.
        up_to: Chance of fewer than this many of the values; shape (n + 1,).
    """

    values: Vector
    chances: Vector
    up_to: Vector

    @property
    def variance(self) -> float:
        mean = self.chances @ self.values
        return float(self.chances @ (self.values - mean) ** 2)

    @property
    def logarithm(self) -> _Bootstrapped:
        return self._replace(values=np.log(self.values))


def _reason(control: Ranks, treatment: Ranks, quantile: float) -> str:
    if control.customers == 0:
        return NO_CONTROL
    if treatment.customers == 0:
        return NO_TREATMENT
    for arm in (control, treatment):
        rank = _rank(arm.customers, quantile)
        if min(rank, arm.customers - rank) < LEAST_BEYOND:
            return TOO_FEW_BEYOND
    first, second = (_bootstrapped(arm, quantile) for arm in (control, treatment))
    return NO_SPREAD if len(first.values) == len(second.values) == 1 else TOLD


def _rank(customers: int, quantile: float) -> int:
    # .9 of 10 is a little above 9 in floats, and means the ninth.
    return min(max(math.ceil(quantile * customers - 1e-9), 1), customers)


def _bootstrapped(arm: Ranks, quantile: float) -> _Bootstrapped:
    rank = _rank(arm.customers, quantile)
    by_rank = special.betainc(rank, arm.customers - rank + 1, arm.ranks / arm.customers)
    by_rank[-1] = 1.0
    values, first = np.unique(arm.values, return_index=True)
    last = np.append(first[1:], len(arm.values)) - 1
    up_to = np.append(0.0, by_rank[last])
    return _Bootstrapped(values=values, chances=np.diff(up_to), up_to=up_to)


def _value(arm: Ranks, quantile: float) -> float:
    if not arm.customers:
        return math.nan
    place = _rank(arm.customers, quantile) - int(arm.ranks[0])
    if not 0 <= place < len(arm.ranks):
        raise ValueError("the kept ranks do not reach the quantile")
    return float(arm.values[place])


def _compared(
    control: Ranks, treatment: Ranks, quantile: float, alpha: float
) -> dict[str, float]:
    value, control_value = _value(treatment, quantile), _value(control, quantile)
    told = {
        "value": value,
        "control_value": control_value,
        "difference": value - control_value,
        "theta": 0.0,
        "variance_reduction": 0.0,
    }
    if control_value > 0:
        told["relative_difference"] = value / control_value - 1
    if _reason(control, treatment, quantile) != TOLD:
        return told
    first, second = (_bootstrapped(arm, quantile) for arm in (control, treatment))
    one_sided = min(_chance_below(first, second, 0), _chance_below(second, first, 0))
    told |= {
        "low": _low(first, second, alpha),
        "high": -_low(second, first, alpha),
        "standard_error": math.sqrt(first.variance + second.variance),
        "p_value": min(2 * one_sided, 1.0),
    }
    if min(first.values[0], second.values[0]) > 0:
        first, second = first.logarithm, second.logarithm
        told |= {
            "relative_low": math.expm1(_low(first, second, alpha)),
            "relative_high": math.expm1(-_low(second, first, alpha)),
            "relative_standard_error": math.sqrt(first.variance + second.variance),
            "relative_p_value": told["p_value"],
        }
    return told


def _chance_below(
    control: _Bootstrapped, treatment: _Bootstrapped, difference: float
) -> float:
    """P(treatment less control is at most this)."""
    reached = np.searchsorted(
        treatment.values, control.values + difference, side="right"
    )
    return float(control.chances @ treatment.up_to[reached])


def _low(control: _Bootstrapped, treatment: _Bootstrapped, alpha: float) -> float:
    """Smallest difference that at least alpha / 2 of the bootstrap do not exceed."""
    low = float(treatment.values[0] - control.values[-1])
    high = float(treatment.values[-1] - control.values[0])
    for _ in range(_HALVINGS):
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        if _chance_below(control, treatment, middle) >= alpha / 2:
            high = middle
        else:
            low = middle
    # Halving ends beside a difference of two values: give it exactly.
    reached = np.searchsorted(treatment.values, control.values + high, side="right") - 1
    is_any = reached >= 0
    return float((treatment.values[reached[is_any]] - control.values[is_any]).max())
