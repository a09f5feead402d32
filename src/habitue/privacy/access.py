"""Everything that is held about a person, for the person: nothing of anybody else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from habitue.privacy.held_parts import Part, read_parts
from habitue.privacy.pages import Section, page_of

if TYPE_CHECKING:
    from habitue.privacy.connection import PrivacyConnection
    from habitue.privacy.person import Person

_NOTES = {
    "delivered events": "With what became of each: a bucket other than `kept` means "
    "that the row is held and not used, and the reason says why.",
    "delivered consents": "As they were given, the invalid ones with the reason.",
    "links between identifiers": "What ties the identifiers together.",
    "shared devices": "Cookies and devices that other people were seen with as well. "
    "Only rows that name the person are shown.",
    "customer features": "Computed from the rows above, as of a date; segments are "
    "made of them.",
    "customer segments": "The segment whose centre is nearest by the features; "
    "`distance` says how near, `margin` how much nearer than the runner-up.",
    "rfm scores": "Recency, frequency and value of purchases, each from 1 to 5.",
    "stitched sessions": "Visits; totals may count what was done without a login on a "
    "shared device.",
    "customer days": "Totals by day; they may count what was done without a login on a "
    "shared device.",
    "raw tables": "Rows of the host's raw tables in this database that name them.",
}


class Held(NamedTuple):
    """What is held about a person.

    Attributes:
        asked: The identifier that was asked for.
        read_at: When it was read, UTC.
        parts: What there is, part by part.
    """

    asked: str
    read_at: datetime
    parts: list[Part]

    @property
    def row_count(self) -> int:
        """All rows of all parts."""
        return sum(len(part.rows) for part in self.parts)


def read_held(opened: PrivacyConnection, person: Person, asked: str) -> Held:
    """Read everything that is held about a person.

    Args:
        opened: The database and its vault.
        person: Who.
        asked: The identifier as it was typed.
    """
    return Held(
        asked=asked.strip(),
        read_at=datetime.now(tz=UTC).replace(tzinfo=None, microsecond=0),
        parts=[
            part._replace(note=_NOTES.get(part.name, ""))
            for part in read_parts(opened, person)
        ],
    )


def as_json(held: Held) -> dict[str, Any]:
    """What is held, for machines."""
    return {
        "asked": held.asked,
        "read_at": f"{held.read_at} UTC",
        "parts": {
            part.name: {"note": part.note, "rows": part.rows} for part in held.parts
        },
    }


def as_page(held: Held) -> str:
    """What is held, as a page to read; columns without a value are left out."""
    sections = []
    for part in held.parts:
        columns = [
            name
            for name in (part.rows[0] if part.rows else {})
            if any(row.get(name) is not None for row in part.rows)
        ]
        sections.append(
            Section(
                heading=f"{part.name.capitalize()} ({len(part.rows):,})",
                columns=[name.replace("_", " ") for name in columns],
                rows=[[row.get(name) for name in columns] for row in part.rows],
                note=part.note,
            )
        )
    return page_of(
        title="What is held about you",
        introduction=(
            f"Everything that is held for {held.asked}, read on {held.read_at} UTC. "
            "Times are UTC. Identifiers are shown as they were sent; in the database "
            "they lie in a vault, and everything else knows pseudonyms only."
        ),
        sections=sections,
    )
