"""Which state follows which as a picture: states on a ring, arrows between them."""

from __future__ import annotations

import math
from collections import defaultdict
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from habitue.drawing.colours import state_colours
from habitue.drawing.page import MARGIN, TOP, document, shortened, text, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.journey_marts import Transition

START, CONVERSION, DROPPED, OTHER = "(start)", "(conversion)", "(dropped)", "(other)"
_LABELS, _LONGEST, _LARGEST, _SMALLEST = 190.0, 24, 24.0, 5.0
_RADIUS_X, _LEAST_RADIUS_Y, _APART = 330.0, 235.0, 58.0
_LINE, _FEW = 32.0, 12
_WIDEST, _THINNEST, _TOLD = 11.0, 1.0, 0.12
_ASIDE, _INWARDS, _ABOVE = 0.12, 0.22, 0.28
_PLACES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.22)


_Edge = tuple[str, str]
_Point = tuple[float, float]
_Box = tuple[float, float, float, float]


class _Place(NamedTuple):
    """A state on the ring.

    Attributes:
        x: Middle of the circle.
        y: Middle of the circle, downwards.
        radius: Of the circle; its area grows with the visits.
        angle: Where on the ring, clockwise from the left.
    """

    x: float
    y: float
    radius: float
    angle: float


def draw_transition_graph(
    transitions: Sequence[Transition],
    *,
    states: int,
    arrows: int,
    title: str,
    subtitle: str,
) -> str:
    """Draw the most frequent states on a ring and how often one follows another.

    Args:
        transitions: Of one level, segment, month and order, at least one.
        states: States that are drawn beside start and ends, at most; the rest is one,
            `(other)`.
        arrows: Arrows that are drawn, the most frequent; of each state the most
            frequent one in and out in any case.
        title: What is drawn.
        subtitle: One line on whose journeys they are.

    Returns:
        A self-contained SVG document, the same for the same transitions. Circles and
        arrows tell their numbers where the pointer rests on them.
    """
    counts = _lumped(transitions, states)
    visits = _visits(counts)
    ring = _ring(counts, visits)
    radius_y = max(_LEAST_RADIUS_Y, _APART * len(ring) / 5)
    room = 30.0 if len(ring) <= _FEW else 30.0 + _LINE
    centre = (MARGIN + _LABELS + _RADIUS_X, TOP + room + radius_y)
    places = _placed(ring, visits, centre, radius_y)
    colours = state_colours(visits)
    leaving: dict[str, int] = defaultdict(int)
    for (state, _), count in counts.items():
        leaving[state] += count
    shown = _shown(counts, arrows)
    busiest = max(shown.values())
    drawn, words = [], []
    labels = _labelled(places)
    taken = [*(label.box for label in labels.values()), *map(_around, places.values())]
    for edge, count in shown.items():
        probability = count / leaving[edge[0]]
        width = max(_WIDEST * math.sqrt(count / busiest), _THINNEST)
        curve = _Curve.between(places[edge[0]], places[edge[1]], centre)
        drawn.append(
            curve.arrow(
                width=width,
                colour=colours[edge[0]],
                told=f"{edge[0]} → {edge[1]}: {probability:.1%}, {count:,} times",
            )
        )
        if probability >= _TOLD:
            words += curve.label(f"{probability:.0%}", taken)
    circles = [
        _circle(state, place, labels[state], visits[state], colours[state])
        for state, place in places.items()
    ]
    return document(
        [*drawn, *circles, *words],
        size=(
            2 * (MARGIN + _LABELS + _RADIUS_X),
            max(bottom for *_, bottom in taken) + 22,
        ),
        title=title,
        subtitle=subtitle,
        notes=[
            "An arrow has the colour of the state that it leaves and bends to its "
            "left; its width grows with the count (square root).",
            "Percentages are of the visits to the state that an arrow leaves. Circles "
            f"grow with the visits. {len(shown)} of {len(counts)} arrows are drawn.",
        ],
    )


def _lumped(transitions: Sequence[Transition], states: int) -> dict[_Edge, int]:
    """Counts between the most frequent states and `(other)`."""
    visits: dict[str, int] = defaultdict(int)
    for one in transitions:
        visits[one.state] += 0
        visits[one.next_state] += one.transition_count
    fixed = (START, CONVERSION, DROPPED)
    ranked = sorted(
        (state for state in visits if state not in (*fixed, OTHER)),
        key=lambda state: (-visits[state], state),
    )
    kept = {*fixed, *ranked[:states]}
    counts: dict[_Edge, int] = defaultdict(int)
    for one in transitions:
        edge = tuple(
            state if state in kept else OTHER for state in (one.state, one.next_state)
        )
        counts[edge[0], edge[1]] += one.transition_count
    return dict(counts)


def _shown(counts: dict[_Edge, int], arrows: int) -> dict[_Edge, int]:
    """The most frequent edges, and of each state the most frequent in and out."""
    ranked = sorted(counts, key=lambda edge: (-counts[edge], edge))
    kept, seen = set(ranked[:arrows]), set()
    for edge in ranked:
        if edge[0] == edge[1]:
            continue
        for place in enumerate(edge):
            if place not in seen:
                seen.add(place)
                kept.add(edge)
    return {edge: counts[edge] for edge in ranked if edge in kept}


def _visits(counts: dict[_Edge, int]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for (state, next_state), count in counts.items():
        found[next_state] += count
        found[state] += count if state == START else 0
    return dict(found)


def _ring(counts: dict[_Edge, int], visits: dict[str, int]) -> list[str]:
    """States clockwise from the start at the left, ends opposite, friends side by side.

    Half of the ring is filled from the start on with what most often comes next to what
    was placed last, then the other half.
    """
    ties: dict[_Edge, int] = defaultdict(int)
    for (state, next_state), count in counts.items():
        ties[min(state, next_state), max(state, next_state)] += count
    ends = [state for state in (CONVERSION, DROPPED) if state in visits]
    waiting = sorted(state for state in visits if state not in (START, *ends))

    def tie(one: str, other: str) -> int:
        return ties.get((min(one, other), max(one, other)), 0)

    halves: tuple[list[str], list[str]] = ([START], [START])
    while waiting:
        for half in halves:
            if waiting:
                best = max(waiting, key=lambda state: (tie(half[-1], state), state))
                half.append(best)
                waiting.remove(best)
    upper, lower = halves[0][1:], halves[1][1:]
    return [START, *upper, *ends, *reversed(lower)]


def _placed(
    ring: Sequence[str],
    visits: dict[str, int],
    centre: _Point,
    radius_y: float,
) -> dict[str, _Place]:
    busiest = max(visits.values())
    found = {}
    for place, state in enumerate(ring):
        angle = 2 * math.pi * place / len(ring)
        radius = max(_LARGEST * math.sqrt(visits[state] / busiest), _SMALLEST)
        found[state] = _Place(
            centre[0] - _RADIUS_X * math.cos(angle),
            centre[1] - radius_y * math.sin(angle),
            radius,
            angle,
        )
    return found


def _circle(state: str, place: _Place, label: _Label, visits: int, colour: str) -> str:
    x, y, anchor = label.x, label.y, label.anchor
    return (
        f'<circle cx="{place.x:.1f}" cy="{place.y:.1f}" r="{place.radius:.1f}" '
        f'fill="{colour}"><title>{escape(state)}: {visits:,} times</title></circle>'
        + text(x, y, label.words, anchor=anchor, kind="bold")
        + text(x, y + 14, f"{visits:,}", anchor=anchor, kind="soft")
    )


class _Label(NamedTuple):
    """Where the name of a state is, its visits under it."""

    words: str
    x: float
    y: float
    anchor: str

    @property
    def box(self) -> _Box:
        width = width_of(self.words)
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return left, self.y - 12, left + width, self.y + 18


def _labelled(places: dict[str, _Place]) -> dict[str, _Label]:
    """Labels outside the ring; those above and below it in two rows where need be."""
    found: dict[str, _Label] = {}
    taken = [_around(place) for place in places.values()]
    for state, place in sorted(
        places.items(), key=lambda item: (-abs(math.cos(item[1].angle)), item[0])
    ):
        label = _label_of(state, place)
        if label.anchor == "middle" and any(_overlap(label.box, box) for box in taken):
            away = -_LINE if math.sin(place.angle) > 0 else _LINE
            label = label._replace(y=label.y + away)
        taken.append(label.box)
        found[state] = label
    return found


def _label_of(state: str, place: _Place) -> _Label:
    """Beside the circle, or above or below it."""
    words = shortened(state, _LONGEST)
    side = -math.cos(place.angle)
    if abs(side) < _ABOVE:
        up = math.sin(place.angle) > 0
        y = place.y - place.radius - 20 if up else place.y + place.radius + 16
        return _Label(words, place.x, y, "middle")
    away = place.radius + 8
    if side > 0:
        return _Label(words, place.x + away, place.y - 2, "start")
    return _Label(words, place.x - away, place.y - 2, "end")


def _around(place: _Place) -> _Box:
    return (
        place.x - place.radius,
        place.y - place.radius,
        place.x + place.radius,
        place.y + place.radius,
    )


class _Curve(NamedTuple):
    """A quadratic curve from one circle to another, or a loop beside one."""

    start: _Point
    control: _Point
    end: _Point
    is_loop: bool

    @classmethod
    def between(cls, source: _Place, target: _Place, centre: _Point) -> _Curve:
        """Bent inwards, past the states between, and to one side of the way back."""
        if source == target:
            return cls._loop(source, centre)
        across, down = target.x - source.x, target.y - source.y
        far = math.hypot(across, down)
        middle = (source.x + across / 2, source.y + down / 2)
        control = (
            middle[0] + _ASIDE * down + _INWARDS * (centre[0] - middle[0]),
            middle[1] - _ASIDE * across + _INWARDS * (centre[1] - middle[1]),
        )
        return cls(
            _towards((source.x, source.y), control, source.radius + 1),
            control,
            _towards((target.x, target.y), control, min(target.radius + 7, far / 2)),
            is_loop=False,
        )

    @classmethod
    def _loop(cls, place: _Place, centre: _Point) -> _Curve:
        """Inside the ring, where no label is."""
        inward = math.atan2(centre[1] - place.y, centre[0] - place.x)
        points = [
            (
                place.x + (place.radius + away) * math.cos(inward + turn),
                place.y + (place.radius + away) * math.sin(inward + turn),
            )
            for turn, away in ((-0.5, 1.0), (0.0, 50.0), (0.5, 6.0))
        ]
        return cls(points[0], points[1], points[2], is_loop=True)

    def at(self, share: float) -> _Point:
        rest = 1 - share
        x, y = (
            rest * rest * self.start[axis]
            + 2 * rest * share * self.control[axis]
            + share * share * self.end[axis]
            for axis in (0, 1)
        )
        return x, y

    def arrow(self, *, width: float, colour: str, told: str) -> str:
        (x, y), (control_x, control_y), (end_x, end_y) = self[:3]
        angle = math.atan2(end_y - control_y, end_x - control_x)
        size = 6 + width * 0.6
        corners = " ".join(
            f"{end_x + far * math.cos(angle + turn):.1f},"
            f"{end_y + far * math.sin(angle + turn):.1f}"
            for turn, far in ((0.0, 6.0), (2.6, size), (-2.6, size))
        )
        return (
            f'<g><path class="flow" stroke="{colour}" stroke-width="{width:.2f}" '
            f'd="M{x:.1f} {y:.1f}Q{control_x:.1f} {control_y:.1f} '
            f'{end_x:.1f} {end_y:.1f}"/>'
            f'<polygon points="{corners}" fill="{colour}" fill-opacity="0.8"/>'
            f"<title>{escape(told)}</title></g>"
        )

    def label(self, words: str, taken: list[_Box]) -> list[str]:
        """Words on the curve where nothing else is; none where there is no room."""
        width = width_of(words)
        for share in _PLACES:
            x, y = self.at(share)
            box = (x - width / 2 - 2, y - 9, x + width / 2 + 2, y + 6)
            if not any(_overlap(box, other) for other in taken):
                taken.append(box)
                return [text(x, y + 4, words, anchor="middle")]
        return []


def _towards(point: _Point, aim: _Point, far: float) -> _Point:
    across, down = aim[0] - point[0], aim[1] - point[1]
    length = math.hypot(across, down) or 1.0
    return point[0] + across / length * far, point[1] + down / length * far


def _overlap(one: _Box, other: _Box) -> bool:
    left, top, right, bottom = other
    return one[0] < right and left < one[2] and one[1] < bottom and top < one[3]
