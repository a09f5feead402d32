"""`habitue privacy rotate-key`: a new pseudonym key, in the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn
from rich.progress import Progress as ProgressBar

from habitue.commands.options import AsJson, Database, path_of, refused
from habitue.database import DatabaseError
from habitue.privacy.keys import KEY_VARIABLE
from habitue.privacy.rotation import (
    Progress,
    RotationError,
    RotationReport,
    cancel_rotation,
    rotate_key,
)


def rotate_key_command(
    *,
    database: Database = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            help="Write old and new ids to this new file (.csv or .parquet), to bring "
            "copies elsewhere along. It is as sensitive as the vault: delete it soon."
        ),
    ] = None,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Give up a rotation that was killed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Replace the pseudonym key: every pseudonym is made again, nobody is lost.

    The new key is read from HABITUE_NEW_PSEUDONYM_KEY. A rotation that was killed is
    finished by running the command again.
    """
    path = path_of(database)
    console = Console(stderr=True)
    try:
        if cancel:
            was_pending = cancel_rotation(path)
            console.print(
                "The rotation was given up." if was_pending else "None was begun."
            )
            return
        report = _with_progress(path, mapping, console)
    except (DatabaseError, RotationError) as error:
        raise refused(error) from error
    if as_json:
        typer.echo(json.dumps(report._asdict(), indent=2))
        return
    if report.was_done:
        typer.echo("The rotation was done already.")
    else:
        typer.echo(
            f"{report.identifier_count:,} pseudonyms made again, "
            f"{report.row_count:,} rows of {report.table_count} tables copied, "
            f"{report.seconds:,.1f} s"
        )
    typer.echo(f"From now on set {KEY_VARIABLE} to the new key.")


def _with_progress(
    path: Path, mapping: Path | None, console: Console
) -> RotationReport:
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn())
    with ProgressBar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("opening", total=None)

        def show(progress: Progress) -> None:
            bar.update(
                task,
                description=progress.step,
                completed=progress.done,
                total=progress.total,
            )

        return rotate_key(path, mapping=mapping, progress=show)
