"""The scale on which a series' noise is about as large everywhere."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from habitue.trends.series import Floats

# Normal: the standard deviation over the median absolute deviation.
MAD_TO_SD = 1.4826
# Relative noise from which on logarithms of counts are lopsided: it is that of some 45.
MOST_NOISE = 0.15
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
        period: Points of a season; noise is measured from season to season.
        is_ratio: A share, which is left as it is.

    Returns:
        Logarithms for positive numbers whose noise is small beside them, so that what
        multiplies becomes what adds; square roots for small counts, whose variance
        is their mean; nothing for shares and where there are negative numbers.
    """
    if is_ratio or values.min() < 0:
        return Scale.plain
    if values.min() > 0 and len(values) > period:
        logs = np.log(values)
        noise = MAD_TO_SD * np.median(np.abs(logs[period:] - logs[:-period])) / 2**0.5
        if noise < MOST_NOISE:
            return Scale.log
    return Scale.root


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
