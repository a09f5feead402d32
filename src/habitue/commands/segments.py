"""`habitue segments`: the segments of a model, in pictures."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from habitue.commands.options import Database, path_of, refused
from habitue.database import DatabaseError
from habitue.map_drawing import draw_map
from habitue.segment_map import MapError, read_map

segments_app = typer.Typer(
    help="The segments of a model, in pictures.",
    no_args_is_help=True,
    add_completion=False,
)


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
