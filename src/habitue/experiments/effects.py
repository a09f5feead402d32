"""What an arm changes: differences with intervals, adjusted for the past if asked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy import stats

from habitue.experiments.sums import ROUNDING, Sums, divide

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

RelativeScale = Literal["log", "linear"]
LOG: RelativeScale = "log"

TOLD = "told"
NO_CONTROL = "nobody in the control arm"
NO_TREATMENT = "nobody in this arm"
TOO_FEW = "an arm has a single customer: nothing is known about the spread"
NO_BASE = "an arm has nothing to divide by: the base is zero"
NO_SPREAD = "the values of an arm do not vary: the spread is not known"
NO_PAST = "an arm has no past to adjust by"
FLAT_PAST = "the past does not vary: there is nothing to adjust by"
UNKNOWN = "the sums are not known"
NOT_ABOVE_ZERO = "a mean is not above zero: no relative difference"


class Effects(NamedTuple):
    """What the treatment differs in from the control; shape (n,) each.

    NaN is what cannot be told; `why_not` and `why_not_relative` say why.

    Attributes:
        value: Mean (rate, ratio) of the treatment, adjusted if asked.
        control_value: That of the control.
        difference: Value less control value.
        low: Lower limit of the difference.
        high: Upper limit.
        standard_error: Of the difference.
        degrees: Welch's degrees of freedom of the difference.
        p_value: Of a difference of 0, two-sided.
        relative_difference: Difference by control value.
        relative_low: Its lower limit.
        relative_high: Its upper limit.
        relative_standard_error: Of the logarithm of value by control value, or, on the
            linear scale, of the relative difference.
        relative_p_value: Of no difference, by that error; p_value is the usual one.
        theta: What one unit of the past counts for; 0 if not adjusted.
        variance_reduction: Share of the variance that the past explains: 0.5 is worth
            twice the customers. 0 if not adjusted.
    """

    value: Vector
    control_value: Vector
    difference: Vector
    low: Vector
    high: Vector
    standard_error: Vector
    degrees: Vector
    p_value: Vector
    relative_difference: Vector
    relative_low: Vector
    relative_high: Vector
    relative_standard_error: Vector
    relative_p_value: Vector
    theta: Vector
    variance_reduction: Vector


class _Side(NamedTuple):
    """One arm: its mean, the variance per customer, and its customers."""

    mean: Vector
    variance: Vector
    customers: Vector


def compare(
    control: Sums,
    treatment: Sums,
    *,
    adjusted: bool,
    alpha: float = 0.05,
    relative_scale: RelativeScale = LOG,
    is_proportion: bool | NDArray[np.bool_] = False,
) -> Effects:
    """Compare arms by Welch's t, ratios by the delta method over customers.

    Args:
        control: Sums of the control, one row per comparison.
        treatment: Sums of the other arm, row by row beside it.
        adjusted: Whether to take out what the past explains (CUPED). The past's weight
            is one for both arms, from their customers together.
        alpha: One less the level of the intervals. At 2 alpha a limit is that of the
            one-sided test at alpha, whose p-value is half the one here.
        relative_scale: "log" takes the interval of the ratio of the means on the log
            scale, as tea-tasting does: it is never below -100 %. "linear" is the delta
            method on the ratio itself, as GrowthBook does.
        is_proportion: Where the value is 0 or 1 its variance is rate (1 - rate), as
            GrowthBook takes it, not the n / (n - 1) times as much of a sample's.

    Returns:
        Effects; limits and p-values are NaN where an arm has fewer than two customers
        or does not vary, relative limits also where a mean is not above zero.

    Raises:
        ValueError: If alpha is not between 0 and 1, or the scale is unknown.

    Assumptions:
        Customers are independent, and many enough for their means to be normal. Where
        one in ten buys, at very different prices, relative intervals hold what they say
        from some thousand customers in an arm on. The past is from before the
        assignment.

    References:
        Welch (1947), Biometrika 34.
        Deng, Xu, Kohavi and Walker (2013), Improving the sensitivity of online
        controlled experiments by utilizing pre-experiment data, WSDM.
        Deng, Knoblich and Lu (2018), Applying the delta method in metric analytics,
        KDD.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1, got {alpha}")
    if relative_scale not in ("log", "linear"):
        raise ValueError(f"relative_scale must be log or linear, got {relative_scale}")
    with np.errstate(all="ignore"):
        theta, reduction = _explained(control, treatment, adjusted=adjusted)
        everybody = control.plus(treatment)
        sides = [
            _side(arm, everybody, theta, adjusted=adjusted, is_proportion=is_proportion)
            for arm in (control, treatment)
        ]
        return _effects(
            *sides,
            theta=theta,
            variance_reduction=reduction,
            alpha=alpha,
            relative_scale=relative_scale,
        )


def why_not(control: Sums, treatment: Sums, *, adjusted: bool) -> NDArray[np.object_]:
    """TOLD where `compare` tells a difference with its limits, else why it does not.

    Args:
        control: Sums of the control, one row per comparison.
        treatment: Sums of the other arm.
        adjusted: As it was compared.

    Returns:
        Texts, shape (n,).
    """
    arms = (control, treatment)
    is_past_missing = _any(
        np.isnan(arm.past_mean) & np.isfinite(arm.mean) for arm in arms
    )
    effects = compare(control, treatment, adjusted=adjusted)
    is_told = np.isfinite(effects.p_value)
    is_flat = control.plus(treatment).past_variance == 0
    reasons = [
        (NO_CONTROL, control.customers == 0),
        (NO_TREATMENT, treatment.customers == 0),
        (TOO_FEW, _any(arm.customers == 1 for arm in arms)),
        (NO_BASE, _any(arm.base == 0 for arm in arms)),
        (NO_PAST, adjusted & is_past_missing),
        (FLAT_PAST, adjusted & is_told & is_flat),
        (TOLD, is_told),
        (NO_SPREAD, np.isfinite(effects.difference)),
    ]
    return np.select(
        [is_so for _, is_so in reasons],
        [np.array(text, dtype=object) for text, _ in reasons],
        default=np.array(UNKNOWN, dtype=object),
    )


def why_not_relative(effects: Effects) -> NDArray[np.object_]:
    """TOLD where there is a relative difference with limits, else why there is none."""
    no_means = (effects.value <= 0) | (effects.control_value <= 0)
    return np.select(
        [np.isfinite(effects.relative_low), no_means, np.isfinite(effects.difference)],
        [np.array(text, dtype=object) for text in (TOLD, NOT_ABOVE_ZERO, NO_SPREAD)],
        default=np.array(UNKNOWN, dtype=object),
    )


def on_scale(relative_difference: Vector, relative_scale: RelativeScale) -> Vector:
    """A relative difference on the scale on which its error is told."""
    if relative_scale == LOG:
        above = np.where(relative_difference > -1, relative_difference, math.nan)
        return np.log1p(above)
    return relative_difference


def from_scale(estimate: Vector, relative_scale: RelativeScale) -> Vector:
    """Back from that scale; infinite where nothing at all is known."""
    if relative_scale == LOG:
        with np.errstate(over="ignore"):
            return np.expm1(estimate)
    return estimate


def _any(conditions: Iterable[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    return np.asarray(np.logical_or.reduce(list(conditions)))


def _explained(
    control: Sums, treatment: Sums, *, adjusted: bool
) -> tuple[Vector, Vector]:
    """The past's weight, and the share of the variance it explains, in both arms."""
    everybody = control.plus(treatment)
    if not adjusted:
        return np.zeros_like(everybody.customers), np.zeros_like(everybody.customers)
    past, covariance = everybody.past_variance, everybody.covariance
    theta = np.where(past == 0, 0.0, divide(covariance, past))
    explained = divide(theta * covariance, everybody.variance)
    return theta, np.where(past == 0, 0.0, explained)


def _side(
    arm: Sums,
    everybody: Sums,
    theta: Vector,
    *,
    adjusted: bool,
    is_proportion: bool | NDArray[np.bool_],
) -> _Side:
    mean, variance = arm.mean, arm.variance
    if adjusted:
        mean = mean - theta * (arm.past_mean - everybody.past_mean)
        rest = variance + theta**2 * arm.past_variance - 2 * theta * arm.covariance
        variance = np.where(rest <= ROUNDING * variance, 0.0, rest)
    share = divide(arm.customers - 1, arm.customers)
    variance = np.where(is_proportion, variance * share, variance)
    known = np.where(variance > 0, variance, math.nan)
    return _Side(mean=mean, variance=known, customers=arm.customers)


def _effects(
    control: _Side,
    treatment: _Side,
    *,
    theta: Vector,
    variance_reduction: Vector,
    alpha: float,
    relative_scale: RelativeScale,
) -> Effects:
    difference = treatment.mean - control.mean
    error, degrees = _welch(control, treatment)
    margin = stats.t.ppf(1 - alpha / 2, degrees) * error
    ratio = divide(treatment.mean, np.where(control.mean > 0, control.mean, math.nan))
    if relative_scale == LOG:
        logarithm = np.log(np.where(ratio > 0, ratio, math.nan))
        relative_error, relative_degrees = _welch(
            _in_units_of(control, control.mean),
            _in_units_of(treatment, treatment.mean),
        )
        relative_error = np.where(ratio > 0, relative_error, math.nan)
        factor = np.exp(stats.t.ppf(1 - alpha / 2, relative_degrees) * relative_error)
        relative_low, relative_high = ratio / factor - 1, ratio * factor - 1
        distance = logarithm
    else:
        relative_error, _ = _welch(
            _in_units_of(control, control.mean / ratio),
            _in_units_of(treatment, control.mean),
        )
        relative_degrees, distance = degrees, ratio - 1
        relative_margin = stats.t.ppf(1 - alpha / 2, degrees) * relative_error
        relative_low = ratio - 1 - relative_margin
        relative_high = ratio - 1 + relative_margin
    return Effects(
        value=treatment.mean,
        control_value=control.mean,
        difference=difference,
        low=difference - margin,
        high=difference + margin,
        standard_error=error,
        degrees=degrees,
        p_value=2 * stats.t.sf(np.abs(difference) / error, degrees),
        relative_difference=ratio - 1,
        relative_low=relative_low,
        relative_high=relative_high,
        relative_standard_error=relative_error,
        relative_p_value=2
        * stats.t.sf(np.abs(distance) / relative_error, relative_degrees),
        theta=theta,
        variance_reduction=variance_reduction,
    )


def _in_units_of(side: _Side, unit: Vector) -> _Side:
    return side._replace(variance=divide(side.variance, unit**2))


def _welch(control: _Side, treatment: _Side) -> tuple[Vector, Vector]:
    """Standard error and degrees of freedom of a difference of means."""
    first = divide(control.variance, control.customers)
    second = divide(treatment.variance, treatment.customers)
    degrees = divide(
        (first + second) ** 2,
        divide(first**2, control.customers - 1)
        + divide(second**2, treatment.customers - 1),
    )
    return np.sqrt(first + second), degrees
