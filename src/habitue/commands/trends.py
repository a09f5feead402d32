"""`habitue trends`: behaviour over time, in a picture or in a table."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from habitue.behaviour import (
    ALL_CUSTOMERS,
    BehaviourError,
    read_picture,
    read_reports,
)
from habitue.commands.options import AsJson, Database, path_of, refused
from habitue.database import DatabaseError
from habitue.drawing import draw_trend

if TYPE_CHECKING:
    from habitue.behaviour import SeriesPicture, SeriesReport

trends_app = typer.Typer(
    help="Behaviour over time: trends, level shifts, anomalies, forecasts.",
    no_args_is_help=True,
    add_completion=False,
)


class Grain(StrEnum):
    """What a point of a series is."""

    day = "day"
    week = "week"


@trends_app.callback()
def trends() -> None:
    """Behaviour over time: trends, level shifts, anomalies, forecasts."""


@trends_app.command(name="plot")
def plot_command(
    *,
    metric: Annotated[str, typer.Option(help="As in behaviour_series.")],
    segment: Annotated[
        str, typer.Option(help="Name of a segment; default everybody.")
    ] = ALL_CUSTOMERS,
    grain: Annotated[Grain, typer.Option(help="By day or by week.")] = Grain.day,
    last: Annotated[
        int | None,
        typer.Option(min=2, help="Only so many days or weeks of the past."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="An SVG file to write; default the standard output."),
    ] = None,
    database: Database = None,
) -> None:
    """Draw a series: trend, expected range, anomalies, level shifts, forecast."""
    try:
        found = read_picture(
            path_of(database), metric=metric, grain=grain.value, segment=segment
        )
    except (DatabaseError, BehaviourError) as error:
        raise refused(error) from error
    points = found.points[-last:] if last else found.points
    name = metric.replace("_", " ").capitalize()
    drawn = draw_trend(
        points,
        shifts=[one for one in found.shifts if one.day >= points[0].day],
        forecast=found.forecast,
        title=f"{name} by {grain.value}: {found.segment_name}",
        note=_note(found),
        is_share=metric == "conversion",
    )
    if output is None:
        typer.echo(drawn, nl=False)
        return
    try:
        output.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise refused(error) from error
    count = sum(one.is_anomaly for one in points)
    typer.echo(
        f"{output}: {len(points)} {grain.value}s, {count} anomalies, "
        f"{len(found.shifts)} level shifts; {_note(found)}"
    )


@trends_app.command(name="report")
def report_command(
    *,
    metric: Annotated[str | None, typer.Option(help="Only this metric.")] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Tell of every series what was found, and where nothing could be, why not."""
    try:
        found = read_reports(path_of(database))
    except DatabaseError as error:
        raise refused(error) from error
    known = sorted({one.metric for one in found})
    if metric is not None and metric not in known:
        raise refused(
            BehaviourError(f"there is no metric {metric!r}; there are: {known}")
        )
    found = [one for one in found if metric in {None, one.metric}]
    if as_json:
        typer.echo(json.dumps([one._asdict() for one in found], indent=2))
        return
    Console().print(_table_of(found))


def _table_of(found: list[SeriesReport]) -> Table:
    table = Table(title="Behaviour over time", title_justify="left")
    for column in ("grain", "metric", "segment"):
        table.add_column(column)
    for column in ("shifts", "anomalies", "forecast", "MASE", "naive"):
        table.add_column(column, justify="right")
    table.add_column("status")
    for one in found:
        fitted, forecast = one.statuses["anomalies"], one.statuses["forecast"]
        said = [fitted] if not fitted.startswith("told") else []
        if forecast not in {"told", fitted}:
            said.append(f"forecast: {forecast}")
        table.add_row(
            one.grain,
            one.metric,
            one.segment_name,
            str(one.change_count or ""),
            str(one.anomaly_count or ""),
            one.method or "",
            _figure(one.mase),
            _figure(one.naive_mase),
            "; ".join(said),
        )
    return table


def _note(found: SeriesPicture) -> str:
    """How good it is, or why it is not there."""
    if found.method is None:
        return f"No forecast: {found.forecast_status}"
    return (
        f"Forecast by {found.method.replace('_', ' ')}: error {_figure(found.mase)} on "
        f"held-out days, seasonal naive {_figure(found.naive_mase)} (MASE)"
    )


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
