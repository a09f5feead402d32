"""`habitue audit`: the audit trail in the terminal."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from habitue.audit import Entry, read_trail, record, verify
from habitue.commands.options import AsJson, Database, path_of, refused
from habitue.database import DatabaseError, opened
from habitue.privacy.connection import opened_vault

if TYPE_CHECKING:
    from collections.abc import Sequence

audit_app = typer.Typer(
    help="Who did what, when; and whether somebody changed the record of it.",
    no_args_is_help=True,
    add_completion=False,
)
_TAMPERED = 1


@audit_app.callback()
def audit() -> None:
    """Who did what, when; and whether somebody changed the record of it."""


@audit_app.command(name="list")
def list_command(
    *,
    database: Database = None,
    action: Annotated[
        str | None, typer.Option(help="Only entries of this action, such as erase.")
    ] = None,
    last: Annotated[
        int, typer.Option(min=1, help="How many of the newest entries; all in JSON.")
    ] = 40,
    as_json: AsJson = False,
) -> None:
    """Show the trail. No key is needed, so nothing is checked: see verify."""
    try:
        with opened(path_of(database)) as connection:
            entries = read_trail(connection)
    except DatabaseError as error:
        raise refused(error) from error
    if action is not None:
        entries = [entry for entry in entries if entry.action == action]
    if as_json:
        typer.echo(json.dumps([_as_dict(entry) for entry in entries], indent=2))
    else:
        Console().print(_table(entries[-last:], of=len(entries)))


@audit_app.command(name="verify")
def verify_command(
    *,
    database: Database = None,
    head: Annotated[
        str | None,
        typer.Option(
            help="A head that was noted elsewhere: it must lie on the trail. Only so "
            "an older copy of the whole database is noticed."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that no entry was changed, deleted, added or moved; exit code 1 if so."""
    try:
        with opened_vault(path_of(database), read_only=True) as held:
            verdict = verify(
                held.connection, held.keyring.secret, vault=held.vault, noted_head=head
            )
    except DatabaseError as error:
        raise refused(error) from error
    if as_json:
        typer.echo(json.dumps(verdict._asdict(), indent=2))
    elif verdict.reason is None:
        typer.echo(f"{verdict.entry_count} entries, none was changed.")
        typer.echo(f"Head: {verdict.head}")
    else:
        typer.secho(f"The audit trail was changed: {verdict.reason}.", err=True)
    if verdict.reason is not None:
        raise typer.Exit(_TAMPERED)


@audit_app.command(name="export")
def export_command(
    *,
    out: Annotated[Path, typer.Argument(help="A new file: .json or .csv.")],
    database: Database = None,
) -> None:
    """Write the whole trail to a file; that is an entry of its own."""
    if out.suffix not in {".json", ".csv"}:
        raise refused(DatabaseError(f"{out} must end in .json or .csv."))
    if out.exists() or not out.parent.is_dir():
        raise refused(DatabaseError(f"{out} exists, or its folder does not."))
    try:
        with opened_vault(path_of(database)) as held:
            count = len(read_trail(held.connection)) + 1
            record(
                held.connection,
                held.keyring.secret,
                action="audit export",
                subject=None,
                row_count=count,
                parameters={"format": out.suffix[1:]},
            )
            entries = read_trail(held.connection)
    except DatabaseError as error:
        raise refused(error) from error
    with out.open("x", encoding="utf-8", newline="") as file:
        if out.suffix == ".json":
            json.dump([_as_dict(entry) for entry in entries], file, indent=2)
        else:
            writer = csv.writer(file)
            writer.writerow(Entry._fields)
            writer.writerows(entries)
    Console(stderr=True).print(f"{len(entries)} entries in {out}", highlight=False)


def _as_dict(entry: Entry) -> dict[str, object]:
    at = None if entry.at is None else entry.at.isoformat(sep=" ")
    return entry._asdict() | {"at": at}


def _result(entry: Entry) -> str:
    """How it ended, for what ends; everything else is in the JSON."""
    try:
        return str(json.loads(entry.parameters).get("result", ""))
    except (AttributeError, TypeError, ValueError):  # Somebody tampered with it.
        return "?"


def _table(entries: Sequence[Entry], *, of: int) -> Table:
    table = Table(title="Audit trail (UTC)", title_justify="left")
    table.add_column("no", justify="right", no_wrap=True)
    table.add_column("when", no_wrap=True)
    table.add_column("who", overflow="fold")
    table.add_column("what", overflow="fold")
    table.add_column("rows", justify="right", no_wrap=True)
    table.add_column("result", no_wrap=True)
    for entry in entries:
        table.add_row(
            str(entry.number),
            "-" if entry.at is None else f"{entry.at:%Y-%m-%d %H:%M:%S}",
            entry.actor,
            entry.action,
            "-" if entry.row_count is None else f"{entry.row_count:,}",
            _result(entry),
        )
    if of > len(entries):
        table.caption = f"the newest of {of:,}: --last shows more"
    return table
