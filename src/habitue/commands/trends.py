"""`habitue trends`: behaviour over time, in a picture or in a table."""

from __future__ import annotations

import json
from enum import StrEnum
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
from habitue.commands.pictures import Output, write_drawing
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


# No forecast is missing where there is one, nor where the settings ask for none.
_AS_WISHED = ("told", "not asked for")


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
    output: Output = None,
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
    count = sum(one.is_anomaly for one in points)
    write_drawing(
        drawn,
        output,
        said=f"{len(points)} {grain.value}s, {count} anomalies, "
        f"{len(found.shifts)} level shifts; {_note(found)}",
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
    console = Console()
    told = [one for one in found if _is_told(one)]
    if told:
        console.print(_table_of(told))
    console.print(*_untold(found), sep="\n", highlight=False, soft_wrap=True)


def _table_of(told: list[SeriesReport]) -> Table:
    table = Table(title="Behaviour over time", title_justify="left")
    for column in ("series", "segment"):
        table.add_column(column, overflow="fold")
    for column in ("shifts", "anomalies"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("forecast", overflow="fold")
    for column in ("MASE", "naive"):
        table.add_column(column, justify="right", no_wrap=True)
    for one in told:
        table.add_row(
            f"{one.metric.replace('_', ' ')} by {one.grain}",
            one.segment_name,
            str(one.change_count or ""),
            str(one.anomaly_count or ""),
            (one.method or "").replace("_", " "),
            _figure(one.mase),
            _figure(one.naive_mase),
        )
    return table


def _is_told(one: SeriesReport) -> bool:
    return one.method is not None or one.statuses["anomalies"].startswith("told")


def _untold(found: list[SeriesReport]) -> list[str]:
    """What is missing and why, a line for all segments that miss it alike."""
    missing: dict[str, list[str]] = {}
    for one in found:
        fitted, forecast = one.statuses["anomalies"], one.statuses["forecast"]
        series = f"{one.metric.replace('_', ' ')} by {one.grain}"
        if not fitted.startswith("told"):
            missing.setdefault(f"{series}: {fitted}", []).append(one.segment_name)
        if not forecast.startswith(_AS_WISHED) and forecast != fitted:
            said = f"{series}, forecast: {forecast}"
            missing.setdefault(said, []).append(one.segment_name)
    return [f"{said} ({', '.join(names)})" for said, names in missing.items()]


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
