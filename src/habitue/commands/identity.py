"""`habitue identity`: who is who, and why, in the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from habitue.commands.options import AsJson, Database, path_of, refused
from habitue.database import DatabaseError
from habitue.identity import IdentityError, compare, explain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from habitue.identity import Change, Comparison, Explanation, Identifier, Link

identity_app = typer.Typer(
    help="Who is who, and why.", no_args_is_help=True, add_completion=False
)
_SHORT = 8
_MOST_ROWS = 40


@identity_app.callback()
def identity() -> None:
    """Who is who, and why."""


@identity_app.command(name="explain")
def explain_command(
    *,
    one: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A user id, e-mail, cookie, device, pseudonym or customer id.",
        ),
    ],
    other: Annotated[
        str | None,
        typer.Argument(metavar="[OTHER]", help="Another: are the two one customer?"),
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Explain what makes a customer, or what ties two ids together or keeps them apart.

    No raw identifier is printed but those that were typed.
    """
    path = path_of(database)
    try:
        if other is None:
            found: Explanation | Comparison = explain(path, one)
        else:
            found = compare(path, one, other)
    except (DatabaseError, IdentityError) as error:
        raise refused(error) from error
    if as_json:
        typer.echo(json.dumps(_plain(found), indent=2))
    elif other is None:
        _print_explanation(Console(), found, one)  # type: ignore[arg-type]
    else:
        _print_comparison(Console(), found, (one, other))  # type: ignore[arg-type]


def _plain(value: object) -> object:
    """Named tuples as objects, times as text."""
    if hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if hasattr(value, "isoformat"):
        return value.isoformat(sep=" ")
    return value


def _print_explanation(console: Console, found: Explanation, typed: str) -> None:
    asked = found.asked
    console.print(
        f"{asked.kind} {typed} belongs to customer {asked.customer_id}",
        style="bold", highlight=False, markup=False, soft_wrap=True,
    )  # fmt: skip
    console.print(_identifier_table(found.identifiers))
    if found.links:
        console.print(_link_table("Links that hold it together", found.links))
    if found.unused_links:
        console.print(_link_table("Links that do not count", found.unused_links))
    if found.changes:
        console.print(_change_table(found.changes))


def _print_comparison(
    console: Console, found: Comparison, typed: tuple[str, str]
) -> None:
    one, other = found.one, found.other
    if found.is_same:
        verdict = f"are one customer, {one.customer_id}"
    else:
        verdict = f"are two customers, {one.customer_id} and {other.customer_id}"
    console.print(
        f"{one.kind} {typed[0]} and {other.kind} {typed[1]} {verdict}",
        style="bold", highlight=False, markup=False, soft_wrap=True,
    )  # fmt: skip
    if found.chain:
        title = "By these links" if found.is_same else "What would tie them together"
        console.print(_link_table(title, found.chain))
    elif not found.is_same:
        console.print("Nothing that they were seen with ties them together.")


def _identifier_table(identifiers: Sequence[Identifier]) -> Table:
    table = _table("Its identifiers", "kind", "pseudonym", "first seen", "last seen")
    for line in identifiers[:_MOST_ROWS]:
        table.add_row(
            line.kind,
            line.pseudonym[:_SHORT],
            _day(line.first_seen_at),
            _day(line.last_seen_at),
        )
    return _shortened(table, len(identifiers))


def _link_table(title: str, links: Sequence[Link]) -> Table:
    has_reasons = any(link.reason for link in links)
    told = () if has_reasons else ("first seen", "last seen")
    table = _table(title, "link", "one", "other", "events", *told)
    if has_reasons:
        table.add_column("why it does not count", overflow="fold")
    for link in links[:_MOST_ROWS]:
        seen = (_day(link.first_seen_at), _day(link.last_seen_at))
        table.add_row(
            link.kind,
            link.left[:_SHORT],
            link.right[:_SHORT],
            f"{link.event_count:,}",
            *((link.reason or "it counts",) if has_reasons else seen),
        )
    return _shortened(table, len(links))


def _change_table(changes: Sequence[Change]) -> Table:
    table = _table("Its history", "build", "what", "from", "to", "identifiers")
    for change in changes[:_MOST_ROWS]:
        table.add_row(
            _day(change.changed_at),
            change.kind,
            change.from_customer_id[:_SHORT],
            change.to_customer_id[:_SHORT],
            f"{change.identifier_count:,}",
        )
    return _shortened(table, len(changes))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        is_count = column in {"events", "identifiers"}
        table.add_column(column, justify="right" if is_count else "left", no_wrap=True)
    return table


def _shortened(table: Table, row_count: int) -> Table:
    if row_count > _MOST_ROWS:
        table.caption = f"and {row_count - _MOST_ROWS:,} more: --json shows all"
    return table


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
