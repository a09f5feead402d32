"""Many metrics and segments are many chances to be wrong: p-values corrected."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from statsmodels.stats.multitest import multipletests

from habitue.holm import holm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

CORRECTIONS = ("holm", "benjamini_hochberg", "none")


def correct(p_values: Vector, *, correction: str) -> Vector:
    """Correct the p-values of one family.

    Args:
        p_values: Shape (n,); NaN is no test, and is not counted.
        correction: holm (no false alarm in the family), benjamini_hochberg (few among
            the alarms) or none.

    Returns:
        Shape (n,), NaN where nothing was tested.

    Raises:
        ValueError: If the correction is unknown, or a p-value is not in [0, 1].

    References:
        Holm (1979), Scandinavian Journal of Statistics 6.
        Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57.
    """
    if correction not in CORRECTIONS:
        known = ", ".join(CORRECTIONS)
        raise ValueError(f"correction must be one of {known}, got {correction}")
    p_values = np.asarray(p_values, dtype=np.float64)
    is_tested = ~np.isnan(p_values)
    tested = p_values[is_tested]
    if ((tested < 0) | (tested > 1)).any():
        raise ValueError("p-values must lie between 0 and 1")
    corrected = np.full(p_values.shape, math.nan)
    if correction == "none" or not is_tested.any():
        corrected[is_tested] = tested
    elif correction == "holm":
        corrected[is_tested] = holm(tested)
    else:
        corrected[is_tested] = multipletests(tested, method="fdr_bh")[1]
    return corrected
