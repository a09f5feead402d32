"""How far today's customers are from those a model was fitted to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import chi2

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 10
# A bin that nobody is in counts as this share: the logarithm of 0 has no use.
LEAST_SHARE = 1e-4
# How often chance alone may look like drift.
CHANCE = 1e-3


class Baseline(NamedTuple):
    """One feature of the customers that a model was fitted to.

    Attributes:
        limits: Inner limits of the bins, ascending, natural units, shape (n_bins - 1,).
        shares: Share of the customers in each bin, and last of those without a value,
            shape (n_bins + 1,).
        customer_count: How many there were.
    """

    limits: NDArray[np.float64]
    shares: NDArray[np.float64]
    customer_count: int

    def to_json(self) -> str:
        """As text, for a table."""
        return json.dumps(
            {
                "limits": self.limits.tolist(),
                "shares": self.shares.tolist(),
                "customer_count": self.customer_count,
            }
        )


def baseline_of(values: NDArray[np.float64]) -> Baseline:
    """The deciles of one feature, fewer where they are the same.

    Args:
        values: Natural units, NaN for no value, shape (n_customers,).
    """
    known = values[~np.isnan(values)]
    inner = np.linspace(0, 1, BINS + 1)[1:-1]
    limits = np.unique(np.quantile(known, inner)) if len(known) else np.empty(0)
    return Baseline(limits, _shares(values, limits), len(values))


def read_baseline(text: str) -> Baseline:
    """What `Baseline.to_json` wrote.

    Raises:
        ValueError: If it is not that.
    """
    try:
        read = json.loads(text)
        limits = np.asarray(read["limits"], dtype=np.float64)
        shares = np.asarray(read["shares"], dtype=np.float64)
        customer_count = int(read["customer_count"])
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"no baseline: {text!r}") from error
    if len(shares) != len(limits) + 2:
        raise ValueError(f"a baseline needs two more shares than limits: {text!r}")
    return Baseline(limits, shares, customer_count)


def drift_of(values: NDArray[np.float64], baseline: Baseline) -> float:
    """Population stability index of one feature, beyond what chance would make it.

    Two samples of the same customers differ, too: a hundred against a hundred by .18 on
    average. What chance exceeds once in a thousand times is taken off.

    Args:
        values: Natural units, NaN for no value, shape (n_customers,), at least one.
        baseline: The same feature when the model was fitted.

    Returns:
        At least 0.

    References:
        Yurdakul (2018), Statistical properties of population stability index: under no
        change it is a multiple of a chi-square of bins - 1 degrees of freedom.
    """
    shares = _shares(values, baseline.limits)
    bins = int(((shares > 0) | (baseline.shares > 0)).sum())
    if bins <= 1:
        return 0.0
    spread = 1 / len(values) + 1 / max(baseline.customer_count, 1)
    chance = spread * float(chi2.isf(CHANCE, bins - 1))
    return max(stability_index(shares, baseline.shares) - chance, 0.0)


def stability_index(
    actual: NDArray[np.float64], expected: NDArray[np.float64]
) -> float:
    """Population stability index: 0 for equal shares, from .2 on a clear change.

    Args:
        actual: Shares of today, shape (n,).
        expected: Shares then, shape (n,).

    References:
        Siddiqi (2006), Credit Risk Scorecards, ch. 7; it is Jeffreys' divergence of
        the two distributions.
    """
    now, then = np.maximum(actual, LEAST_SHARE), np.maximum(expected, LEAST_SHARE)
    return float(((now - then) * np.log(now / then)).sum())


def _shares(
    values: NDArray[np.float64], limits: NDArray[np.float64]
) -> NDArray[np.float64]:
    missing = np.isnan(values)
    places = np.where(
        missing, len(limits) + 1, np.searchsorted(limits, values, side="left")
    )
    counts = np.bincount(places, minlength=len(limits) + 2)
    return np.asarray(counts / max(len(values), 1), dtype=np.float64)
