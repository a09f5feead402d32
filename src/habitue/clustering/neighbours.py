"""Whether the segments that lie next to each other are apart, or parts of one lump."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from habitue.clustering.gap import gap_statistic
from habitue.clustering.partition import means_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from habitue.clustering.algorithms import KMeans, Ward


def neighbour_gap(
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
    algorithm: KMeans | Ward,
    *,
    references: int,
    seed: int,
) -> float:
    """Ask the gap statistic of every two neighbours whether they are two at all.

    Every segment is put together with the one of the nearest mean, as if the two were
    all customers there are.

    Args:
        values: (n_rows, n_features), scaled.
        labels: Segment of each row, from 0 without holes, shape (n_rows,).
        algorithm: Divides the two and their references alike.
        references: Reference data sets of each pair.
        seed: Source of every random number.

    Returns:
        The least lead of gap(2) over gap(1) among the pairs, in standard errors of
        gap(2); up to 1 it says that those two are one. NaN for one segment.

    Assumptions:
        As for the gap statistic. Halves of one round group in many dimensions are
        found again in most bootstrap samples, so stability alone does not tell them
        from groups.

    References:
        Tibshirani, Walther and Hastie (2001), Estimating the number of clusters in a
        data set via the gap statistic, JRSS B 63; their rule on every pair.
    """
    means = means_of(values, labels)
    if len(means) == 1:
        return math.nan
    apart = ((means[:, None, :] - means[None, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, math.inf)
    pairs = {(min(pair), max(pair)) for pair in enumerate(apart.argmin(axis=1))}
    in_two = replace(algorithm, ks=(1, 2))
    leads = []
    for one, other in sorted(pairs):
        gap = gap_statistic(
            values[(labels == one) | (labels == other)],
            in_two,
            references=references,
            rng=np.random.default_rng(seed),
        )
        error = max(float(gap.standard_error[1]), np.finfo(np.float64).tiny)
        leads.append(float(gap.gap[1] - gap.gap[0]) / error)
    return min(leads)
