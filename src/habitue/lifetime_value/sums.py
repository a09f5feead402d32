"""Sums that come out the same on every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def weighted_sum(
    weights: NDArray[np.float64], values: NDArray[np.float64] | float
) -> float:
    """The sum of weights times values.

    Not a dot product: how BLAS adds up depends on where in memory an array lies.
    """
    return float((weights * values).sum())


def sums_by(
    index: NDArray[np.intp], weights: NDArray[np.float64], *, size: int
) -> NDArray[np.float64]:
    """The sum of the weights of each index, shape (size,)."""
    return np.bincount(index, weights, minlength=size).astype(np.float64)
