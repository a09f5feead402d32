"""Two rates tested as one, which also works where an arm has none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

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
    """

    statistic: Vector
    p_value: Vector


def pooled_z(control: Sums, treatment: Sums) -> PooledZ:
    """Test whether two rates are one.

    Welch's test knows no spread where nobody, or everybody, in an arm did it; this one
    takes the spread from both arms.

    Args:
        control: Sums of the control, whose values are 0 or 1.
        treatment: Sums of the other arm.

    Assumptions:
        Customers are independent; a handful of them in both arms together did it, and
        a handful did not.

    References:
        Agresti (2013), Categorical data analysis, section 3.1.
    """
    customers = control.customers + treatment.customers
    rate = divide(control.value + treatment.value, customers)
    spread = rate * (1 - rate)
    shares = divide(np.ones_like(customers), control.customers)
    shares = shares + divide(np.ones_like(customers), treatment.customers)
    error = np.sqrt(np.where(spread > 0, spread, math.nan) * shares)
    statistic = divide(treatment.mean - control.mean, error)
    return PooledZ(statistic, 2 * stats.norm.sf(np.abs(statistic)))
