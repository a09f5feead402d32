"""`habitue publish`: a copy for readers, in the terminal."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from habitue.audit import record
from habitue.commands.options import AsJson, Database, path_of, refused
from habitue.database import DatabaseError
from habitue.privacy.connection import opened_vault
from habitue.publishing import Audience, PublishError, publish

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from habitue.publishing import Publication
    from habitue.publishing.contents import Progress as Told
    from habitue.publishing.publication import Recorder

_MEGABYTE = 1_000_000


def publish_command(
    *,
    to: Annotated[
        str,
        typer.Option(
            help="A DuckDB file, or postgres://user@host:port/database; the password "
            "comes from PGPASSWORD or a passfile."
        ),
    ],
    audience: Annotated[
        Audience | None,
        typer.Option(
            help="The widest audience to publish for; default reader for a file, "
            "analyst for a server, where grants tell them apart."
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="A table to publish, and no others; may be repeated."),
    ] = None,
    schema_prefix: Annotated[
        str, typer.Option(help="Stands before the names of the schemas on a server.")
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that was not published.")
    ] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Publish a copy of the marts, whole or not at all; never the vault."""
    path = path_of(database)
    try:
        with _progress() as progress:
            published = publish(
                path,
                to=to,
                record=_recorded_in(path),
                progress=progress,
                audience=audience,
                only=only or (),
                schema_prefix=schema_prefix,
                force=force,
            )
    except (DatabaseError, PublishError) as error:
        raise refused(error) from error
    if as_json:
        typer.echo(json.dumps(_as_dict(published), indent=2, default=str))
        return
    _print(Console(), published)


def _recorded_in(database: Path) -> Recorder:
    """Puts what is published on the audit trail of its source."""

    def recorder(*, action: str, rows: int, parameters: Mapping[str, object]) -> None:
        with opened_vault(database) as opened:
            record(
                opened.connection,
                opened.keyring.secret,
                action=action,
                subject=None,
                row_count=rows,
                parameters=parameters,
            )

    return recorder


@contextmanager
def _progress() -> Iterator[Told]:
    console = Console(stderr=True)
    with Progress(
        "Publishing", BarColumn(), TextColumn("{task.fields[name]}"),
        TimeElapsedColumn(), console=console, transient=True,
        disable=not console.is_terminal,
    ) as bar:  # fmt: skip
        task = bar.add_task("publish", total=None, name="")

        def tell(*, done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, name=name)

        yield tell


def _as_dict(published: Publication) -> dict[str, object]:
    return published._asdict() | {
        "row_count": published.row_count,
        "tables": [table._asdict() for table in published.tables],
    }


def _print(console: Console, published: Publication) -> None:
    table = Table(
        title=f"Published for {published.audience}s from the build of "
        f"{published.built_at:%Y-%m-%d %H:%M} UTC",
        title_justify="left",
    )
    table.add_column("table", style="bold", overflow="fold")
    table.add_column("for", no_wrap=True)
    for name in ("rows", "seconds"):
        table.add_column(name, justify="right", no_wrap=True)
    for copied in published.tables:
        table.add_row(
            f"{copied.schema_name}.{copied.table_name}",
            copied.audience,
            f"{copied.row_count:,}",
            f"{copied.seconds:.2f}",
        )
    console.print(table)
    if published.dropped:
        console.print(f"No longer published: {', '.join(published.dropped)}")
    console.print(
        f"{len(published.tables)} tables, {published.row_count:,} rows, "
        f"{published.byte_count / _MEGABYTE:,.1f} MB in {published.seconds:.1f} s: "
        f"{published.destination}",
        highlight=False, markup=False, soft_wrap=True,
    )  # fmt: skip
