"""How many customers an experiment needs, and what it could have seen so far."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import optimize, stats

from habitue.experiments.sums import divide

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

FAR = 40.0  # standard errors: power is 1 there


class Needed(NamedTuple):
    """Customers that each arm needs, not rounded; shape (n,) each.

    Attributes:
        control: Customers of the control.
        treatment: Customers of the other arm.
    """

    control: Vector
    treatment: Vector


def power_of(effect: Vector, standard_error: Vector, *, alpha: float = 0.05) -> Vector:
    """Chance that an effect of this size is told, two-sided.

    Args:
        effect: The true effect one thinks of; not the one observed, whose power is but
            the p-value in other words.
        standard_error: Of the effect, in its unit.
        alpha: Level of the test.
    """
    _require_share("alpha", alpha)
    error = np.where(standard_error > 0, standard_error, math.nan)
    return _power(np.abs(divide(effect, error)), alpha)


def minimum_detectable_effect(
    standard_error: Vector, *, alpha: float = 0.05, power: float = 0.8
) -> Vector:
    """Smallest true effect that is told with this power, in the error's unit.

    On the log scale `from_scale` makes a relative effect of it.
    """
    error = np.where(standard_error > 0, standard_error, math.nan)
    return _distance(alpha, power) * error


def customers_needed(
    effect: Vector,
    standard_error: Vector,
    customers: Vector,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
) -> Vector:
    """Customers with whom an effect would be told, for all else as observed.

    Args:
        effect: The effect to be told, in the unit of the error.
        standard_error: As observed, of a mean or a ratio, adjusted or not.
        customers: With whom it was observed: of an arm or of all, as the answer is.
        alpha: Level of the test.
        power: Chance that it is told.

    Assumptions:
        The arms keep their shares, and new customers vary like those seen.
    """
    detectable = minimum_detectable_effect(standard_error, alpha=alpha, power=power)
    return customers * divide(detectable, np.abs(effect)) ** 2


def customers_for_rates(
    control_rate: Vector,
    rate: Vector,
    *,
    ratio: float | Vector = 1.0,
    alpha: float = 0.05,
    power: float = 0.8,
) -> Needed:
    """Customers with whom two rates would be told apart, by the arcsine effect.

    Args:
        control_rate: Rate of the control.
        rate: Rate of the other arm. NaN is given where one is not within [0, 1], or
            both are the same.
        ratio: Customers of the other arm for each one of the control.
        alpha: Level of the test.
        power: Chance that it is told.

    References:
        Cohen (1988), Statistical power analysis for the behavioral sciences, chapter 6.
    """
    angles = [_angle(values) for values in (control_rate, rate)]
    return _needed(np.ones_like(angles[0]), angles[1] - angles[0], ratio, alpha, power)


def customers_for_means(
    variance: Vector,
    difference: Vector,
    *,
    ratio: float | Vector = 1.0,
    alpha: float = 0.05,
    power: float = 0.8,
) -> Needed:
    """Customers with whom two means or ratios would be told apart.

    Args:
        variance: Per customer, the same in both arms: `Sums.variance` of the past or
            of the control.
        difference: Of the means.
        ratio: Customers of the other arm for each one of the control.
        alpha: Level of the test.
        power: Chance that it is told.
    """
    known = np.where(variance > 0, variance, math.nan)
    return _needed(known, difference, ratio, alpha, power)


def _needed(
    variance: Vector,
    difference: Vector,
    ratio: float | Vector,
    alpha: float,
    power: float,
) -> Needed:
    if not (np.isfinite(ratio) & (np.asarray(ratio) > 0)).all():
        raise ValueError(f"ratio must be above 0, got {ratio}")
    squared = _distance(alpha, power) ** 2 * divide(variance, difference**2)
    control = squared * (1 + 1 / ratio)
    return Needed(control=control, treatment=control * ratio)


def _angle(rate: Vector) -> Vector:
    is_rate = (rate >= 0) & (rate <= 1)
    return 2 * np.arcsin(np.sqrt(np.where(is_rate, rate, math.nan)))


def _power(distance: Vector, alpha: float) -> Vector:
    edge = stats.norm.isf(alpha / 2)
    beyond = stats.norm.sf(edge - distance) + stats.norm.sf(edge + distance)
    return np.asarray(beyond)


def _distance(alpha: float, power: float) -> float:
    """Standard errors at which an effect is told with this power."""
    _require_share("alpha", alpha)
    _require_share("power", power)
    if power <= alpha:
        raise ValueError(f"power must be above alpha: {power} is not above {alpha}")
    short = optimize.brentq(
        lambda distance: float(_power(np.array(distance), alpha)) - power, 0.0, FAR
    )
    return float(short)


def _require_share(name: str, share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"{name} must be between 0 and 1, got {share}")
