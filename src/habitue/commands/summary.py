"""`habitue summary`: the last build in the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

from habitue.commands.options import AsJson, Database, path_of, refused
from habitue.database import DatabaseError
from habitue.summary import read_summary

if TYPE_CHECKING:
    from habitue.summary import Summary

_HIDDEN = "hidden"


def summary_command(
    *,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Sum up the last build: segments, and where the rows went."""
    path = path_of(database)
    try:
        found = read_summary(path)
    except DatabaseError as error:
        raise refused(error) from error
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
            _HIDDEN if line.customer_count is None else f"{line.customer_count:,}",
            "-" if line.customer_share is None else f"{line.customer_share:.1%}",
            _typical(line.recency_days, " d"),
            _typical(line.order_count),
            _typical(line.revenue),
        )
    table.caption = "recency, orders, revenue: medians"
    if any(line.customer_count is None for line in found.segments):
        table.caption += (
            f"\n{_HIDDEN}: too few customers to tell, or a number that would give "
            "them away"
        )
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
