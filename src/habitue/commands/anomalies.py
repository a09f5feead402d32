"""`habitue anomalies`: who is unlike the others, in words and as a picture."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from habitue.anomalies.errors import AnomalyError
from habitue.anomalies.told import USUAL, read_anomalies, read_anomaly_map
from habitue.commands.options import AsJson, Database, path_of, refused
from habitue.commands.pictures import (
    MAP_NAMES,
    MAP_NOTES,
    MapMethod,
    Output,
    write_drawing,
)
from habitue.database import DatabaseError
from habitue.drawing import draw_map

if TYPE_CHECKING:
    from habitue.anomalies.told import Anomalies, Level

anomalies_app = typer.Typer(
    help="Who is unlike the other customers, and why.",
    no_args_is_help=True,
    add_completion=False,
)
_USUAL_GROUP = 0


@anomalies_app.callback()
def anomalies() -> None:
    """Who is unlike the other customers, and why."""


@anomalies_app.command(name="list")
def list_command(
    *,
    kind: Annotated[
        str | None, typer.Option(help="Only what may be of this kind.")
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(min=1, help="The highest scores, anomalies or not."),
    ] = None,
    as_json: AsJson = False,
    database: Database = None,
) -> None:
    """Tell who is an anomaly, what it may be, and which features say so.

    Customers are told by their pseudonyms. How many anomalies there are is estimated by
    each method; its interval knows chance, not how wrong the method is.
    """
    try:
        found = read_anomalies(path_of(database), kind=kind, top=top)
    except (DatabaseError, AnomalyError) as error:
        raise refused(error) from error
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "customers": [one._asdict() for one in found.customers],
                    "levels": [one._asdict() for one in found.levels],
                }
            )
        )
        return
    _show(found)


@anomalies_app.command(name="map")
def map_command(
    *,
    output: Output = None,
    method: Annotated[MapMethod, typer.Option(help="Which map.")] = MapMethod.t_sne,
    database: Database = None,
) -> None:
    """Draw the anomalies among other customers, coloured by kind."""
    try:
        points = read_anomaly_map(path_of(database), method=method.value)
    except (DatabaseError, AnomalyError) as error:
        raise refused(error) from error
    count = sum(point.segment_id != _USUAL_GROUP for point in points)
    drawn = draw_map(
        points,
        title=f"{count:,} anomalies among {len(points):,} customers by "
        f"{MAP_NAMES[method]}",
        note=MAP_NOTES[method],
        muted={_USUAL_GROUP},
    )
    write_drawing(drawn, output, said=f"{len(points):,} customers, {count:,} anomalies")


def _show(found: Anomalies) -> None:
    for level in found.levels:
        typer.echo(_told(level))
    if not found.customers:
        typer.echo(f"Nobody: everyone is {USUAL}. --top 10 tells the highest scores.")
        return
    for one in found.customers:
        said = one.agreement if one.is_anomaly else USUAL
        typer.echo(
            f"\n{one.score:.3f}  {one.kind or 'not judged'} ({said})  {one.customer_id}"
        )
        for reason in one.reasons:
            typer.echo(f"       {reason}")


def _told(level: Level) -> str:
    if level.contamination is None or level.low is None or level.high is None:
        return f"{level.method}: {level.status}."
    return (
        f"{level.method}: {level.flagged_count:,} of {level.scored_count:,} customers; "
        f"estimated share {level.contamination:.2%} "
        f"({level.low:.2%} to {level.high:.2%})."
    )
