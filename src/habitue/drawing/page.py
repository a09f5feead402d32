"""A page for a picture: SVG or HTML that needs nothing beside it, light or dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MARGIN, TOP = 28, 84
_LINE = 18
# Colours of the page; a browser that prefers dark pages takes the second ones.
_INKS = {
    "paper": ("#ffffff", "#16181d"),
    "ink": ("#1c1c1c", "#e9e9e7"),
    "soft": ("#5a5a5a", "#a9adb5"),
    "rule": ("#d8d8d4", "#3a3e47"),
}


def _style(place: int) -> str:
    paper, ink, soft, rule = (pair[place] for pair in _INKS.values())
    return (
        f".paper {{ fill: {paper}; }} text {{ fill: {ink}; }}"
        f" .soft {{ fill: {soft}; }} .rule {{ stroke: {rule}; }}"
        f" .halo {{ stroke: {paper}; }}"
    )


_STYLE = (
    "text { font: 12px system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; }"
    " .title { font-size: 18px; font-weight: 600; } .bold { font-weight: 600; }"
    " .halo { stroke-width: 3px; stroke-linejoin: round; fill: none; }"
    " .flow { fill: none; stroke-opacity: .38; } .flow:hover { stroke-opacity: .75; }"
    f" {_style(0)} @media (prefers-color-scheme: dark) {{ {_style(1)}"
    " .flow { stroke-opacity: .6; } }"
)


def text(
    x: float, y: float, words: str, *, anchor: str = "start", kind: str = ""
) -> str:
    """Words with a halo, so that they can be read on lines."""
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    told = escape(words)
    return (
        f'<text class="halo {kind}" aria-hidden="true" {where}>{told}</text>'
        f'<text class="{kind}" {where}>{told}</text>'
    )


def shortened(words: str, longest: int) -> str:
    """The words, the end of long ones left out."""
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def width_of(words: str) -> float:
    """About how wide words are at 12 px, on the safe side."""
    return 6.9 * len(words)


def document(
    parts: Sequence[str],
    *,
    size: tuple[float, float],
    title: str,
    subtitle: str,
    notes: Sequence[str],
) -> str:
    """A picture with its title above it and notes below.

    Args:
        parts: SVG elements.
        size: Width and height that they take, from the upper left corner of the page,
            the title's room (`TOP`) included.
        title: What is drawn.
        subtitle: One line on whose it is.
        notes: Lines on how to read it.
    """
    width, height = size
    whole = height + _LINE * len(notes) + MARGIN
    lines = "\n".join(
        f'<text class="soft" x="{MARGIN}" y="{height + _LINE * (place + 1):.1f}">'
        f"{escape(note)}</text>"
        for place, note in enumerate(notes)
    )
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" '
        f'height="{whole:.0f}" viewBox="0 0 {width:.0f} {whole:.0f}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n"
        f'<rect class="paper" width="{width:.0f}" height="{whole:.0f}"/>\n'
        f'<text class="title" x="{MARGIN}" y="34">{escape(title)}</text>\n'
        f'<text class="soft" x="{MARGIN}" y="56">{escape(subtitle)}</text>\n'
        f"{body}\n{lines}\n</svg>\n"
    )


def as_html(drawing: str, *, title: str) -> str:
    """A drawing as a page for a browser, which tells more where the pointer rests."""
    paper, night = _INKS["paper"]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>"
        f"body {{ margin: 0; background: {paper}; }} svg {{ display: block; "
        "margin: 0 auto; max-width: 100%; height: auto; } "
        f"@media (prefers-color-scheme: dark) {{ body {{ background: {night}; }} }}"
        f"</style>\n</head>\n<body>\n{drawing}</body>\n</html>\n"
    )
