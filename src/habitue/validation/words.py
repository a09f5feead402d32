"""What the numbers of a comparison say, in words."""

from __future__ import annotations

import math

SIGNIFICANCE = 0.05


def told_alone(
    label: str,
    measure: str,
    *,
    effect: float,
    interval: tuple[float, float],
    p_value: float,
) -> str:
    """Whether groups differ in an outcome.

    Args:
        label: What they may differ in.
        measure: Name of the effect size.
        effect: Effect size.
        interval: Its limits.
        p_value: Corrected.
    """
    if p_value >= SIGNIFICANCE:
        return f"no difference shown in {label} (corrected p {_short(p_value)})"
    chance = "< .001" if p_value < 0.001 else _short(p_value, digits=3)  # noqa: PLR2004
    low, high = (_short(limit) for limit in interval)
    return (
        f"groups differ in {label}: {measure} {_short(effect)} [{low}, {high}], "
        f"corrected p {chance}"
    )


def told_beside(
    label: str,
    other: str,
    measure: str,
    *,
    effects: tuple[float, float],
    lift: float,
    interval: tuple[float, float],
    p_values: tuple[float, float],
) -> str:
    """Whether segments tell more about an outcome than another grouping.

    Args:
        label: What customers may differ in.
        other: Name of the other grouping.
        measure: Name of the effect size.
        effects: Beyond chance, of the segments and of the other.
        lift: Their difference.
        interval: Limits of the lift.
        p_values: Corrected, of the segments and of the other; NaN where not tested.
    """
    low, high = interval
    mine, theirs = (_short(effect) for effect in effects)
    # A limit near 0 must not look like 0.
    gap, *limits = (_short(number, digits=3) for number in (lift, low, high))
    figures = (
        f"{measure} beyond chance {mine} against {theirs}, "
        f"difference {gap} [{', '.join(limits)}]"
    )
    if low > 0 and p_values[0] < SIGNIFICANCE:
        return f"segments tell more about {label} than {other}: {figures}"
    if high < 0 and p_values[1] < SIGNIFICANCE:
        return f"segments tell less about {label} than {other}: {figures}"
    return (
        f"it is not shown that segments or {other} tell more about {label}: {figures}"
    )


def _short(value: float, *, digits: int = 2) -> str:
    """A number as papers write those that cannot exceed 1: .21, -.03."""
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("0.", ".", 1) if abs(float(text)) < 1 else text


def recommendation(
    *,
    is_dropped: bool,
    steadiness: tuple[float, float],
    is_sure: bool,
    tolerances: tuple[float, float],
    changes: dict[str, tuple[float, float, float]],
) -> tuple[bool, str]:
    """Whether to drop a feature in use, or to add one that is not.

    Args:
        is_dropped: Whether the feature was tried away, or beside the others.
        steadiness: Mean stability of segments before the change and after it.
        is_sure: Whether they differ beyond chance.
        tolerances: Changes of the stability, and of an effect size, that are none.
        changes: By outcome, how much more the segments tell after the change, and the
            limits of its interval; NaN where the outcome does not vary.

    Returns:
        Whether the change is recommended, and why or why not.
    """
    steadier = steadiness[1] - steadiness[0] if is_sure else 0.0
    stability = f"stability {_short(steadiness[1])} instead of {_short(steadiness[0])}"
    lost, won = (
        [
            f"{name} {_signed(value)}"
            for name, (value, low, high) in changes.items()
            if abs(value) >= tolerances[1] and (high < 0 if is_loss else low > 0)
        ]
        for is_loss in (True, False)
    )
    untold = all(math.isnan(value) for value, _, _ in changes.values())
    beside = " (no outcome to compare)" if untold else ""
    against = []
    if lost:
        against.append(f"segments tell less ({', '.join(lost)})")
    if steadier < -tolerances[0]:
        against.append(f"segments are less stable ({stability})")
    if against:
        word = "keep: without it" if is_dropped else "leave out: with it"
        return False, f"{word} {' and '.join(against)}{beside}"
    gains = []
    if won:
        gains.append(f"segments tell more ({', '.join(won)})")
    if steadier > tolerances[0]:
        gains.append(f"segments are more stable ({stability})")
    if gains:
        word = "drop: without it" if is_dropped else "worth adding: with it"
        return True, f"{word} {' and '.join(gains)}{beside}"
    if is_dropped:
        return True, f"can be dropped: no loss of stability or lift{beside}"
    return False, f"leave out: no gain in stability or lift{beside}"


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + _short(value)
