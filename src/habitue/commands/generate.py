"""`habitue generate`: raw tables of a shop, and the truth about them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from habitue.commands.options import refused
from habitue.generation import GenerationError, generate


class FileFormat(StrEnum):
    """How generated tables are written."""

    csv = "csv"
    parquet = "parquet"


def generate_command(
    *,
    customers: Annotated[int, typer.Option(help="Number of customers.")],
    days: Annotated[int, typer.Option(help="Number of days.")],
    out: Annotated[Path, typer.Option(help="Folder to write raw/ and truth/ into.")],
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    file_format: Annotated[
        FileFormat, typer.Option("--format", help="File format.")
    ] = FileFormat.parquet,
    intensity: Annotated[
        float, typer.Option(help="How busy customers are; 1 is usual.")
    ] = 1.0,
) -> None:
    """Generate raw tables of a shop, and apart from them the planted truth."""
    console = Console(stderr=True)
    with Progress(
        "Generating", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console,
    ) as progress:  # fmt: skip
        task = progress.add_task("generate", total=None)
        try:
            report = generate(
                customers=customers,
                days=days,
                seed=seed,
                out=out,
                file_format=file_format.value,
                intensity=intensity,
                progress=lambda done, total: progress.update(
                    task, completed=done, total=total
                ),
            )
        except GenerationError as error:
            raise refused(error) from error
    console.print(
        f"{report.event_count:,} events and "
        f"{sum(report.row_counts.values()) - report.event_count:,} other rows in "
        f"{report.raw_folder}, the truth in {report.truth_folder}",
        highlight=False,
    )
