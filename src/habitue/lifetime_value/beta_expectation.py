"""Expected values over beta distributions, by numerical integration."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit, polygamma

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Points per distribution: ten digits where a and b are above .1, six near 0.
POINTS = 160
# The integral ends where the density has fallen by e^-45.
TAIL = 45.0
# Below it a probability is as good as none, and products with it keep their digits.
LEAST = 1e-200


class BetaPoints(NamedTuple):
    """Points and weights that stand for beta distributions.

    Attributes:
        probability: Shape (n_distributions, POINTS), in (0, 1).
        weight: Shape (n_distributions, POINTS); each row adds up to 1.
    """

    probability: Array
    weight: Array


def beta_points(a: float, b: Array) -> BetaPoints:
    """Points and weights for Beta(a, b), one distribution per b, shape (n,).

    The integral is taken over the logit of the probability, where the density is
    bell-shaped whatever a and b are, with steps that widen towards the tails; the
    trapezoidal rule then converges exponentially.

    References:
        Takahasi and Mori (1974), Double exponential formulas for numerical
        integration.
    """
    peak = np.log(a / b)
    width = np.minimum(np.sqrt(polygamma(1, a) + polygamma(1, b)), 1.0)
    low = -np.arcsinh(_reach(a, b, peak, -width) / width)
    high = np.arcsinh(_reach(a, b, peak, width) / width)
    position = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, POINTS)
    logit = peak[:, None] + width[:, None] * np.sinh(position)
    log_weight = _log_density(a, b[:, None], logit) + np.log(np.cosh(position))
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    return BetaPoints(
        probability=np.maximum(expit(logit), LEAST),
        weight=weight / weight.sum(axis=1, keepdims=True),
    )


def _log_density(a: float, b: Array, logit: Array) -> Array:
    return np.asarray(a * logit - (a + b) * np.logaddexp(0, logit))


def _reach(a: float, b: Array, peak: Array, width: Array) -> Array:
    """How far from the peak the density has fallen by the tail, as a length."""
    floor = _log_density(a, b, peak) - TAIL
    far = width.copy()
    while (is_short := _log_density(a, b, peak + far) > floor).any():
        far = np.where(is_short, 2 * far, far)
    near = np.zeros_like(far)
    for _ in range(8):
        middle = (near + far) / 2
        is_short = _log_density(a, b, peak + middle) > floor
        near, far = np.where(is_short, middle, near), np.where(is_short, far, middle)
    return np.abs(far)
