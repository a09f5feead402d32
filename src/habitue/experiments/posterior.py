"""What to believe of an arm: chances and losses instead of p-values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import special, stats
from scipy.optimize import elementwise

from habitue.experiments.effects import (
    LOG,
    Effects,
    RelativeScale,
    from_scale,
    on_scale,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from habitue.experiments.sums import Sums

    Vector = NDArray[np.float64]
    Flags = bool | NDArray[np.bool_]

# Integrals over a posterior are sums over its quantiles at these normal scores: equal
# steps of a smooth function that ends in nothing are as exact as floats. Limits of a
# difference are known to a hundredth of its deviation where nobody, or everybody, did
# it: there the function has an edge.
_SCORES = np.linspace(-8.0, 8.0, 81)
_WEIGHTS = stats.norm.pdf(_SCORES) * (_SCORES[1] - _SCORES[0])
_TOLERANCES = {"xatol": 1e-12, "xrtol": 1e-9}


class Posterior(NamedTuple):
    """What is believed of the difference of an arm from the control; shape (n,) each.

    Attributes:
        difference: Median of the difference.
        low: Lower limit of its central credible interval.
        high: Upper limit.
        standard_deviation: Of the difference.
        relative_difference: Median of the relative difference.
        relative_low: Its lower limit.
        relative_high: Its upper limit.
        probability_better: Chance that the arm is better than the control.
        expected_loss: What is lost on average by taking the arm, where it is worse, in
            the unit of the difference.
    """

    difference: Vector
    low: Vector
    high: Vector
    standard_deviation: Vector
    relative_difference: Vector
    relative_low: Vector
    relative_high: Vector
    probability_better: Vector
    expected_loss: Vector


@dataclass(frozen=True)
class _Rate:
    """A beta posterior of a rate."""

    yes: Vector
    no: Vector

    @property
    def mean(self) -> Vector:
        return self.yes / (self.yes + self.no)

    @property
    def variance(self) -> Vector:
        spread = self.mean * (1 - self.mean) / (self.yes + self.no + 1)
        return np.asarray(spread)

    @cached_property
    def at_scores(self) -> Vector:
        """Quantiles at the normal scores, shape (n, scores)."""
        yes, no = self.yes[:, None], self.no[:, None]
        low, high = _SCORES[_SCORES < 0], _SCORES[_SCORES >= 0]
        below = special.betaincinv(yes, no, stats.norm.cdf(low))
        above = special.betainccinv(yes, no, stats.norm.sf(high))
        return np.concatenate([below, above], axis=1)

    def below(self, values: Vector) -> Vector:
        """Chance of a rate below these; values of shape (n, any)."""
        clipped = np.clip(values, 0.0, 1.0)
        return np.asarray(special.betainc(self.yes[:, None], self.no[:, None], clipped))

    def above(self, values: Vector) -> Vector:
        clipped = np.clip(values, 0.0, 1.0)
        return np.asarray(
            special.betaincc(self.yes[:, None], self.no[:, None], clipped)
        )

    def take(self, rows: NDArray[np.intp]) -> _Rate:
        return _Rate(self.yes[rows], self.no[rows])


def proportion_posterior(
    control: Sums,
    treatment: Sums,
    *,
    alpha: float = 0.05,
    is_lower_better: Flags = False,
) -> Posterior:
    """Compare rates, each of which may be anything before the data (beta-binomial).

    Args:
        control: Sums of the control: `value` customers did it, one row per comparison.
        treatment: Sums of the other arm.
        alpha: One less the level of the credible intervals.
        is_lower_better: Where a lower rate is the better one.

    Returns:
        NaN where an arm is empty, or its values are no counts of its customers.

    Assumptions:
        Customers are independent and do it or not. The prior of each rate is uniform,
        Beta(1, 1): two customers more, one of whom did it.
    """
    _require_level(alpha)
    arms = [(arm.customers, arm.value) for arm in (control, treatment)]
    is_told = np.logical_and.reduce(
        [(n > 0) & (yes >= 0) & (yes <= n) for n, yes in arms]
    )
    first, second = (_Rate(1 + yes[is_told], 1 + (n - yes)[is_told]) for n, yes in arms)
    lower = np.broadcast_to(is_lower_better, is_told.shape)[is_told]
    chance, loss = _chance_and_loss(first, second)
    told = Posterior(
        *_quantiles_of_difference(first, second, alpha),
        np.sqrt(first.variance + second.variance),
        *_quantiles_of_ratio(first, second, alpha),
        np.where(lower, 1 - chance, chance),
        np.maximum(np.where(lower, loss - (first.mean - second.mean), loss), 0.0),
    )
    return Posterior(*(_spread_out(column, is_told) for column in told))


def mean_posterior(
    effects: Effects,
    control_customers: Vector,
    customers: Vector,
    *,
    alpha: float = 0.05,
    is_lower_better: Flags = False,
    relative_scale: RelativeScale = LOG,
) -> Posterior:
    """Compare means or ratios, with a normal prior as weak as a customer or two.

    Args:
        effects: As `compare` tells them, adjusted or not.
        control_customers: Customers of the control.
        customers: Customers of the other arm.
        alpha: One less the level of the credible intervals.
        is_lower_better: Where a lower mean is the better one.
        relative_scale: As it was compared.

    Assumptions:
        Means are normal, their error is known. The prior of the difference is normal
        around 0 with the standard deviation of a single customer: an effect of one
        deviation is nothing strange. It takes from the difference what one part in
        1 + n of it is, with 1 / n = 1 / customers + 1 / control customers. The prior of
        the relative difference is the same on its scale.
    """
    _require_level(alpha)
    with np.errstate(all="ignore"):
        spread = 1 / control_customers + 1 / customers
        kept = 1 / (1 + np.where(np.isfinite(spread), spread, math.nan))
    deviation = np.sqrt(kept) * effects.standard_error
    difference = kept * effects.difference
    sign = np.where(is_lower_better, -1.0, 1.0)
    with np.errstate(all="ignore"):
        score = sign * difference / deviation
    loss = deviation * (stats.norm.pdf(score) - score * stats.norm.sf(score))
    margin = stats.norm.isf(alpha / 2)
    relative = kept * on_scale(effects.relative_difference, relative_scale)
    relative_deviation = np.sqrt(kept) * effects.relative_standard_error
    return Posterior(
        difference=np.where(np.isfinite(deviation), difference, math.nan),
        low=difference - margin * deviation,
        high=difference + margin * deviation,
        standard_deviation=deviation,
        relative_difference=from_scale(
            np.where(np.isfinite(relative_deviation), relative, math.nan),
            relative_scale,
        ),
        relative_low=from_scale(relative - margin * relative_deviation, relative_scale),
        relative_high=from_scale(
            relative + margin * relative_deviation, relative_scale
        ),
        probability_better=stats.norm.cdf(score),
        expected_loss=np.maximum(loss, 0.0),
    )


def _require_level(alpha: float) -> None:
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1, got {alpha}")


def _spread_out(told: Vector, is_told: NDArray[np.bool_]) -> Vector:
    out = np.full(is_told.shape, math.nan)
    out[is_told] = told
    return out


def _chance_and_loss(control: _Rate, treatment: _Rate) -> tuple[Vector, Vector]:
    """P(treatment > control), and the mean of control less treatment where above 0."""
    is_control = (control.variance < treatment.variance)[:, None]
    points = np.where(is_control, control.at_scores, treatment.at_scores)
    more_control = _Rate(control.yes + 1, control.no)
    more_treatment = _Rate(treatment.yes + 1, treatment.no)
    below, above = treatment.below(points), control.above(points)
    chance = np.where(is_control, treatment.above(points), control.below(points))
    loss = np.where(
        is_control,
        points * below - treatment.mean[:, None] * more_treatment.below(points),
        control.mean[:, None] * more_control.above(points) - points * above,
    )
    return np.asarray(chance @ _WEIGHTS), np.asarray(loss @ _WEIGHTS)


def _quantiles_of_difference(
    control: _Rate, treatment: _Rate, alpha: float
) -> tuple[Vector, Vector, Vector]:
    is_control = control.variance < treatment.variance
    points, other = _outer_and_inner(control, treatment, is_control)
    sign = np.where(is_control, 1.0, -1.0)

    def chance_below(difference: Vector, rows: NDArray[np.intp]) -> Vector:
        shift = (sign[rows] * difference)[:, None]
        below = np.asarray(other.take(rows).below(points[rows] + shift) @ _WEIGHTS)
        return np.where(is_control[rows], below, 1 - below)

    (control_low, control_high), (low, high) = _ends(control), _ends(treatment)
    bracket = (low - control_high, high - control_low)
    return _solved(chance_below, bracket, alpha)


def _quantiles_of_ratio(
    control: _Rate, treatment: _Rate, alpha: float
) -> tuple[Vector, Vector, Vector]:
    """Of the treatment's rate by the control's, less 1."""
    spread, control_spread = (
        rate.variance / rate.mean**2 for rate in (treatment, control)
    )
    is_control = control_spread < spread
    points, other = _outer_and_inner(control, treatment, is_control)
    sign = np.where(is_control, 1.0, -1.0)

    def chance_below(logarithm: Vector, rows: NDArray[np.intp]) -> Vector:
        factor = np.exp(sign[rows] * logarithm)[:, None]
        below = np.asarray(other.take(rows).below(points[rows] * factor) @ _WEIGHTS)
        return np.where(is_control[rows], below, 1 - below)

    (control_low, control_high), (low, high) = _ends(control), _ends(treatment)
    bracket = (np.log(low / control_high), np.log(high / control_low))
    middle, low, high = _solved(chance_below, bracket, alpha)
    return np.expm1(middle), np.expm1(low), np.expm1(high)


def _outer_and_inner(
    control: _Rate, treatment: _Rate, is_control: NDArray[np.bool_]
) -> tuple[Vector, _Rate]:
    """Points of the narrower posterior to sum over, and the other one.

    The other is smooth at the scale of these points; not so the other way round.
    """
    points = np.where(is_control[:, None], control.at_scores, treatment.at_scores)
    inner = _Rate(
        yes=np.where(is_control, treatment.yes, control.yes),
        no=np.where(is_control, treatment.no, control.no),
    )
    return points, inner


def _ends(rate: _Rate) -> tuple[Vector, Vector]:
    """Between which a rate lies for certain, as far as intervals are asked for."""
    points = rate.at_scores
    return points[:, 0], points[:, -1]


def _solved(
    chance_below: Callable[[Vector, NDArray[np.intp]], Vector],
    bracket: tuple[Vector, Vector],
    alpha: float,
) -> tuple[Vector, Vector, Vector]:
    """Median and both limits of what chance_below is the distribution of."""
    rows = np.arange(len(bracket[0]))
    found = []
    for level in (0.5, alpha / 2, 1 - alpha / 2):
        root = elementwise.find_root(
            lambda at, of, level=level: chance_below(at, of.astype(np.intp)) - level,
            bracket,
            args=(rows,),
            tolerances=_TOLERANCES,
        )
        found.append(np.asarray(root.x, dtype=np.float64))
    return found[0], found[1], found[2]
