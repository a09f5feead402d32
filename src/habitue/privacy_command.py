"""`habitue privacy`: what a person may ask for, in the terminal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from habitue.database import DatabaseError
from habitue.privacy import erasure
from habitue.privacy.connection import opened_vault
from habitue.privacy.person import AlreadyErasedError, PersonError, find_person

if TYPE_CHECKING:
    from habitue.privacy.connection import PrivacyConnection

privacy_app = typer.Typer(
    help="What is held about a person: show it, erase it, prove it.",
    no_args_is_help=True,
    add_completion=False,
)
_BAD_INPUT = 2


@privacy_app.callback()
def privacy() -> None:
    """What is held about a person: show it, erase it, prove it."""


@privacy_app.command(name="erase")
def erase_command(
    *,
    identifier: Annotated[str, typer.Argument(metavar="IDENTIFIER")] = "",
    kind: Annotated[str | None, typer.Option()] = None,
    database: Annotated[Path | None, typer.Option()] = None,
    yes: Annotated[bool, typer.Option("--yes")] = False,
    out: Annotated[Path, typer.Option()] = Path("privacy"),
    resume: Annotated[bool, typer.Option("--resume")] = False,
) -> None:
    """Erase a person."""
    path = database or Path(os.environ.get("HABITUE_DATABASE", "habitue.duckdb"))
    try:
        with opened_vault(path, finishing=erasure.WORK) as opened:
            plan = erasure.unfinished(opened)
            if plan is None:
                person = find_person(opened, identifier, kind=kind)
                plan = erasure.make_plan(opened, person)
                typer.echo(erasure.preview(opened, plan))
                erasure.begin(opened, plan)
            outcome = erasure.finish(opened, plan, certify=lambda _: None)
            typer.echo(str(outcome))
    except AlreadyErasedError as error:
        typer.echo(str(error))
    except (DatabaseError, PersonError) as error:
        typer.secho(f"Error: {error}", err=True, fg="red")
        raise typer.Exit(_BAD_INPUT) from error
