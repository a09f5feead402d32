"""`habitue experiment`: what experiments there are, and what came of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from habitue.commands.experiment_size import size_command
from habitue.commands.options import AsJson, Database, path_of, refused
from habitue.commands.pictures import is_saved
from habitue.database import DatabaseError
from habitue.drawing import draw_experiment
from habitue.drawing.experiment_page import (
    SIGNS,
    facts_of,
    figure,
    interval_of,
    is_read,
)
from habitue.drawing.intervals import scale_of, text_interval
from habitue.experiment_marts import (
    ALL_CUSTOMERS,
    ExperimentError,
    read_experiments,
    read_report,
)

if TYPE_CHECKING:
    from habitue.experiment_marts import Experiment, Report, Result

experiment_app = typer.Typer(
    help="A/B tests: what there is, and what came of it.",
    no_args_is_help=True,
    add_completion=False,
)
# In a file there is no terminal whose width is to be kept to.
_FILE_WIDTH = 120
_PLACES = 17
_COLOURS = {"blocked": "bold red", "warning": "yellow", "ok": "green", "unknown": "dim"}
_KINDS = {"better": "green", "worse": "red", "plain": ""}
experiment_app.command(name="size")(size_command)


@experiment_app.callback()
def experiment() -> None:
    """A/B tests: what there is, and what came of it."""


@experiment_app.command(name="list")
def list_command(*, database: Database = None, as_json: AsJson = False) -> None:
    """List the experiments of the settings, the newest first."""
    try:
        found = read_experiments(path_of(database))
    except (DatabaseError, ExperimentError) as error:
        raise refused(error) from error
    if as_json:
        typer.echo(json.dumps([one._asdict() for one in found], indent=2, default=str))
        return
    table = Table(title="Experiments", title_justify="left")
    table.add_column("name", style="bold", overflow="fold")
    for column in ("status", "from", "to"):
        table.add_column(column, no_wrap=True)
    table.add_column("compared", justify="right", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    for one in found:
        table.add_row(
            escape(one.experiment_id),
            one.status,
            str(one.start_date),
            str(one.end_date),
            f"{one.analysed_customer_count or 0:,}",
            "[bold red]blocked, as its report says[/]"
            if one.is_blocked
            else escape(one.verdict or ""),
        )
    Console().print(table)


@experiment_app.command(name="report")
def report_command(
    name: Annotated[str, typer.Argument(help="As in the var `experiments`.")],
    *,
    html: Annotated[
        Path | None, typer.Option(help="An HTML file to write, for a browser.")
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Tell of one experiment: its health, its effects, by segment, look by look."""
    try:
        found = read_report(path_of(database), name)
    except (DatabaseError, ExperimentError) as error:
        raise refused(error) from error
    if html is not None and is_saved(draw_experiment(found), html):
        typer.echo(f"{html}: {found.experiment.verdict}", err=as_json)
    if as_json:
        typer.echo(json.dumps(_as_dict(found), indent=2, default=str))
    elif html is None:
        _print(found)


def _as_dict(found: Report) -> dict[str, object]:
    return {
        "experiment": found.experiment._asdict(),
        "checks": [one._asdict() for one in found.checks],
        "results": [one._asdict() for one in found.results],
        "looks": [one._asdict() for one in found.looks],
    }


def _verdict(one: Experiment) -> str:
    told = escape(one.verdict or "")
    return f"[bold red]{told}[/]" if one.is_blocked else told


def _print(found: Report) -> None:
    console = Console()
    if not console.is_terminal:
        console.width = _FILE_WIDTH
    one = found.experiment
    console.print(
        f"[bold]{escape(one.experiment_id)}[/]: {one.status}, {one.start_date} to "
        f"{one.end_date}",
        highlight=False,
    )
    for name, said in facts_of(one):
        console.print(f"  {name}: {escape(said)}", style="dim", highlight=False)
    console.print(_verdict(one), highlight=False)
    console.print()
    console.print(_health(found))
    if not found.results:
        console.print("There is nothing to compare yet.")
        return
    for arm in found.arms:
        told = [
            one
            for one in found.results
            if one.arm == arm and one.segment_name is None and is_read(one)
        ]
        title = f"{arm} beside {found.experiment.control_arm}: effects"
        console.print(_effects(title, told, by="metric"))
        metric = found.experiment.primary_metric
        segments = found.decisive(metric, arm, by_segment=True)
        if len(segments) > 1:
            console.print(_segments(found, metric, arm, segments))
    console.print("Every method, metric and segment: --html FILE, or --json.")


def _health(found: Report) -> Table:
    table = Table(title="Health", title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in found.checks:
        table.add_row(
            f"[{_COLOURS[one.status]}]{SIGNS[one.status]} "
            f"{one.check_name.replace('_', ' ')}[/]",
            escape(one.message),
        )
    return table


def _effects(title: str, told: list[Result], *, by: str) -> Table:
    table = Table(title=escape(title), title_justify="left")
    table.add_column(by, overflow="fold")
    table.add_column("method", no_wrap=True)
    for column in ("value", "control"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("effect, 95 %", overflow="fold")
    table.add_column("p, corrected", justify="right")
    intervals = [interval_of(one, label="") for one in told]
    scale = scale_of(intervals)
    for one, interval in zip(told, intervals, strict=True):
        name = one.metric if by == "metric" else one.segment_name or ALL_CUSTOMERS
        mark = " (guardrail)" if by == "metric" and one.role == "guardrail" else ""
        drawn = text_interval(interval, scale=scale, width=_PLACES)
        colour = _KINDS[interval.kind]
        table.add_row(
            escape(name.replace("_", " ") + mark),
            one.method,
            figure(one.value),
            figure(one.control_value),
            f"[{colour}]{drawn}[/]" if colour else drawn,
            escape(interval.figures),
            "" if one.corrected_p_value is None else f"{one.corrected_p_value:.2g}",
        )
    return table


def _segments(found: Report, metric: str, arm: str, segments: list[Result]) -> Table:
    whole = found.decisive(metric, arm, by_segment=False)
    title = f"{metric.replace('_', ' ')} of {arm} by segment"
    table = _effects(title, [*whole, *segments], by="segment")
    p_value = found.interaction(metric, arm)
    if p_value is not None:
        table.caption = f"that segments differ in the effect: p = {p_value:.2g}"
    return table
