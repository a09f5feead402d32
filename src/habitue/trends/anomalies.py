"""How far from the expected a point must be to be an anomaly, among so many points."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

from habitue.trends.scales import robust_spread

if TYPE_CHECKING:
    from habitue.trends.series import Floats

# Of all series with nothing in them, this share has a false anomaly.
FAMILY_ERROR = 0.05
_LEAST_FOR_TAILS = 100
_POINTS_PER_DEGREE = 3
# Many anomalies look like a heavy tail; beyond this nobody would take them for one.
_WIDEST = 8.0
# What lies further out is no tail: it is what is looked for.
_CORE = 5.0
_DEGREES = (30.0, 15.0, 10.0, 8.0, 6.0, 5.0, 4.0, 3.0)
_TAIL = 0.95
# Up to here the tails of a few hundred normal residuals look heavy by chance (2.44).
_NORMAL_TAIL = 2.64


class Fences(NamedTuple):
    """How far residuals may lie from zero, and what they are measured in.

    Attributes:
        spread: Robust standard deviation of the residuals.
        low: Deviations below zero that are still expected, positive.
        high: Deviations above it.
    """

    spread: float
    low: float
    high: float


def fences_of(
    residuals: Floats, *, leverage: float = 0.0, error: float = FAMILY_ERROR
) -> Fences:
    """How far a residual may lie from zero before it is an anomaly.

    Args:
        residuals: (n,), around zero; NaN counts for nothing.
        leverage: How much of a point's noise the fit takes up. Residuals are too small
            by its root, and those of points that were left out too large by as much.
        error: Probability that any of them lies outside if they are all noise.

    Returns:
        Fences of a normal distribution, or of a Student t whose tail is as heavy as the
        residuals' own on that side, Bonferroni-corrected for the number of residuals;
        eight deviations at most.

    Assumptions:
        Noise in which eight deviations are rare: of a Student t with 3 degrees, a few
        of a thousand points lie beyond.

    References:
        Iglewicz and Hoaglin (1993), How to detect and handle outliers.
    """
    known = residuals[~np.isnan(residuals)]
    spread = robust_spread(known) / (1 - leverage)
    if not len(known) or spread <= 0:
        return Fences(0.0, 0.0, 0.0)
    share = error / (2 * len(known))
    core = known[np.abs(known) <= _CORE * spread]
    low, high = (_fence(side * core, share) for side in (-1, 1))
    return Fences(spread, low, high)


def _fence(residuals: Floats, share: float) -> float:
    """The fence on the upper side, in deviations."""
    if len(residuals) < _LEAST_FOR_TAILS:
        # The spread itself is known from few points, and seasons took some of them.
        return _fence_of(len(residuals) / _POINTS_PER_DEGREE, share)
    middle, quarter, tail = np.quantile(residuals, [0.5, 0.75, _TAIL])
    width = (tail - middle) / (quarter - middle) if quarter > middle else np.inf
    if width <= _NORMAL_TAIL:
        return float(stats.norm.isf(share))
    for degrees in _DEGREES:
        if width <= float(stats.t.ppf(_TAIL, degrees) / stats.t.ppf(0.75, degrees)):
            break
    return min(_fence_of(degrees, share), _WIDEST)


def _fence_of(degrees: float, share: float) -> float:
    """Of a t with the same upper quarter as the normal that the spread stands for."""
    scale = stats.norm.ppf(0.75) / stats.t.ppf(0.75, degrees)
    return float(stats.t.isf(share, degrees) * scale)
