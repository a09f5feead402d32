"""`habitue segments`: the segments of a model, in pictures."""

from __future__ import annotations

from typing import Annotated

import typer

from habitue.commands.options import Database, path_of, refused
from habitue.commands.pictures import (
    MAP_NAMES,
    MAP_NOTES,
    MapMethod,
    Output,
    write_drawing,
)
from habitue.database import DatabaseError
from habitue.drawing import cut_into, draw_dendrogram, draw_map
from habitue.segments import SegmentsError, read_dendrogram, read_map

segments_app = typer.Typer(
    help="The segments of a model, in pictures.",
    no_args_is_help=True,
    add_completion=False,
)
_LEAST_LEAVES = 2


@segments_app.callback()
def segments() -> None:
    """The segments of a model, in pictures."""


@segments_app.command(name="dendrogram")
def dendrogram_command(
    *,
    output: Output = None,
    leaves: Annotated[
        int,
        typer.Option(min=_LEAST_LEAVES, help="Groups that are drawn, at most."),
    ] = 30,
    version: Annotated[
        int | None, typer.Option(help="A model version; default the newest.")
    ] = None,
    database: Database = None,
) -> None:
    """Draw which customers are merged with which, at what cost, and where it is cut.

    Groups too small to tell carry no number, nor do those that would give them away.
    """
    try:
        found = read_dendrogram(path_of(database), version=version)
    except (DatabaseError, SegmentsError) as error:
        raise refused(error) from error
    drawn = draw_dendrogram(
        found.nodes,
        segment_count=found.segment_count,
        leaves=leaves,
        title=f"Hierarchy of the customers of model version {found.model_version}",
    )
    count = len(cut_into(found.nodes, max(leaves, found.segment_count)))
    write_drawing(
        drawn,
        output,
        said=f"model version {found.model_version}, {count} groups, "
        f"{found.segment_count} segments",
    )


@segments_app.command(name="map")
def map_command(
    *,
    output: Output = None,
    method: Annotated[MapMethod, typer.Option(help="Which map.")] = MapMethod.t_sne,
    database: Database = None,
) -> None:
    """Draw the customers of the sample on a plane, coloured by segment."""
    try:
        points = read_map(path_of(database), method=method.value)
    except (DatabaseError, SegmentsError) as error:
        raise refused(error) from error
    drawn = draw_map(
        points,
        title=f"Segments of {len(points):,} customers by {MAP_NAMES[method]}",
        note=MAP_NOTES[method],
    )
    write_drawing(drawn, output, said=f"{len(points):,} customers")
