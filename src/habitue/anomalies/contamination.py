"""How many rows are anomalous: estimated from their scores, not assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import beta, norm

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The null is fitted to these quantiles of the ordinary rows. Above them anomalies are.
_LEVELS = np.linspace(0.05, 0.93, 40)
_NORMAL_LEVELS = norm.ppf(_LEVELS)
# How skewed the null may be: distance of the end of the scale, in ranges of the
# quantiles, below the scores (skewed upwards) or above them (skewed downwards).
_ENDS = np.concatenate([np.geomspace(0.05, 50, 40), -np.geomspace(50, 1.2, 20)])
# Anomalies are looked for beyond so many standard deviations of the null.
_BEYOND = 2.0
_MOST = 0.25
_ROUNDS = 12
_PRECISE = 1e-5
# With so small a chance at each of the thresholds that are looked at, all together
# find something in at most 5 % of the samples without anomalies.
_CHANCE = 0.002
# How far the null is off at z, in (1 + z²/2) / √n: by so many of them it is rarely.
_SLACK = 1.7
LEAST_ROWS = 30


class Contamination(NamedTuple):
    """How many of the rows are anomalous, and from which score on.

    Attributes:
        share: The estimate, in [0, .25]; 0 where there are no more high scores than
            chance makes.
        low: Lower limit of the 95 % interval of sampling.
        high: Upper limit.
        threshold: Rows with this score or more are anomalous; infinite for none.
        ordinary_share: Of those, how many the null expects to be ordinary, in [0, 1].
    """

    share: float
    low: float
    high: float
    threshold: float
    ordinary_share: float


class _Null(NamedTuple):
    """Ordinary scores: normal after a logarithm.

    Attributes:
        end: Where the scale ends.
        is_upward: Whether it ends below the scores.
        centre: Mean of the logarithms.
        spread: Their standard deviation.
    """

    end: float
    is_upward: bool
    centre: float
    spread: float

    def normal(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """The scores as standard normal values, were they ordinary."""
        distance = scores - self.end if self.is_upward else self.end - scores
        logs = np.log(np.maximum(distance, 1e-300))
        return np.asarray(
            ((logs if self.is_upward else -logs) - self.centre) / self.spread
        )


def estimate_contamination(
    scores: NDArray[np.float64], *, seed: int, draws: int = 60
) -> Contamination:
    """Estimate the share of anomalies from the excess of high scores.

    Ordinary scores are taken to be normal after a logarithm with an end of its own, by
    their quantiles from .05 to .93 (an empirical null). What lies beyond two standard
    deviations of it in excess of what it expects is anomalous. The quantiles are of
    the ordinary rows alone, so fit and share are repeated until they agree.

    Args:
        scores: Higher for what is more unusual, finite, shape (n_rows,).
        seed: Source of the random numbers of the interval.
        draws: Bootstrap samples of the interval.

    Returns:
        0 with an infinite threshold for fewer than 30 rows, for scores that hardly
        differ, and where the excess could be chance (Clopper-Pearson at every
        threshold, 5 % together). The interval is that of sampling; it does not know how
        wrong the form of the null is.

    Assumptions:
        Most rows are ordinary (three quarters at least), and their scores have one
        peak with a tail that is like the rest of them. A group of a few percent that
        is far from everybody counts as anomalous. Few anomalies (1 %) that lie near
        the ordinary rows are underestimated.

    References:
        Efron (2004), Large-scale simultaneous hypothesis testing: the choice of a null
        hypothesis, JASA 99.
        Meinshausen and Rice (2006), Estimating the proportion of false null hypotheses
        among a large number of independently tested hypotheses, Annals of
        Statistics 34.
    """
    found = _estimate(np.sort(scores))
    if found is None:
        return Contamination(0.0, 0.0, 0.0, np.inf, 0.0)
    share, null = found
    rng = np.random.default_rng(seed)
    redrawn = [
        _estimate(np.sort(rng.choice(scores, len(scores)))) for _ in range(draws)
    ]
    shares = [0.0 if one is None else one[0] for one in redrawn]
    low, high = np.quantile(shares, [0.025, 0.975]) if shares else (share, share)
    ordered = np.sort(scores)
    if not _is_evident(null.normal(ordered)):
        return Contamination(0.0, 0.0, float(high), np.inf, 0.0)
    flagged = max(1, round(share * len(scores)))
    threshold = reached_by(ordered, flagged)
    if np.isinf(threshold):
        return Contamination(0.0, 0.0, float(high), np.inf, 0.0)
    tail = float(norm.sf(null.normal(np.array([threshold])))[0])
    observed = float(np.mean(scores >= threshold))
    return Contamination(
        share=share,
        low=float(min(low, share)),
        high=float(max(high, share)),
        threshold=threshold,
        ordinary_share=min(1.0, (1 - share) * tail / observed),
    )


def reached_by(ordered: NDArray[np.float64], count: int) -> float:
    """The score that so many rows reach, infinite where there is none.

    Rows that are alike have one score: where a tie would double the number, the next
    higher score is taken.

    Args:
        ordered: Scores, ascending, at least one.
        count: At least 1.
    """
    score = ordered[-min(count, len(ordered))]
    reached = len(ordered) - int(np.searchsorted(ordered, score))
    if reached <= 2 * count:
        return float(score)
    above = ordered[ordered > score]
    return float(above[0]) if len(above) else np.inf


def _estimate(ordered: NDArray[np.float64]) -> tuple[float, _Null] | None:
    """Share of anomalies and the null, None where there is nothing to fit."""
    if len(ordered) < LEAST_ROWS:
        return None
    share = 0.0
    null = _fit_null(ordered, share)
    if null is None:
        return None
    tails = np.arange(len(ordered), 0, -1) / len(ordered)
    for _ in range(_ROUNDS):
        values = null.normal(ordered)
        beyond = values >= _BEYOND
        excess = (tails - (1 - share) * norm.sf(values))[beyond]
        found = float(np.clip(excess.max(initial=0.0), 0.0, _MOST))
        if abs(found - share) < _PRECISE:
            break
        refitted = _fit_null(ordered, found)
        if refitted is None:
            break
        share, null = found, refitted
    return share, null


def _fit_null(ordered: NDArray[np.float64], share: float) -> _Null | None:
    """The straightest quantile plot over all ends of the scale."""
    places = _LEVELS * (1 - share) * (len(ordered) - 1)
    quantiles = np.interp(places, np.arange(len(ordered)), ordered)
    range_ = quantiles[-1] - quantiles[0]
    if range_ <= 1e-9 * max(1e-300, float(np.abs(quantiles).max())):
        return None
    is_upward = _ENDS > 0
    ends = quantiles[0] - _ENDS * range_
    distances = np.abs(quantiles - ends[:, None])
    logs = np.log(distances) * np.where(is_upward, 1.0, -1.0)[:, None]
    centred = _NORMAL_LEVELS - _NORMAL_LEVELS.mean()
    slopes = logs @ centred / (centred @ centred)
    centres = logs.mean(axis=1) - slopes * _NORMAL_LEVELS.mean()
    residuals = (logs - centres[:, None]) / slopes[:, None] - _NORMAL_LEVELS
    best = int((residuals**2).sum(axis=1).round(9).argmin())
    return _Null(
        float(ends[best]),
        bool(is_upward[best]),
        float(centres[best]),
        float(slopes[best]),
    )


def _is_evident(values: NDArray[np.float64]) -> bool:
    """Whether somewhere beyond the null more values lie than chance would put there.

    Args:
        values: Ascending, standard normal if all rows are ordinary.
    """
    size = len(values)
    counts = np.arange(size, 0, -1)[values >= _BEYOND]
    beyond = values[values >= _BEYOND]
    doubt = _SLACK * (1 + beyond**2 / 2) / np.sqrt(size)
    expected = norm.sf(beyond - doubt)
    least = beta.ppf(_CHANCE, counts, size - counts + 1)
    return bool((least > expected).any())
