"""The command line: generate data, sum up a build, explain who is who."""

from __future__ import annotations

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from habitue.audit_command import audit_app
from habitue.database import DatabaseError
from habitue.generation import GenerationError, generate
from habitue.identity_command import identity_app
from habitue.privacy_command import privacy_app
from habitue.summary import Summary, read_summary

app = typer.Typer(
    help="Behavioural customer segmentation that lives in the warehouse.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(identity_app, name="identity")
app.add_typer(privacy_app, name="privacy")
app.add_typer(audit_app, name="audit")
_BAD_INPUT = 2


class FileFormat(StrEnum):
    """How generated tables are written."""

    csv = "csv"
    parquet = "parquet"


@app.callback()
def main() -> None:
    """Behavioural customer segmentation that lives in the warehouse."""


@app.command(name="generate")
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
            raise _refused(error) from error
    console.print(
        f"{report.event_count:,} events and "
        f"{sum(report.row_counts.values()) - report.event_count:,} other rows in "
        f"{report.raw_folder}, the truth in {report.truth_folder}",
        highlight=False,
    )


@app.command()
def summary(
    *,
    database: Annotated[
        Path | None,
        typer.Option(help="DuckDB file; default HABITUE_DATABASE or habitue.duckdb."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Sum up the last build: segments, and where the rows went."""
    path = database or Path(os.environ.get("HABITUE_DATABASE", "habitue.duckdb"))
    try:
        found = read_summary(path)
    except DatabaseError as error:
        raise _refused(error) from error
    if as_json:
        typer.echo(json.dumps(_as_dict(found), indent=2))
        return
    console = Console()
    if found.segments:
        _print_segments(console, found)
    else:
        console.print("No customers: no row could be used, or none is before as_of.")
    console.print(_ledger_table(found))
    console.print(f"Database: {found.database}", highlight=False, soft_wrap=True)


def _print_segments(console: Console, found: Summary) -> None:
    console.print(_segment_table(found))
    if found.reason:
        console.print(f"Number of segments {found.reason}", style="dim")
    console.print("\nMost telling (segment vs all customers)", style="italic")
    for line in found.segments:
        console.print(f"[bold]{line.name}[/]: {'; '.join(line.telling_features)}")
    console.print()


def _refused(error: Exception) -> typer.Exit:
    typer.secho(f"Error: {error}", err=True, fg="red")
    return typer.Exit(_BAD_INPUT)


def _as_dict(found: Summary) -> dict[str, object]:
    return found._asdict() | {
        "database": str(found.database),
        "segments": [line._asdict() for line in found.segments],
        "sources": [line._asdict() for line in found.sources],
    }


def _segment_table(found: Summary) -> Table:
    table = Table(
        title=(
            f"{len(found.segments)} segments of {found.customer_count:,} customers "
            f"({found.identified_count:,} identified) as of {found.as_of_date}"
        ),
        title_justify="left",
    )
    table.add_column("segment", style="bold", overflow="fold")
    for name in ("customers", "share", "recency", "orders", "revenue"):
        table.add_column(name, justify="right", no_wrap=True)
    for line in found.segments:
        table.add_row(
            line.name,
            f"{line.customer_count:,}",
            f"{line.customer_share or 0:.1%}",
            _typical(line.recency_days, " d"),
            _typical(line.order_count),
            _typical(line.revenue),
        )
    table.caption = "recency, orders, revenue: medians"
    return table


def _typical(value: float | None, unit: str = "") -> str:
    return "-" if value is None else f"{value:,.0f}{unit}"


def _ledger_table(found: Summary) -> Table:
    table = Table(title="Rows in, and where each went", title_justify="left")
    table.add_column("rows", style="bold", no_wrap=True)
    for line in found.sources:
        table.add_column(line.source, justify="right", overflow="fold")
    totals = (f"{line.raw_row_count:,}" for line in found.sources)
    table.add_row("in", *totals, end_section=True)
    for name in dict.fromkeys(name for line in found.sources for name in line.buckets):
        counts = (f"{line.buckets.get(name, 0):,}" for line in found.sources)
        table.add_row(name.replace("_", " "), *counts)
    return table
