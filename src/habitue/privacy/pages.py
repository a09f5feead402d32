"""Readable pages: one file each, nothing loaded from elsewhere, everything escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem;
  padding: 0 1rem; color: #1c1c1c; }
h2 { margin: 2rem 0 0; font-size: 1.15rem; }
p { max-width: 50rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin-top: .5rem; font-size: .87rem; }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top;
  border-bottom: 1px solid #ddd; overflow-wrap: anywhere; min-width: 4rem; }
.none { color: #666; }
"""


class Section(NamedTuple):
    """A part of a page: a heading and a table.

    Attributes:
        heading: Its heading.
        columns: Names of the columns; empty ones are not shown.
        rows: The rows, as many values each as there are columns.
        note: What to know about it, if anything.
    """

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""


def page_of(*, title: str, introduction: str, sections: Sequence[Section]) -> str:
    """A page as HTML.

    Args:
        title: Title and first heading.
        introduction: What this is.
        sections: Its parts, in order.
    """
    parts = "\n".join(_section(one) for one in sections)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        # Nothing may be loaded or run, even if something were not escaped.
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n<p>{escape(introduction)}</p>\n{parts}\n"
        "</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    head = f"<h2>{escape(section.heading)}</h2>\n"
    if section.note:
        head += f"<p>{escape(section.note)}</p>\n"
    if not section.rows:
        return f'{head}<p class="none">Nothing is held.</p>'
    names = ""
    if any(section.columns):
        cells = "".join(f"<th>{escape(name)}</th>" for name in section.columns)
        names = f"<tr>{cells}</tr>\n"
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{_text(value)}</td>" for value in row) + "</tr>"
        for row in section.rows
    )
    return f'{head}<div class="wide"><table>\n{names}{rows}\n</table></div>'


def _text(value: Any) -> str:
    return "" if value is None else escape(str(value))
