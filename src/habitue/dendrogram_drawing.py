"""A hierarchy of segments as a picture: plain SVG, nothing loaded from elsewhere."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

# Okabe and Ito (2008): told apart by the colour-blind too.
COLOURS = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8000",
    "#000000",
)  # fmt: skip
ABOVE_CUT = "#8c8c8c"
HIDDEN = "hidden"
_ROW, _TREE_WIDTH, _LABEL_WIDTH, _LEFT, _TOP, _BOTTOM = 22, 560, 300, 24, 64, 56
_TICKS = 5
_STYLE = (
    "text { font: 13px system-ui, sans-serif; fill: #1c1c1c; }"
    " .title { font-size: 16px; font-weight: 600; } .axis { fill: #555; }"
    " path { fill: none; stroke-width: 1.6; }"
)


class Node(NamedTuple):
    """One group of customers in the hierarchy.

    Attributes:
        node_id: Counts merges from the top, 1 is everybody.
        parent_node_id: The group it was merged into, None for everybody.
        segment_id: The segment of most of its customers.
        segment_name: Its name.
        customer_count: Customers in it, None where it must not be told.
        height: Of the merge that made it.
        position: Place among its siblings' leaves, in drawing order.
    """

    node_id: int
    parent_node_id: int | None
    segment_id: int
    segment_name: str
    customer_count: int | None
    height: float
    position: float


def cut_into(nodes: Sequence[Node], k: int) -> list[Node]:
    """The groups of the cut into k, in drawing order; fewer if there are fewer."""
    k = min(k, (len(nodes) + 1) // 2)  # Every merge is of two.
    groups = (
        node
        for node in nodes
        if node.node_id >= k
        and (node.parent_node_id is None or node.parent_node_id < k)
    )
    return sorted(groups, key=lambda node: node.position)


def draw_dendrogram(
    nodes: Sequence[Node], *, segment_count: int, leaves: int, title: str
) -> str:
    """Draw the top of a hierarchy, from everybody on the left to groups on the right.

    Args:
        nodes: Of one hierarchy, everybody included.
        segment_count: Where the hierarchy is cut, at least 1: groups right of the cut
            have the colour of the segment of most of their customers.
        leaves: Groups at the right, each with its customers; never fewer than
            segments, and fewer where the hierarchy has fewer.
        title: What is drawn.

    Returns:
        A self-contained SVG document. Leaves are drawn to height 0, though a group of
        several customers was made at the height of its own merge.
    """
    shown = cut_into(nodes, max(leaves, segment_count))
    by_id = {node.node_id: node for node in nodes}
    rows = {node.node_id: float(row) for row, node in enumerate(shown)}
    merges: dict[int, list[int]] = {}
    for node in _ancestors(shown, by_id):
        merges.setdefault(node.parent_node_id or 0, []).append(node.node_id)
    del merges[0]
    for merge in sorted(merges, reverse=True):
        merges[merge].sort(key=rows.__getitem__)
        rows[merge] = sum(rows[part] for part in merges[merge]) / len(merges[merge])
    highest = by_id[1].height
    canvas = _Canvas(rows=len(shown), highest=highest if merges else 0.0)
    branches = {
        below: group.segment_id
        for group in cut_into(nodes, segment_count)
        for below in _below(group.node_id, merges)
    }
    colours = dict(
        zip(
            sorted(set(branches.values())),
            COLOURS * (1 + len(branches) // len(COLOURS)),
            strict=False,
        )
    )
    lines = [
        canvas.branch(
            merge=(rows[merge], by_id[merge].height),
            part=(rows[part], by_id[part].height if part in merges else 0.0),
            colour=colours.get(branches.get(merge, -1), ABOVE_CUT),
        )
        for merge, parts in sorted(merges.items())
        for part in parts
    ]
    labels = [
        canvas.label(
            rows[node.node_id],
            f"{node.segment_name}: {_told(node.customer_count)}",
            colour=colours[branches[node.node_id]],
        )
        for node in shown
    ]
    cut = _cut_height(by_id, segment_count)
    if cut is not None:
        labels.append(canvas.cut(cut, f"cut into {segment_count}"))
    return canvas.document(title=title, parts=[*canvas.axis(), *lines, *labels])


def _ancestors(shown: Sequence[Node], by_id: dict[int, Node]) -> list[Node]:
    """These nodes and all that they were merged into, each once."""
    found: dict[int, Node] = {}
    for leaf in shown:
        node: Node | None = leaf
        while node is not None and node.node_id not in found:
            found[node.node_id] = node
            node = by_id.get(node.parent_node_id or 0)
    return list(found.values())


def _below(node_id: int, merges: dict[int, list[int]]) -> list[int]:
    found, waiting = [], [node_id]
    while waiting:
        found.append(waiting.pop())
        waiting += merges.get(found[-1], [])
    return found


def _cut_height(by_id: dict[int, Node], segment_count: int) -> float | None:
    """Half-way between the merge that is undone last and the one that is not."""
    undone, whole = by_id.get(segment_count - 1), by_id.get(segment_count)
    if undone is None or whole is None:
        return None
    return (undone.height + whole.height) / 2


def _told(customer_count: int | None) -> str:
    if customer_count is None:
        return HIDDEN
    return f"{customer_count:,} customer{'' if customer_count == 1 else 's'}"


class _Canvas(NamedTuple):
    """Where heights and rows are on the page, and how things are drawn there.

    Attributes:
        rows: Leaves, one under the other.
        highest: Height of the first merge, at the left edge of the tree.
    """

    rows: int
    highest: float

    @property
    def bottom(self) -> float:
        return _TOP + _ROW * self.rows

    def x(self, height: float) -> float:
        share = height / self.highest if self.highest > 0 else 0.0
        return _LEFT + _TREE_WIDTH * (1 - share)

    def y(self, row: float) -> float:
        return _TOP + _ROW * (row + 0.5)

    def branch(
        self, *, merge: tuple[float, float], part: tuple[float, float], colour: str
    ) -> str:
        """A line from a merge to one of its parts, each a row and a height."""
        (row, height), (part_row, part_height) = merge, part
        return (
            f'<path stroke="{colour}" d="M{self.x(height):.1f} {self.y(row):.1f}'
            f'V{self.y(part_row):.1f}H{self.x(part_height):.1f}"/>'
        )

    def label(self, row: float, text: str, *, colour: str) -> str:
        x, y = self.x(0), self.y(row)
        return (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
            f'<text x="{x + 10:.1f}" y="{y + 4.5:.1f}">{escape(text)}</text>'
        )

    def cut(self, height: float, text: str) -> str:
        x = self.x(height)
        return (
            f'<path stroke="#1c1c1c" stroke-dasharray="5 4" '
            f'd="M{x:.1f} {_TOP - 4}V{self.bottom:.1f}"/>'
            f'<text x="{x:.1f}" y="{_TOP - 10}" text-anchor="middle">'
            f"{escape(text)}</text>"
        )

    def axis(self) -> list[str]:
        """Heights below the tree, at round numbers."""
        y = self.bottom + 4
        marks = [
            f'<path stroke="#bbb" d="M{self.x(tick):.1f} {y:.1f}v6"/>'
            f'<text class="axis" x="{self.x(tick):.1f}" y="{y + 20:.1f}" '
            f'text-anchor="middle">{tick:,g}</text>'
            for tick in _ticks(self.highest)
        ]
        return [
            f'<path stroke="#bbb" d="M{self.x(self.highest):.1f} {y:.1f}'
            f'H{self.x(0):.1f}"/>',
            *marks,
            f'<text class="axis" x="{_LEFT}" y="{y + 40:.1f}">height: Ward\'s cost of '
            "a merge, the square root of twice the growth in inertia</text>",
        ]

    def document(self, *, title: str, parts: Sequence[str]) -> str:
        width = _LEFT + _TREE_WIDTH + _LABEL_WIDTH
        height = math.ceil(self.bottom + _BOTTOM)
        body = "\n".join(parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}" role="img">\n'
            f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n"
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
            f'<text class="title" x="{_LEFT}" y="28">{escape(title)}</text>\n'
            f"{body}\n</svg>\n"
        )


def _ticks(highest: float) -> list[float]:
    """About five round numbers from 0 to the highest."""
    if highest <= 0:
        return [0.0]
    rough = highest / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * part for part in (1, 2, 5, 10) if power * part >= rough)
    return [step * place for place in range(int(highest / step + 1e-9) + 1)]
