"""What the numbers of a comparison say, in words."""

from __future__ import annotations

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
    limits = f"[{_short(low)}, {_short(high)}]"
    figures = (
        f"{measure} beyond chance {mine} against {theirs}, "
        f"difference {_short(lift)} {limits}"
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
