"""Intervals that stay valid however often, and whenever, one looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.experiments.effects import (
    LOG,
    Effects,
    RelativeScale,
    from_scale,
    on_scale,
)
from habitue.experiments.sums import divide

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

DEFAULT_TUNING = 5000.0


class AlwaysValid(NamedTuple):
    """A confidence sequence at the present look; shape (n,) each.

    Attributes:
        low: Lower limit.
        high: Upper limit.
        p_value: Always-valid p-value of an estimate of 0, at most 1. It is below alpha
            exactly where the interval at alpha, tuned for this alpha, is without 0.
    """

    low: Vector
    high: Vector
    p_value: Vector


def always_valid(
    estimate: Vector,
    standard_error: Vector,
    customers: Vector,
    *,
    tuning: float = DEFAULT_TUNING,
    alpha: float = 0.05,
) -> AlwaysValid:
    """Asymptotic confidence sequence around an estimate, as GrowthBook takes it.

    Args:
        estimate: Anything asymptotically normal, with all customers so far.
        standard_error: Its standard error.
        customers: Customers so far, of both arms.
        tuning: Customers at which the sequence is tightest.
        alpha: Chance that any of all looks ever misses.

    Raises:
        ValueError: If alpha is not between 0 and 1, or the tuning is not above 0.

    Assumptions:
        Customers come one after the other and each is done when counted: what is
        measured in a later look of those already there is not new customers. Valid in
        the limit: the first looks must already hold enough for a normal mean.

    References:
        Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2023), Time-uniform central
        limit theory and asymptotic confidence sequences, equations 9, 155 and 161.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1, got {alpha}")
    if not tuning > 0:
        raise ValueError(f"tuning must be above 0 customers, got {tuning}")
    surprise = -2 * np.log(alpha)
    rho_squared = (surprise + np.log(surprise + 1)) / tuning
    known = np.where(customers > 0, customers, np.nan)
    time = known * rho_squared
    widening = np.sqrt((time + 1) / time * (surprise + np.log(time + 1)))
    error = np.where(standard_error > 0, standard_error, np.nan)
    z_squared = divide(estimate, error) ** 2
    evidence = z_squared * time / (2 * (time + 1)) - np.log(time + 1) / 2
    return AlwaysValid(
        low=estimate - widening * error,
        high=estimate + widening * error,
        p_value=np.exp(-np.maximum(evidence, 0.0)),
    )


def always_valid_effects(
    effects: Effects,
    customers: Vector,
    *,
    tuning: float = DEFAULT_TUNING,
    alpha: float = 0.05,
    relative_scale: RelativeScale = LOG,
) -> Effects:
    """The same effects with always-valid limits and p-values.

    Args:
        effects: As `compare` tells them.
        customers: Customers of both arms.
        tuning: Customers at which the intervals are tightest.
        alpha: Chance that any of all looks ever misses.
        relative_scale: As it was compared.
    """
    difference = always_valid(
        effects.difference,
        effects.standard_error,
        customers,
        tuning=tuning,
        alpha=alpha,
    )
    relative = always_valid(
        on_scale(effects.relative_difference, relative_scale),
        effects.relative_standard_error,
        customers,
        tuning=tuning,
        alpha=alpha,
    )
    return effects._replace(
        low=difference.low,
        high=difference.high,
        p_value=difference.p_value,
        relative_low=from_scale(relative.low, relative_scale),
        relative_high=from_scale(relative.high, relative_scale),
        relative_p_value=relative.p_value,
    )
