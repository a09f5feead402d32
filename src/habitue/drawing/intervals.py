"""Effects as intervals about zero, and how one grew from look to look."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

# Words take the room of a line, the interval what is left: see INTERVAL_STYLE.
_ROW_HEIGHT = 22
_WIDTH, _HEIGHT = 460, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 14, 34
_TICKS = 4
_FILL = 0.92
# Intervals wider than so many of the typical one are cut at the edge, not the others.
_WIDEST = 6.0

INTERVAL_STYLE = """
.intervals { list-style: none; margin: 0; padding: 0; }
.intervals li { display: grid; grid-template-columns: 13rem 1fr 15rem; gap: 0 1rem;
  align-items: center; padding: .15rem 0; border-top: 1px solid var(--rule); }
.intervals svg { width: 100%; height: 22px; overflow: visible; }
.intervals .figures { font-variant-numeric: tabular-nums; }
.intervals .axis { border-top: 0; font-size: .85rem; }
.intervals .axis text { fill: var(--soft); }
.zero { stroke: var(--soft); stroke-dasharray: 3 3; }
.line { stroke-width: 3; stroke: var(--plain); }
.dot { fill: var(--plain); }
.better .line { stroke: var(--better); } .better .dot { fill: var(--better); }
.worse .line { stroke: var(--worse); } .worse .dot { fill: var(--worse); }
@media (max-width: 46rem) {
  .intervals li { grid-template-columns: 1fr auto; }
  .intervals svg { grid-row: 2; grid-column: 1 / -1; }
  .intervals .figures { font-size: .9rem; text-align: right; }
}
.looks { width: 100%; max-width: 40rem; height: auto; }
.looks text { fill: var(--ink); font-size: 12px; }
.looks .fixed { fill: var(--plain); fill-opacity: .25; }
.looks .valid { fill: none; stroke: var(--ink); stroke-width: 1.4;
  stroke-dasharray: 5 4; }
.looks .effect { fill: none; stroke: var(--plain); stroke-width: 2.4; }
.looks .grid { stroke: var(--rule); }
"""


class Interval(NamedTuple):
    """One row of a plot.

    Attributes:
        label: What it is of.
        middle: The effect.
        low: Lower limit of its interval.
        high: Upper limit.
        kind: better, worse or plain: what the interval says.
        figures: The same in words and numbers, told beside it.
    """

    label: str
    middle: float
    low: float
    high: float
    kind: str
    figures: str


class Look(NamedTuple):
    """The effect as it stood on one day.

    Attributes:
        day: The day.
        effect: Of all customers so far.
        low: Lower limit of the fixed interval.
        high: Upper limit.
        valid_low: Lower limit of the always-valid interval.
        valid_high: Upper limit.
    """

    day: date
    effect: float
    low: float
    high: float
    valid_low: float
    valid_high: float


def draw_intervals(rows: Sequence[Interval], *, is_relative: bool = True) -> str:
    """A list of intervals on one scale, zero in all of them at the same place.

    Args:
        rows: Some intervals. Words are beside the picture and not in it, so that they
            stay readable on a phone.
        is_relative: Whether effects are told in per cent.

    Returns:
        An HTML list with an SVG in each line; INTERVAL_STYLE belongs to it.
    """
    low, high = scale_of(rows)
    lines = "\n".join(_row(one, low, high) for one in rows)
    ticks = "".join(
        f'<text x="{_place(tick, low, high)}" y="15" text-anchor="middle">'
        f"{_told(tick, is_relative=is_relative)}</text>"
        for tick in _ticks(low, high)
    )
    ends = f'<svg aria-hidden="true">{ticks}</svg>'
    axis = f'<li class="axis" aria-hidden="true"><span></span>{ends}<span></span></li>'
    return f'<ul class="intervals">\n{lines}\n{axis}\n</ul>'


def text_interval(one: Interval, *, scale: tuple[float, float], width: int = 25) -> str:
    """An interval in a line of text: ├─●─┤, with │ where zero is.

    Args:
        one: The interval; an unknown one is an empty line.
        scale: What the first and the last place stand for, zero between them.
        width: Places.
    """
    if not all(math.isfinite(value) for value in (one.low, one.middle, one.high)):
        return ""
    low, high = scale
    places = [
        round((min(max(value, low), high) - low) / (high - low) * (width - 1))
        for value in (one.low, one.middle, one.high, 0.0)
    ]
    first, middle, last, zero = places
    drawn = [" "] * width
    drawn[first : last + 1] = "─" * (last - first + 1)
    drawn[first] = "├" if one.low >= low else "←"
    drawn[last] = "┤" if one.high <= high else "→"
    drawn[zero] = "┼" if first < zero < last else "│"
    drawn[middle] = "●"
    return "".join(drawn)


def scale_of(rows: Sequence[Interval]) -> tuple[float, float]:
    """From where to where all but monstrous intervals go, zero among them."""
    known = [
        one for one in rows if all(map(math.isfinite, (one.low, one.middle, one.high)))
    ]
    widths = sorted(one.high - one.low for one in known)
    most = _WIDEST * widths[(len(widths) - 1) // 2] if widths else 1.0
    ends = [0.0]
    for one in known:
        ends += [max(one.low, one.middle - most), min(one.high, one.middle + most)]
    low, high = min(ends), max(ends)
    if low == high:
        return -1.0, 1.0
    margin = (high - low) * (1 - _FILL) / 2
    return low - margin, high + margin


def draw_looks(looks: Sequence[Look], *, title: str, is_relative: bool = False) -> str:
    """The effect of all customers so far, look by look, with both its intervals.

    Args:
        looks: In order, at least one.
        title: What is drawn, for those who do not see it.
        is_relative: Whether effects are told in per cent.

    Returns:
        An SVG element; INTERVAL_STYLE belongs to it.
    """
    values = [value for one in looks for value in one[1:] if math.isfinite(value)]
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        high = low + 1
    # The first looks know little: their ends are cut, or nothing else would be seen.
    late = [value for one in looks[len(looks) // 3 :] for value in one[1:]]
    reach = 2 * max([abs(value) for value in late if math.isfinite(value)] or [high])
    low, high = max(low, -reach), min(high, reach)
    first, days = looks[0].day, max((looks[-1].day - looks[0].day).days, 1)

    def x(day: date) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (day - first).days / days

    def y(value: float) -> float:
        inside = min(max(value, low), high)
        return (
            _HEIGHT
            - _BOTTOM
            - (inside - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)
        )

    def path(points: Sequence[tuple[date, float]]) -> str:
        return "L".join(f"{x(day):.1f} {y(value):.1f}" for day, value in points)

    known = [one for one in looks if all(math.isfinite(value) for value in one[1:])]
    above = [(one.day, one.high) for one in known]
    below = [(one.day, one.low) for one in reversed(known)]
    grid = "".join(
        f'<path class="{"zero" if tick == 0 else "grid"}" d="M{_LEFT} {y(tick):.1f}'
        f'H{_WIDTH - _RIGHT}"/><text x="{_LEFT - 6}" y="{y(tick) + 4:.1f}" '
        f'text-anchor="end">{_told(tick, is_relative=is_relative)}</text>'
        for tick in _ticks(low, high)
    )
    dots = "".join(
        f'<circle class="dot" cx="{x(one.day):.1f}" cy="{y(one.effect):.1f}" r="3.5">'
        f"<title>{one.day}: {_told(one.effect, is_relative=is_relative)}, fixed "
        f"{_told(one.low, is_relative=is_relative)} to "
        f"{_told(one.high, is_relative=is_relative)}, always valid "
        f"{_told(one.valid_low, is_relative=is_relative)} to "
        f"{_told(one.valid_high, is_relative=is_relative)}</title></circle>"
        for one in known
    )
    days_told = "".join(
        f'<text x="{x(day):.1f}" y="{_HEIGHT - 10}" text-anchor="{anchor}">'
        f"{day:%d %b}</text>"
        for day, anchor in ((looks[0].day, "start"), (looks[-1].day, "end"))
    )
    drawn = ""
    if known:
        drawn = (
            f'<path class="fixed" d="M{path([*above, *below])}Z"/>'
            f'<path class="valid" d="M{path([(o.day, o.valid_low) for o in known])}"/>'
            f'<path class="valid" d="M{path([(o.day, o.valid_high) for o in known])}"/>'
            f'<path class="effect" d="M{path([(o.day, o.effect) for o in known])}"/>'
        )
    return (
        f'<svg class="looks" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
        f"<title>{escape(title)}</title>{grid}{drawn}{dots}{days_told}</svg>"
    )


def _row(one: Interval, low: float, high: float) -> str:
    said = escape(f"{one.label}: {one.figures}")
    drawn = f'<line class="zero" x1="{_place(0.0, low, high)}" y1="0" ' + (
        f'x2="{_place(0.0, low, high)}" y2="{_ROW_HEIGHT}"/>'
    )
    if all(math.isfinite(value) for value in (one.low, one.middle, one.high)):
        start, end = _place(one.low, low, high), _place(one.high, low, high)
        middle, at = _place(one.middle, low, high), _ROW_HEIGHT // 2
        drawn += (
            f'<line class="line" x1="{start}" y1="{at}" x2="{end}" y2="{at}"/>'
            + "".join(
                f'<line class="line" x1="{place}" y1="{at - 5}" x2="{place}" '
                f'y2="{at + 5}"/>'
                for place, value in ((start, one.low), (end, one.high))
                if low <= value <= high
            )
            + f'<circle class="dot" cx="{middle}" cy="{at}" r="5"/>'
        )
    return (
        f'<li class="{one.kind}"><span>{escape(one.label)}</span>'
        f'<svg role="img"><title>{said}</title>{drawn}</svg>'
        f'<span class="figures">{escape(one.figures)}</span></li>'
    )


def _place(value: float, low: float, high: float) -> str:
    inside = min(max(value, low), high)
    return f"{100 * (inside - low) / (high - low):.2f}%"


def _told(value: float, *, is_relative: bool) -> str:
    said = f"{value:+.3g}" if not is_relative else f"{100 * value:+.3g}%"
    return ("0" if value == 0 else said).replace("-", "\u2212")


def _ticks(low: float, high: float) -> list[float]:
    rough = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * part for part in (1, 2, 5, 10) if power * part >= rough)
    begin = math.ceil(low / step - 1e-9)
    return [step * place for place in range(begin, math.floor(high / step + 1e-9) + 1)]
