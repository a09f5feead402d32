"""What commands that draw have in common: where to, and which maps there are."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from habitue.commands.options import refused

Output = Annotated[
    Path | None,
    typer.Option(help="An SVG file to write; default the standard output."),
]


class MapMethod(StrEnum):
    """How customers are laid out on a map."""

    pca = "pca"
    t_sne = "t_sne"
    umap = "umap"


MAP_NAMES = {MapMethod.pca: "PCA", MapMethod.t_sne: "t-SNE", MapMethod.umap: "UMAP"}
MAP_NOTES = {
    MapMethod.pca: "Two principal components: distances are true, groups may overlap.",
    MapMethod.t_sne: "Neighbours are alike; distances between groups mean nothing.",
    MapMethod.umap: "Neighbours are alike; distances between groups mean little.",
}


def is_saved(drawn: str, output: Path | None) -> bool:
    """Write to a file, or without one to the standard output; whether it is a file.

    Raises:
        typer.Exit: If the file cannot be written.
    """
    if output is None:
        typer.echo(drawn, nl=False)
        return False
    try:
        output.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise refused(error) from error
    return True


def write_drawing(drawn: str, output: Path | None, *, said: str) -> None:
    """Write a picture to a file and say what is on it, or to the standard output.

    Raises:
        typer.Exit: If the file cannot be written.
    """
    if is_saved(drawn, output):
        typer.echo(f"{output}: {said}")
