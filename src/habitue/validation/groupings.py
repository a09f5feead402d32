"""How much of an outcome each of several groupings of the same customers explains."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Redrawn customers are looked at so many numbers at a time: 8 MiB.
BATCH_NUMBERS = 1_000_000


class Shares(NamedTuple):
    """What groupings explain of the variation of the ranks of an outcome.

    Attributes:
        explained: Share of the variation between the groups, in [0, 1], shape
            (n_draws, n_groupings): epsilon squared, and for yes and no the square of
            Cramér's V. NaN where the outcome does not vary.
        groups: Groups that hold a customer, the same shape.
    """

    explained: NDArray[np.float64]
    groups: NDArray[np.int64]


def shares_explained(
    values: NDArray[np.float64],
    groupings: Sequence[NDArray[np.int64]],
    weights: NDArray[np.float64],
) -> Shares:
    """The share of each grouping, for customers that count as often as told.

    Args:
        values: The outcome, one number per customer, shape (n,).
        groupings: Group of each customer from 0, each of shape (n,).
        weights: How often each customer counts, whole numbers, shape (n_draws, n).

    References:
        Kruskal and Wallis (1952), JASA 47: H is (n - 1) times the share.
    """
    distinct, places = np.unique(values, return_inverse=True)
    members, starts = _memberships(groupings)
    # Whole and half numbers below 2^53 add up exactly, in any order.
    ties = np.stack(
        [np.bincount(places, weights=row, minlength=len(distinct)) for row in weights]
    )
    drawn = weights.sum(axis=1, keepdims=True)
    ranks = np.cumsum(ties, axis=1) - (ties - 1) / 2 - (drawn + 1) / 2
    sizes = weights @ members
    sums = (weights * ranks[:, places]) @ members
    between = np.add.reduceat(sums**2 / np.maximum(sizes, 1), starts, axis=1)
    total = (ties * ranks**2).sum(axis=1, keepdims=True)
    return Shares(
        np.where(total > 0, between / np.where(total > 0, total, 1), math.nan),
        np.add.reduceat(sizes > 0, starts, axis=1, dtype=np.int64),
    )


def redrawn_shares(
    values: NDArray[np.float64],
    groupings: Sequence[NDArray[np.int64]],
    *,
    draws: int,
    rng: np.random.Generator,
) -> Shares:
    """The same for customers drawn again: every grouping meets the same draws.

    Args:
        values: The outcome, one number per customer, shape (n,).
        groupings: Group of each customer from 0, each of shape (n,).
        draws: Bootstrap samples.
        rng: Source of the draws.
    """
    n_rows = len(values)
    found = []
    batch = max(1, BATCH_NUMBERS // max(n_rows, 1))
    for start in range(0, draws, batch):
        weights = redrawn_weights(n_rows, draws=min(batch, draws - start), rng=rng)
        found.append(shares_explained(values, groupings, weights))
    return Shares(
        np.concatenate([part.explained for part in found]),
        np.concatenate([part.groups for part in found]),
    )


def redrawn_weights(
    n_rows: int, *, draws: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """How often each customer is drawn, shape (draws, n_rows)."""
    weights = np.empty((draws, n_rows))
    for draw in range(draws):
        chosen = rng.integers(0, n_rows, n_rows)
        weights[draw] = np.bincount(chosen, minlength=n_rows)
    return weights


def beyond_chance(
    shares: Shares, *, n_rows: int, is_share: bool
) -> NDArray[np.float64]:
    """Effect sizes less what as many groups would explain if they told nothing.

    Args:
        shares: Of the groupings.
        n_rows: Customers.
        is_share: Whether the outcome is yes or no: Cramér's V, else epsilon squared.

    Returns:
        The shape of the shares. The former is not below 0, the latter can be.

    References:
        Bergsma (2013), A bias-correction for Cramér's V, J. Korean Stat. Soc. 42.
        Tomczak and Tomczak (2014), Trends in Sport Sciences 21 (eta squared of H).
    """
    statistic = shares.explained * (n_rows - 1) - (shares.groups - 1)
    if is_share:
        return np.asarray(np.sqrt(np.maximum(statistic / max(n_rows - 2, 1), 0)))
    return np.asarray(statistic / np.maximum(n_rows - shares.groups, 1))


def interval_around(
    value: float, draws: NDArray[np.float64], *, confidence: float = 0.95
) -> tuple[float, float]:
    """Percentiles of bootstrap draws, moved so that their mean is the estimate.

    Args:
        value: The estimate.
        draws: The same of redrawn customers, shape (n_draws,). Customers drawn twice
            make groups look more different, all draws alike: that is taken off.
        confidence: Of the interval.

    Returns:
        Its limits, NaN twice where the estimate or most draws are not defined.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 10 and 13.
    """
    defined = draws[~np.isnan(draws)]
    if math.isnan(value) or len(defined) <= len(draws) / 2:
        return math.nan, math.nan
    outside = (1 - confidence) / 2
    low, high = np.quantile(defined - defined.mean(), [outside, 1 - outside])
    return value + float(low), value + float(high)


def _memberships(
    groupings: Sequence[NDArray[np.int64]],
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Who is in which group: (n, all groups) of 0 and 1, and where groupings start."""
    columns = [np.eye(int(groups.max(initial=0)) + 1)[groups] for groups in groupings]
    widths = [part.shape[1] for part in columns]
    starts = np.concatenate([[0], np.cumsum(widths)[:-1]]).astype(np.intp)
    return np.hstack(columns), starts
