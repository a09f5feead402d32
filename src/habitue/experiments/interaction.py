"""Whether an arm does the same in every segment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

LEAST_SEGMENTS = 2


class Interaction(NamedTuple):
    """How much the segments' effects differ, the same on every row of a family.

    Attributes:
        statistic: Cochran's Q: squared distances from the common effect, in standard
            errors; shape (n,).
        degrees: Segments with an effect, less one.
        p_value: Of one effect in all segments; NaN with fewer than two segments.
    """

    statistic: Vector
    degrees: Vector
    p_value: Vector


def interaction(
    estimate: Vector, standard_error: Vector, families: NDArray[Any]
) -> Interaction:
    """Test each family of segments for one common effect.

    Args:
        estimate: Effect in a segment, shape (n,); NaN is left out.
        standard_error: Its standard error.
        families: What a row belongs to, shape (n,): one experiment, metric and arm.

    Assumptions:
        Segments do not share customers, and hold enough of them for normal effects.
        Equal relative effects are unequal differences where the segments' rates are:
        take the logarithm of the ratio (`on_scale`) and its error to ask about those.

    References:
        Cochran (1954), The combination of estimates from different experiments,
        Biometrics 10.
    """
    _, rows = np.unique(families, return_inverse=True)
    is_known = np.isfinite(estimate) & (standard_error > 0)
    weight = np.zeros(len(estimate))
    weight[is_known] = standard_error[is_known] ** -2.0
    known = np.where(is_known, estimate, 0.0)
    segments = np.bincount(rows, weights=is_known)
    total = np.bincount(rows, weights=weight)
    common = np.bincount(rows, weights=weight * known) / np.where(total > 0, total, 1)
    apart = np.bincount(rows, weights=weight * (known - common[rows]) ** 2)
    is_tested = segments >= LEAST_SEGMENTS
    statistic = np.where(is_tested, apart, math.nan)
    degrees = np.where(is_tested, segments - 1, math.nan)
    return Interaction(
        statistic=statistic[rows],
        degrees=degrees[rows],
        p_value=stats.chi2.sf(statistic, degrees)[rows],
    )
