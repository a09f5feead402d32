"""Charts of the report: SVG that needs nothing beside it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from habitue.drawing.page import MARGIN, TOP, document, text

if TYPE_CHECKING:
    from collections.abc import Sequence

_OURS, _THEIRS, _UNIT = "#2f6f9f", "#b0793f", "#8a8f98"
_COLOURS = {"ours": _OURS, "theirs": _THEIRS, "unit": _UNIT}
_LABELS, _BARS, _ROW = 330, 420, 30
_PLOT_WIDTH, _PLOT_HEIGHT, _AXIS = 620, 300, 60
_LINE_HEIGHT = 18


class Bar(NamedTuple):
    """A contender.

    Attributes:
        label: What it is.
        value: How many times the unit it took.
        told: The value in words, beside the bar.
        kind: "ours", "theirs" or "unit"; decides the colour.
    """

    label: str
    value: float
    told: str
    kind: str


class Line(NamedTuple):
    """A series over sizes.

    Attributes:
        label: What it is.
        points: Events and microseconds an event, smallest first.
        kind: As of bars.
    """

    label: str
    points: Sequence[tuple[int, float]]
    kind: str


def draw_bars(
    bars: Sequence[Bar], *, title: str, subtitle: str, notes: Sequence[str]
) -> str:
    """Bars below each other, as long as their values."""
    most = max((one.value for one in bars), default=1)
    parts = []
    for place, one in enumerate(bars):
        y = TOP + place * _ROW
        width = _BARS * one.value / most
        parts += [
            text(MARGIN, y + 15, one.label),
            f'<rect x="{MARGIN + _LABELS}" y="{y}" width="{max(width, 1):.1f}" '
            f'height="20" rx="2" fill="{_COLOURS[one.kind]}"/>',
            text(MARGIN + _LABELS + width + 8, y + 15, one.told),
        ]
    size = (MARGIN * 2 + _LABELS + _BARS + 170, TOP + _ROW * len(bars) + 8)
    return document(parts, size=size, title=title, subtitle=subtitle, notes=notes)


def draw_growth(
    lines: Sequence[Line], *, title: str, subtitle: str, notes: Sequence[str]
) -> str:
    """Microseconds an event over events, whose axis is logarithmic."""
    points = [point for one in lines for point in one.points]
    low, high = (
        limit(math.log10(count) for count, _ in points) for limit in (min, max)
    )
    most = max(value for _, value in points) * 1.15
    left, bottom = MARGIN + _AXIS, TOP + _PLOT_HEIGHT

    def placed(count: float, value: float) -> tuple[float, float]:
        share = (math.log10(count) - low) / ((high - low) or 1)
        return left + share * _PLOT_WIDTH, bottom - value / most * _PLOT_HEIGHT

    parts = []
    step = _step(most)
    for number in range(int(most / step) + 1):
        y = bottom - number * step / most * _PLOT_HEIGHT
        parts += [
            f'<line class="rule" x1="{left}" x2="{left + _PLOT_WIDTH}" '
            f'y1="{y:.1f}" y2="{y:.1f}"/>',
            text(left - 8, y + 4, f"{number * step:g}", anchor="end", kind="soft"),
        ]
    for count in sorted({count for count, _ in points}):
        x, _ = placed(count, 0)
        parts.append(text(x, bottom + 20, f"{count / 1e6:.3g}M", anchor="middle"))
    for one in lines:
        places = [placed(*point) for point in one.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        colour = _COLOURS[one.kind]
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" '
            'stroke-width="2"/>'
        )
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
            for x, y in places
        ]
    # From the lowest up, so that no label lies on another.
    free = math.inf
    ends = [(placed(*one.points[-1]), one) for one in lines]
    for (x, y), one in sorted(ends, key=lambda end: end[0][1], reverse=True):
        free = min(y + 4, free)
        parts.append(text(x + 10, free, f"{one.label}, {one.points[-1][1]:.1f}"))
        free -= _LINE_HEIGHT
    size = (left + _PLOT_WIDTH + 230, bottom + 36)
    return document(parts, size=size, title=title, subtitle=subtitle, notes=notes)


def _step(most: float) -> float:
    """A round distance of at most six grid lines."""
    rough = most / 5
    power = 10 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
