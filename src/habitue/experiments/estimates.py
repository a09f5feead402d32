"""Both estimates of a comparison, plain and adjusted, and which one is the better."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.experiments.effects import NO_SPREAD, TOLD, Effects, compare, why_not
from habitue.experiments.pairing import GROUP, status_of, sums_beside
from habitue.experiments.proportions import pooled_z

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from habitue.experiments.sums import Sums

    Vector = NDArray[np.float64]
    Texts = NDArray[np.object_]
    Flags = NDArray[np.bool_]

ALPHA = 0.05


class Customers(NamedTuple):
    """Customers of both arms, shape (n,) each."""

    control: Vector
    treatment: Vector

    @property
    def together(self) -> Vector:
        """Of both arms."""
        return self.control + self.treatment


class Estimates(NamedTuple):
    """What is known of comparisons of proportions, means and ratios; shape (n,) each.

    Attributes:
        control: Sums of the control.
        treatment: Sums of the other arm.
        plain: Effects as they are.
        adjusted: Effects less what the past explains.
        status: Of the plain ones.
        adjusted_status: Of the adjusted ones.
    """

    control: Sums
    treatment: Sums
    plain: Effects
    adjusted: Effects
    status: Texts
    adjusted_status: Texts

    @property
    def customers(self) -> Customers:
        """Customers of both arms."""
        return Customers(self.control.customers, self.treatment.customers)

    def of_rates(self, is_rate: Flags) -> tuple[Effects, Texts]:
        """The plain effects and their status, also where nobody in an arm did it.

        Args:
            is_rate: Where values are 0 or 1. Without any spread in one arm the two
                rates are tested as one there.
        """
        is_flat = is_rate & (self.status == NO_SPREAD)
        score = pooled_z(
            self.control.take(is_flat), self.treatment.take(is_flat), alpha=ALPHA
        )
        low, high, p_value = (
            column.copy()
            for column in (self.plain.low, self.plain.high, self.plain.p_value)
        )
        status = self.status.copy()
        low[is_flat], high[is_flat] = score.low, score.high
        p_value[is_flat] = score.p_value
        status[is_flat] = np.where(np.isfinite(score.p_value), TOLD, NO_SPREAD)
        return self.plain._replace(low=low, high=high, p_value=p_value), status

    @property
    def is_adjusted(self) -> Flags:
        """Where the past explains anything, so that the adjusted estimate is better."""
        explains = self.adjusted.variance_reduction > 0
        return np.asarray((self.adjusted_status == TOLD) & explains)

    @property
    def best(self) -> Effects:
        """The better ones."""
        both = zip(self.adjusted, self.plain, strict=True)
        return Effects(*(np.where(self.is_adjusted, *one) for one in both))

    @property
    def best_status(self) -> Texts:
        """Their status."""
        return np.where(self.is_adjusted, self.adjusted_status, self.status)


def estimate(
    pairs: pd.DataFrame, sums: pd.DataFrame, *, on: Sequence[str] = GROUP
) -> Estimates:
    """Compare arm with control_arm in every row.

    Args:
        pairs: One row per comparison, as `pair_arms` gives them.
        sums: Sums over customers by the columns of `on`.
        on: What tells groups of customers apart.
    """
    control, treatment = (
        sums_beside(pairs, sums, arm=arm, on=on) for arm in ("control_arm", "arm")
    )
    plain, adjusted = (
        compare(control, treatment, adjusted=is_adjusted, alpha=ALPHA)
        for is_adjusted in (False, True)
    )
    status, adjusted_status = (
        status_of(
            pairs,
            control.customers,
            treatment.customers,
            why_not(control, treatment, adjusted=is_adjusted),
        )
        for is_adjusted in (False, True)
    )
    return Estimates(control, treatment, plain, adjusted, status, adjusted_status)


def told_columns(
    effects: Effects, customers: Customers, *, is_told: Flags
) -> dict[str, Vector]:
    """Effects as columns of a table; what hangs on an interval is NaN without one.

    Args:
        effects: One row per comparison.
        customers: Customers of both arms.
        is_told: Where there is an interval.
    """
    hidden = {
        "difference_low": effects.low,
        "difference_high": effects.high,
        "relative_low": effects.relative_low,
        "relative_high": effects.relative_high,
        "standard_error": effects.standard_error,
        "p_value": effects.p_value,
        "variance_reduction": effects.variance_reduction,
    }
    return {
        "customer_count": customers.treatment,
        "control_customer_count": customers.control,
        "value": effects.value,
        "control_value": effects.control_value,
        "difference": effects.difference,
        "relative_difference": effects.relative_difference,
    } | {name: np.where(is_told, column, np.nan) for name, column in hidden.items()}
