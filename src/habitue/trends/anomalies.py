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
# What lies further out is no tail: it is what is looked for.
_CORE = 5.0
_DEGREES = (3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 30.0)
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


def fences_of(residuals: Floats, *, error: float = FAMILY_ERROR) -> Fences:
    """How far a residual may lie from zero before it is an anomaly.

    Args:
        residuals: (n,), around zero; NaN counts for nothing.
        error: Probability that any of them lies outside if they are all noise.

    Returns:
        Fences of a normal distribution, or of a Student t whose tail is as heavy as the
        residuals' own on that side, Bonferroni-corrected for the number of residuals.

    Assumptions:
        Few anomalies within five deviations: they make the tail look heavy, and the
        fence wide.

    References:
        Iglewicz and Hoaglin (1993), How to detect and handle outliers.
    """
    known = residuals[~np.isnan(residuals)]
    spread = robust_spread(known)
    if not len(known) or spread <= 0:
        return Fences(0.0, 0.0, 0.0)
    share = error / (2 * len(known))
    core = known[np.abs(known) <= _CORE * spread]
    low, high = (_fence(side * core, share) for side in (-1, 1))
    return Fences(spread, low, high)


def _fence(residuals: Floats, share: float) -> float:
    """The fence on the upper side, in deviations."""
    if len(residuals) < _LEAST_FOR_TAILS:
        return float(stats.norm.isf(share))
    middle, quarter, tail = np.quantile(residuals, [0.5, 0.75, _TAIL])
    width = (tail - middle) / (quarter - middle) if quarter > middle else np.inf
    if width <= _NORMAL_TAIL:
        return float(stats.norm.isf(share))
    for degrees in sorted(_DEGREES, reverse=True):
        quarter_of = float(stats.t.ppf(0.75, degrees))
        if width <= float(stats.t.ppf(_TAIL, degrees)) / quarter_of:
            break
    # The t has the same quarter as the normal that the spread stands for.
    return float(stats.t.isf(share, degrees) * stats.norm.ppf(0.75) / quarter_of)
