"""Journeys step by step as a picture: states in columns, journeys as ribbons."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from habitue.drawing.colours import state_colours
from habitue.drawing.page import MARGIN, TOP, document, shortened, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.journey_marts import Flow

GOES_ON = "(goes on)"
_FIRST = "(conversion)"
_LAST = ("(other)", GOES_ON, "(dropped)")
_ENDS = ("(conversion)", "(dropped)", GOES_ON)
_PITCH, _BAR, _GAP, _HEIGHT, _LONGEST = 178.0, 12.0, 17.0, 430.0, 18
_THINNEST = 0.6

_Node = tuple[int, str]


class _Ribbon(NamedTuple):
    """A flow between two nodes, as it is drawn."""

    source: _Node
    target: _Node
    journeys: int


class _Bar(NamedTuple):
    """Where a node is."""

    x: float
    top: float
    height: float


def draw_sankey(flows: Sequence[Flow], *, steps: int, title: str, subtitle: str) -> str:
    """Draw how journeys go on from step to step, and where they end.

    Args:
        flows: Of one level and segment, at least one.
        steps: Steps that are drawn, at most; journeys that are longer go on.
        title: What is drawn.
        subtitle: One line on whose journeys they are.

    Returns:
        A self-contained SVG document, the same for the same flows. Bars and ribbons
        tell their numbers where the pointer rests on them.
    """
    ribbons = _cut(flows, steps)
    counts = _counts(ribbons)
    columns = _columns(counts)
    total = counts[0, "(start)"]
    scale = _HEIGHT / total
    bars = _placed(columns, counts, scale)
    colours = state_colours(
        {
            state: sum(counts[node] for node in counts if node[1] == state)
            for _, state in counts
        }
    )
    parts = [
        *_headings(columns),
        *_drawn_ribbons(ribbons, bars, counts, scale, colours),
        *_drawn_bars(bars, counts, total, colours),
    ]
    bottom = max(bar.top + bar.height for bar in bars.values())
    return document(
        parts,
        size=(2 * MARGIN + _PITCH * len(columns), bottom + 26),
        title=title,
        subtitle=f"{subtitle}: {total:,} journeys",
        notes=[
            "Height is the number of journeys; each column is one step, "
            "and what is left of a journey flows on.",
            "(other) are states that are rarer at their step; "
            "(goes on) journeys with more steps than are drawn.",
        ],
    )


def _cut(flows: Sequence[Flow], steps: int) -> list[_Ribbon]:
    """The flows up to a step, after which journeys go on."""
    found: dict[tuple[_Node, _Node], int] = defaultdict(int)
    for one in flows:
        if one.step_number > steps:
            continue
        is_last = one.step_number == steps and one.next_state not in _ENDS
        target = GOES_ON if is_last else one.next_state
        source = (one.step_number, one.state)
        found[source, (one.step_number + 1, target)] += one.journey_count
    return [_Ribbon(*nodes, count) for nodes, count in sorted(found.items())]


def _counts(ribbons: Sequence[_Ribbon]) -> dict[_Node, int]:
    """Journeys through each node; as many flow in as out."""
    leaving: dict[_Node, int] = defaultdict(int)
    arriving: dict[_Node, int] = defaultdict(int)
    for one in ribbons:
        leaving[one.source] += one.journeys
        arriving[one.target] += one.journeys
    return {node: leaving[node] or arriving[node] for node in {**leaving, **arriving}}


def _columns(counts: dict[_Node, int]) -> list[list[_Node]]:
    """Nodes by step, from top to bottom: a state has the same neighbours everywhere."""
    totals: dict[str, int] = defaultdict(int)
    for (_, state), count in counts.items():
        totals[state] += count
    return [
        sorted(
            (node for node in counts if node[0] == step),
            key=lambda node: (_layer(node), -totals[node[1]], node),
        )
        for step in range(max(step for step, _ in counts) + 1)
    ]


def _layer(node: _Node) -> int:
    if node[1] == _FIRST:
        return -1
    return _LAST.index(node[1]) + 1 if node[1] in _LAST else 0


def _placed(
    columns: Sequence[Sequence[_Node]], counts: dict[_Node, int], scale: float
) -> dict[_Node, _Bar]:
    """Bars one under the other, a line of text between their middles at least."""
    bars = {}
    for place, column in enumerate(columns):
        top, labelled = TOP + 26.0, TOP + 26.0 - _GAP
        for node in column:
            height = max(counts[node] * scale, 1.0)
            top = max(top, labelled + _GAP - height / 2)
            bars[node] = _Bar(MARGIN + place * _PITCH, top, height)
            labelled = top + height / 2
            top += height + 6
    return bars


def _headings(columns: Sequence[Sequence[_Node]]) -> list[str]:
    return [
        text(
            MARGIN + place * _PITCH,
            TOP + 4,
            "start"
            if place == 0
            else f"step {place}"
            if place < len(columns) - 1
            else "after",
            kind="soft",
        )
        for place in range(len(columns))
    ]


def _drawn_ribbons(
    ribbons: Sequence[_Ribbon],
    bars: dict[_Node, _Bar],
    counts: dict[_Node, int],
    scale: float,
    colours: dict[str, str],
) -> list[str]:
    """Ribbons leave and arrive in the order of the other ends, so that few cross."""
    leaves = {node: bar.top for node, bar in bars.items()}
    arrives = dict(leaves)
    starts: dict[_Ribbon, float] = {}
    ends: dict[_Ribbon, float] = {}
    for one in sorted(ribbons, key=lambda one: bars[one.target].top):
        starts[one] = leaves[one.source] + one.journeys * scale / 2
        leaves[one.source] += one.journeys * scale
    for one in sorted(ribbons, key=lambda one: bars[one.source].top):
        ends[one] = arrives[one.target] + one.journeys * scale / 2
        arrives[one.target] += one.journeys * scale
    drawn = []
    for one in sorted(ribbons, key=lambda one: -one.journeys):
        left, right = bars[one.source].x + _BAR, bars[one.target].x
        middle = (left + right) / 2
        shown = one.target[1] if one.target[1] in _ENDS else one.source[1]
        share = one.journeys / counts[one.source]
        drawn.append(
            f'<path class="flow" stroke="{colours[shown]}" '
            f'stroke-width="{max(one.journeys * scale, _THINNEST):.2f}" '
            f'd="M{left:.1f} {starts[one]:.1f}C{middle:.1f} {starts[one]:.1f} '
            f'{middle:.1f} {ends[one]:.1f} {right:.1f} {ends[one]:.1f}">'
            f"<title>{escape(one.source[1])} → {escape(one.target[1])}: "
            f"{one.journeys:,} journeys, {share:.0%} of those here</title></path>"
        )
    return drawn


def _drawn_bars(
    bars: dict[_Node, _Bar],
    counts: dict[_Node, int],
    total: int,
    colours: dict[str, str],
) -> list[str]:
    drawn = []
    for node, bar in sorted(bars.items()):
        state, count = node[1], counts[node]
        drawn.append(
            f'<rect x="{bar.x:.1f}" y="{bar.top:.1f}" width="{_BAR}" '
            f'height="{bar.height:.2f}" rx="1.5" fill="{colours[state]}">'
            f"<title>{escape(state)}: {count:,} journeys, {count / total:.0%} of all"
            "</title></rect>"
            + text(
                bar.x + _BAR + 5,
                bar.top + bar.height / 2 + 4,
                f"{shortened(state, _LONGEST)} {count:,}",
            )
        )
    return drawn
