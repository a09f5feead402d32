"""Options that every command has, and how a command refuses."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

BAD_INPUT = 2
Database = Annotated[
    Path | None,
    typer.Option(help="DuckDB file; default HABITUE_DATABASE or habitue.duckdb."),
]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]


def path_of(database: Path | None) -> Path:
    """The database that was given, else that of the environment."""
    return database or Path(os.environ.get("HABITUE_DATABASE", "habitue.duckdb"))


def refused(error: Exception) -> typer.Exit:
    """Say in one line what cannot be done; raise what this returns."""
    typer.secho(f"Error: {error}", err=True, fg="red")
    return typer.Exit(BAD_INPUT)
