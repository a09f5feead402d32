"""The scale on which a series' noise is about as large everywhere."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import median_filter

if TYPE_CHECKING:
    from habitue.trends.series import Floats

# Normal: the standard deviation over the median absolute deviation.
MAD_TO_SD = 1.4826
# Points of the running median that noise is measured about.
_LEVEL = 15
_LEAST_FOR_LOGARITHMS = 100
# The root of a Poisson count this much larger has an even variance: Anscombe (1948).
_ANSCOMBE = 3 / 8


class Scale(StrEnum):
    """How numbers are transformed before anything is fitted."""

    log = "log"
    root = "square root"
    plain = "none"


def choose_scale(values: Floats, *, period: int, is_ratio: bool = False) -> Scale:
    """The transform for a series.

    Args:
        values: (n,), without gaps.
        period: Points of a season, 1 for none.
        is_ratio: A share, which is left as it is.

    Returns:
        Logarithms or square roots, whichever leaves the noise more even on both sides:
        amounts multiply, counts have their mean as variance. Nothing for shares and
        where there are negative numbers. Logarithms are for positive numbers, and for
        series whose sides can be told from their outliers.
    """
    if is_ratio or values.min() < 0:
        return Scale.plain
    if values.min() == 0 or len(values) < _LEAST_FOR_LOGARITHMS:
        return Scale.root
    return min(
        (Scale.root, Scale.log),
        key=lambda scale: _lopsidedness(to_scale(values, scale), period),
    )


def _lopsidedness(values: Floats, period: int) -> float:
    """How unlike the two sides of the noise are, 0 to 1, from what most points do."""
    level = values - median_filter(values, size=_LEVEL, mode="nearest")
    for phase in range(period):
        level[phase::period] -= np.median(level[phase::period])
    low, middle, high = np.quantile(level, [0.05, 0.5, 0.95])
    return float(abs(high + low - 2 * middle) / max(high - low, 1e-300))


def to_scale(values: Floats, scale: Scale) -> Floats:
    """Transformed numbers."""
    if scale == Scale.log:
        return np.asarray(np.log(values))
    return np.sqrt(values + _ANSCOMBE) if scale == Scale.root else values


def from_scale(values: Floats, scale: Scale) -> Floats:
    """The numbers that were transformed; what lies below zero roots is zero."""
    if scale == Scale.log:
        return np.asarray(np.exp(np.minimum(values, 700.0)))
    if scale == Scale.root:
        return np.maximum(np.maximum(values, 0.0) ** 2 - _ANSCOMBE, 0.0)
    return values


def robust_spread(residuals: Floats) -> float:
    """Standard deviation of most residuals; of all where most are equal."""
    known = residuals[~np.isnan(residuals)]
    if not len(known):
        return 0.0
    centred = np.abs(known - np.median(known))
    spread = MAD_TO_SD * float(np.median(centred))
    return spread if spread > 0 else 1.2533 * float(centred.mean())
