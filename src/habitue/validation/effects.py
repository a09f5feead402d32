"""How much groups of customers differ in an outcome: tests with effect sizes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import chi2_contingency, kruskal

from habitue.holm import holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Difference(NamedTuple):
    """Whether groups differ, and how much.

    Attributes:
        statistic: Of the test; NaN where it is not defined.
        degrees_of_freedom: Of its chi-square distribution.
        p_value: Chance of as large a statistic if groups did not differ.
        effect_size: Share of the variation that groups account for, in [0, 1]:
            epsilon squared, or Cramér's V.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float
    effect_size: float


UNDEFINED = Difference(math.nan, 0, math.nan, math.nan)


def difference_of_amounts(
    values: NDArray[np.float64], groups: NDArray[np.int64]
) -> Difference:
    """Kruskal-Wallis test with epsilon squared.

    Args:
        values: One number per customer, shape (n,).
        groups: Group of each, from 0, shape (n,).

    Returns:
        UNDEFINED for fewer than two groups or where all values are the same.

    Assumptions:
        Customers are independent. Groups of one shape differ in location; of other
        shapes the test tells whether one tends to larger values.

    References:
        Kruskal and Wallis (1952), JASA 47. Epsilon squared is
        H (n + 1) / (n^2 - 1): Tomczak and Tomczak (2014), Trends in Sport Sciences 21.
    """
    parts = [values[groups == group] for group in np.unique(groups)]
    if len(parts) <= 1 or not np.ptp(values):
        return UNDEFINED
    found = kruskal(*parts)
    n_rows = len(values)
    return Difference(
        statistic=float(found.statistic),
        degrees_of_freedom=len(parts) - 1,
        p_value=float(found.pvalue),
        effect_size=float(found.statistic) / (n_rows - 1),
    )


def difference_of_shares(
    happened: NDArray[np.bool_], groups: NDArray[np.int64]
) -> Difference:
    """Chi-square test with Cramér's V.

    Args:
        happened: Whether it did, per customer, shape (n,).
        groups: Group of each, from 0, shape (n,).

    Returns:
        UNDEFINED for fewer than two groups, or where it happened to all or none.

    References:
        Pearson (1900). Cramér (1946), Mathematical Methods of Statistics, ch. 21.
    """
    _, places = np.unique(groups, return_inverse=True)
    table = np.stack(
        [np.bincount(places[happened == side], minlength=places.max(initial=0) + 1)
         for side in (False, True)]
    )  # fmt: skip
    if table.shape[1] <= 1 or not table.sum(axis=1).all():
        return UNDEFINED
    return difference_in_table(table)


def difference_in_table(table: NDArray[np.int64]) -> Difference:
    """Chi-square test of a table of counts, without correction, with Cramér's V.

    Args:
        table: (r, c) counts; every row and column holds some.
    """
    statistic, p_value, degrees, _ = chi2_contingency(table, correction=False)
    least = min(table.shape) - 1
    size = math.sqrt(float(statistic) / (int(table.sum()) * least))
    return Difference(float(statistic), int(degrees), float(p_value), size)


def corrected(p_values: Sequence[float]) -> NDArray[np.float64]:
    """Holm's correction for many tests; NaN stays and counts as no test.

    References:
        Holm (1979), Scandinavian Journal of Statistics 6.
    """
    given = np.asarray(p_values, dtype=np.float64)
    tested = ~np.isnan(given)
    adjusted = np.full(len(given), math.nan)
    if tested.any():
        adjusted[tested] = holm(given[tested])
    return adjusted


def mean_interval(
    values: NDArray[np.float64],
    *,
    rng: np.random.Generator,
    draws: int = 1000,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Bootstrap interval of a mean (percentiles of the means of redrawn customers).

    Args:
        values: One number per customer, shape (n,).
        rng: Source of the draws.
        draws: Bootstrap samples.
        confidence: Of the interval.

    Returns:
        Its limits; NaN twice for fewer than two customers.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 13.
    """
    if len(values) < 2:  # noqa: PLR2004
        return math.nan, math.nan
    # Equal values are drawn together: a million customers have few distinct outcomes.
    distinct, counts = np.unique(values, return_counts=True)
    times = rng.multinomial(len(values), counts / len(values), size=draws)
    means = times @ distinct / len(values)
    outside = (1 - confidence) / 2
    low, high = np.quantile(means, [outside, 1 - outside])
    return float(low), float(high)
