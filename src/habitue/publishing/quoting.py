"""Names and texts inside SQL; both engines quote alike."""

from __future__ import annotations


def identifier(*names: str) -> str:
    """A name, or a name in a schema, quoted."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: str) -> str:
    """A text as a string constant."""
    return "'" + text.replace("'", "''") + "'"
