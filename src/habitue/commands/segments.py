"""`habitue segments`: the segments of a model, in pictures."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from habitue.commands.options import Database, path_of, refused
from habitue.database import DatabaseError
from habitue.dendrogram_drawing import cut_into, draw_dendrogram
from habitue.map_drawing import draw_map
from habitue.segment_map import MapError, read_map
from habitue.segments import SegmentsError, read_dendrogram

segments_app = typer.Typer(
    help="The segments of a model, in pictures.",
    no_args_is_help=True,
    add_completion=False,
)
_LEAST_LEAVES = 2


class MapMethod(StrEnum):
    """How customers are laid out on the map."""

    pca = "pca"
    t_sne = "t_sne"
    umap = "umap"


_NAMES = {MapMethod.pca: "PCA", MapMethod.t_sne: "t-SNE", MapMethod.umap: "UMAP"}
_NOTES = {
    MapMethod.pca: "Two principal components: distances are true, groups may overlap.",
    MapMethod.t_sne: "Neighbours are alike; distances between groups mean nothing.",
    MapMethod.umap: "Neighbours are alike; distances between groups mean little.",
}


@segments_app.callback()
def segments() -> None:
    """The segments of a model, in pictures."""


@segments_app.command(name="dendrogram")
def dendrogram_command(
    *,
    output: Annotated[
        Path | None,
        typer.Option(help="An SVG file to write; default the standard output."),
    ] = None,
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
    if output is None:
        typer.echo(drawn, nl=False)
        return
    try:
        output.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise refused(error) from error
    count = len(cut_into(found.nodes, max(leaves, found.segment_count)))
    typer.echo(
        f"Model version {found.model_version}, {count} groups, "
        f"{found.segment_count} segments: {output}"
    )


@segments_app.command(name="map")
def map_command(
    *,
    output: Annotated[
        Path | None,
        typer.Option(help="An SVG file to write; default the standard output."),
    ] = None,
    method: Annotated[MapMethod, typer.Option(help="Which map.")] = MapMethod.t_sne,
    database: Database = None,
) -> None:
    """Draw the customers of the sample on a plane, coloured by segment."""
    try:
        points = read_map(path_of(database), method=method.value)
    except (DatabaseError, MapError) as error:
        raise refused(error) from error
    drawn = draw_map(
        points,
        title=f"Segments of {len(points):,} customers by {_NAMES[method]}",
        note=_NOTES[method],
    )
    if output is None:
        typer.echo(drawn, nl=False)
        return
    try:
        output.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise refused(error) from error
    typer.echo(f"{output}: {len(points):,} customers")
