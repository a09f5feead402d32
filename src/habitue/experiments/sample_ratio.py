"""Whether the arms have the customers that they should have."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Sequence

TWO_ARMS = 2
# Below this something is broken, and no verdict is told (Fabijan et al. 2019, KDD).
BLOCKING_P_VALUE = 0.001


class SampleRatio(NamedTuple):
    """How the arms' customers compare with their shares.

    Attributes:
        statistic: Chi-square of the counts against the shares.
        p_value: Exact (binomial) for two arms, of the chi-square for more. NaN without
            customers, or with a single arm.
    """

    statistic: float
    p_value: float


def sample_ratio(counts: Sequence[int], shares: Sequence[float]) -> SampleRatio:
    """Test the customers of all arms of one experiment against their shares.

    Args:
        counts: Customers of each arm.
        shares: What each arm should have, in the same order; any unit (1:1, 50:50).

    Raises:
        ValueError: If there are not as many shares as counts, a share is not above 0,
            or a count is below 0.

    References:
        Fabijan, Gupchup, Gupta, Omhover, Qin, Vermeer and Dmitriev (2019), Diagnosing
        sample ratio mismatch in online controlled experiments, KDD.
    """
    found, wanted = np.asarray(counts, dtype=np.int64), np.asarray(shares, dtype=float)
    if found.shape != wanted.shape or found.ndim != 1:
        raise ValueError(f"{found.size} counts and {wanted.size} shares: not the same")
    if not (np.isfinite(wanted) & (wanted > 0)).all():
        raise ValueError("every arm needs a share above 0")
    if (found < 0).any():
        raise ValueError("an arm cannot have fewer than 0 customers")
    customers = int(found.sum())
    if customers == 0 or len(found) < TWO_ARMS:
        return SampleRatio(math.nan, math.nan)
    wanted = wanted / wanted.sum()
    statistic, p_value = stats.chisquare(found, wanted * customers)
    if len(found) == TWO_ARMS:
        p_value = stats.binomtest(int(found[0]), customers, float(wanted[0])).pvalue
    return SampleRatio(float(statistic), float(p_value))
