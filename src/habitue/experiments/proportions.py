"""Two rates tested as one, which also works where nobody, or everybody, did it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from habitue.experiments.sums import divide

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from habitue.experiments.sums import Sums

    Vector = NDArray[np.float64]


class PooledZ(NamedTuple):
    """Score test of two rates; shape (n,) each.

    Attributes:
        statistic: Difference of the rates by its error, were they the same.
        p_value: Of the same rate in both arms, two-sided. NaN where an arm is empty, or
            all customers of both did the same.
        low: Lower limit of the difference.
        high: Upper limit.
    """

    statistic: Vector
    p_value: Vector
    low: Vector
    high: Vector


def pooled_z(control: Sums, treatment: Sums, *, alpha: float = 0.05) -> PooledZ:
    """Test whether two rates are one.

    Welch's test knows no spread where nobody, or everybody, in an arm did it; this one
    takes the spread from both arms, and limits from those of each rate (Wilson).

    Args:
        control: Sums of the control, whose values are 0 or 1.
        treatment: Sums of the other arm.
        alpha: One less the level of the limits.

    Assumptions:
        Customers are independent; a handful of them in both arms together did it, and
        a handful did not.

    References:
        Agresti (2013), Categorical data analysis, section 3.1.
        Newcombe (1998), Interval estimation for the difference between independent
        proportions, Statistics in Medicine 17, method 10.
    """
    customers = control.customers + treatment.customers
    rate = divide(control.value + treatment.value, customers)
    spread = rate * (1 - rate)
    shares = divide(np.ones_like(customers), control.customers)
    shares = shares + divide(np.ones_like(customers), treatment.customers)
    error = np.sqrt(np.where(spread > 0, spread, math.nan) * shares)
    difference = treatment.mean - control.mean
    statistic = divide(difference, error)
    (low, high), (control_low, control_high) = (
        _wilson(arm, alpha) for arm in (treatment, control)
    )
    below = np.hypot(treatment.mean - low, control_high - control.mean)
    above = np.hypot(high - treatment.mean, control.mean - control_low)
    return PooledZ(
        statistic=statistic,
        p_value=2 * stats.norm.sf(np.abs(statistic)),
        low=difference - below,
        high=difference + above,
    )


def _wilson(arm: Sums, alpha: float) -> tuple[Vector, Vector]:
    """Limits of one rate; NaN where there are no customers."""
    customers = np.where(arm.customers > 0, arm.customers, math.nan)
    low, high = proportion_confint(arm.value, customers, alpha=alpha, method="wilson")
    return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
