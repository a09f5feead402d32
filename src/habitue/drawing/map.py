"""Customers on a plane as a picture: SVG that needs nothing beside it."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from habitue.drawing.colours import colours_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_WIDTH, _HEIGHT = 960, 640
_LEGEND, _MARGIN, _TOP = 240, 24, 56
_LINE = 22
_LONGEST_NAME = 28
_MUTED = "#c8c8c8"


class Point(NamedTuple):
    """A customer on the map.

    Attributes:
        x: First coordinate.
        y: Second coordinate, upwards.
        segment_id: The segment, which decides the colour.
        segment_name: Its name.
    """

    x: float
    y: float
    segment_id: int
    segment_name: str


def draw_map(
    points: Sequence[Point],
    *,
    title: str,
    note: str,
    muted: Collection[int] = (),
) -> str:
    """The picture as SVG text, the same for the same points.

    Args:
        points: At least one.
        title: Above it.
        note: One line on how to read it.
        muted: Segments that stand behind the others, in grey.
    """
    by_segment = defaultdict(list)
    for point in points:
        by_segment[point.segment_id].append(point)
    colours = colours_of(one for one in by_segment if one not in muted)
    colours |= dict.fromkeys(muted, _MUTED)
    scale, left, top = _fit(points)
    radius = 4 if len(points) < 300 else 3 if len(points) < 3000 else 2  # noqa: PLR2004
    body = []
    # Large segments first, so that small ones are not covered by them.
    behind = sorted(
        by_segment, key=lambda one: (one not in muted, -len(by_segment[one]), one)
    )
    for segment_id in behind:
        circles = "".join(
            f'<circle cx="{left + one.x * scale:.1f}" cy="{top - one.y * scale:.1f}" '
            f'r="{radius}"/>'
            for one in by_segment[segment_id]
        )
        opacity = "0.6" if segment_id in muted or not muted else "0.9"
        body.append(
            f'<g fill="{colours[segment_id]}" fill-opacity="{opacity}">{circles}</g>'
        )
    for line, segment_id in enumerate(sorted(by_segment)):
        height = _TOP + _MARGIN + line * _LINE
        name = by_segment[segment_id][0].segment_name
        body.append(
            f'<circle cx="{_WIDTH - _LEGEND + 8}" cy="{height}" r="6" '
            f'fill="{colours[segment_id]}"/>'
            f'<text x="{_WIDTH - _LEGEND + 22}" y="{height + 5}">'
            f"{_short(name)}<title>{escape(name)}</title></text>"
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif" font-size="14" fill="#222">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>\n'
        f'<text x="{_MARGIN}" y="28" font-size="18">{escape(title)}</text>\n'
        f'<text x="{_MARGIN}" y="48" fill="#666">{escape(note)}</text>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _fit(points: Sequence[Point]) -> tuple[float, float, float]:
    """Scale and origin that bring all points into the frame, both axes alike."""
    low_x, high_x = min(one.x for one in points), max(one.x for one in points)
    low_y, high_y = min(one.y for one in points), max(one.y for one in points)
    width = _WIDTH - _LEGEND - 2 * _MARGIN
    height = _HEIGHT - _TOP - 2 * _MARGIN
    across, up = high_x - low_x, high_y - low_y
    scales = [
        room / extent for room, extent in ((width, across), (height, up)) if extent > 0
    ]
    scale = min(scales, default=1.0)
    return (
        scale,
        _MARGIN + width / 2 - (low_x + high_x) / 2 * scale,
        _TOP + _MARGIN + height / 2 + (low_y + high_y) / 2 * scale,
    )


def _short(name: str) -> str:
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 1] + "…"
    return escape(name)
