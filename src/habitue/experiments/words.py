"""What a comparison comes to, in words: the verdict on an arm."""

from __future__ import annotations

import math
from typing import NamedTuple

from habitue.experiments.effects import TOLD

SEQUENTIAL, BAYESIAN = "sequential", "bayesian"
GUARDRAIL = "guardrail"
LOWER = "lower"
SURE = 0.95


class Comparison(NamedTuple):
    """What is known of an arm beside the control, by one metric and method.

    Attributes:
        method: Of the interval.
        role: metric, or guardrail.
        better: higher, or lower.
        status: TOLD, or why nothing is.
        is_final: Whether the experiment is over, and all that the metric counts.
        difference: Of the arm from the control.
        low: Lower limit.
        high: Upper limit.
        relative: The difference by the control's value, NaN where there is none.
        relative_low: Lower limit.
        relative_high: Upper limit.
        p_value: As it is.
        corrected_p_value: For all comparisons of the experiment.
        probability_better: By the posterior; NaN for other methods.
        minimum_effect: Relative effect that would matter, NaN where it is not said.
        power: To show it, with the customers there are.
    """

    method: str
    role: str
    better: str
    status: str
    is_final: bool
    difference: float
    low: float
    high: float
    relative: float
    relative_low: float
    relative_high: float
    p_value: float
    corrected_p_value: float
    probability_better: float
    minimum_effect: float
    power: float


def verdict(told: Comparison, *, blocked: str | None, alpha: float) -> str:
    """One sentence on an arm; it never says more than may be said now.

    Args:
        told: The comparison.
        blocked: Why nothing of the experiment can be judged, None if it can.
        alpha: One less the level of the intervals.

    Returns:
        While the experiment runs only the always-valid interval is read. A guardrail
        tells no more than whether it got worse.
    """
    if told.status != TOLD:
        return f"not judged: {told.status}"
    if blocked is not None:
        return f"not judged: {blocked}"
    if told.is_final:
        return _judged(told, alpha=alpha)
    if told.method != SEQUENTIAL:
        return "running: this is read at the end, before it the always-valid interval"
    return f"running: {_judged(told, alpha=alpha)}"


def _judged(told: Comparison, *, alpha: float) -> str:
    if told.method == BAYESIAN:
        return _believed(told)
    if told.corrected_p_value < alpha:
        gain = -told.difference if told.better == LOWER else told.difference
        if told.role != GUARDRAIL:
            return f"{'better' if gain > 0 else 'worse'}: {_effect(told)}"
        if gain < 0:
            return f"worse: {_effect(told)}"
    if told.role == GUARDRAIL:
        return "not shown to be worse"
    if told.p_value < alpha:
        return "no difference shown: this one does not stand out among all that is told"
    return f"no difference shown{_missed(told)}"


def _believed(told: Comparison) -> str:
    probability = told.probability_better
    if told.role == GUARDRAIL:
        is_worse = probability < 1 - SURE
        known = f"probability {1 - probability:.1%}"
        return f"worse: {known}" if is_worse else f"not shown to be worse: {known}"
    if probability > SURE:
        return f"better: probability {probability:.1%}"
    if probability < 1 - SURE:
        return f"worse: probability {1 - probability:.1%}"
    return f"no difference shown: better with probability {probability:.1%}"


def _effect(told: Comparison) -> str:
    if math.isfinite(told.relative_low):
        numbers = (told.relative, told.relative_low, told.relative_high)
        effect, low, high = (f"{number:+.1%}" for number in numbers)
    else:
        numbers = (told.difference, told.low, told.high)
        effect, low, high = (f"{number:+.4g}" for number in numbers)
    return f"{effect} ({low} to {high})"


def _missed(told: Comparison) -> str:
    if not (math.isfinite(told.power) and math.isfinite(told.minimum_effect)):
        return ""
    effect, chance = f"{told.minimum_effect:.0%}", f"{told.power:.0%}"
    return f"; one of {effect} would be shown with a probability of {chance}"
