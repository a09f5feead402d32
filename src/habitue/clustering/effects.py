"""How far each segment is from everybody else, feature by feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def effect_sizes(
    values: NDArray[np.float64], labels: NDArray[np.int64], *, k: int
) -> NDArray[np.float64]:
    """Cohen's d of each segment against all other customers.

    Args:
        values: (n_customers, n_features).
        labels: Segment of each customer, in [0, k), shape (n_customers,).
        k: Number of segments.

    Returns:
        Difference of the means over the pooled standard deviation, signed, shape
        (k, n_features): .2 is small, .5 medium, .8 large. 0 where neither group
        varies and they are equal, or where there is no other group; plus or minus
        infinity where neither varies and they differ.

    References:
        Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, ch. 2.
    """
    centred = values - values.mean(axis=0) if len(values) else values
    counts = np.bincount(labels, minlength=k).astype(np.float64)[:, None]
    sums, squares = (
        np.column_stack(
            [np.bincount(labels, weights=column, minlength=k) for column in power.T]
        )
        for power in (centred, centred**2)
    )
    others = len(values) - counts
    mean = sums / np.maximum(counts, 1)
    other_mean = (sums.sum(axis=0) - sums) / np.maximum(others, 1)
    within = squares - counts * mean**2
    other_within = squares.sum(axis=0) - squares - others * other_mean**2
    pooled = np.maximum(within + other_within, 0) / max(len(values) - 2, 1)
    # What is left of rounding is no variation.
    pooled[pooled < 1e-24 * np.maximum(squares.sum(axis=0), 1)] = 0
    difference = np.where((counts > 0) & (others > 0), mean - other_mean, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = difference / np.sqrt(pooled)
    return np.asarray(np.where(difference == 0, 0.0, sizes), dtype=np.float64)
