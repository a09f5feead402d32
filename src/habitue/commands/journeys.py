"""`habitue journeys`: how states follow one another, drawn and for other tools."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from habitue.commands.options import AsJson, Database, path_of, refused
from habitue.commands.pictures import is_saved
from habitue.database import DatabaseError
from habitue.drawing import as_html, draw_sankey, draw_transition_graph
from habitue.journey_marts import (
    Audience,
    JourneysError,
    read_flows,
    read_transitions,
)

journeys_app = typer.Typer(
    help="How states follow one another, drawn and for other tools.",
    no_args_is_help=True,
    add_completion=False,
)


class Level(StrEnum):
    """What a step of a journey is."""

    step = "step"
    channel = "channel"


class ExportFormat(StrEnum):
    """What other tools, and people, read."""

    graphml = "graphml"
    gexf = "gexf"
    json = "json"
    sankey = "sankey"
    graph = "graph"


LevelOption = Annotated[
    Level, typer.Option(help="step: what was done; channel: how visits came.")
]
Segment = Annotated[
    str | None,
    typer.Option(help="Name or id of a segment; default all customers."),
]
Month = Annotated[
    str | None,
    typer.Option(help="Journeys that began in a month, as in 2026-03; default all."),
]
Picture = Annotated[
    Path | None,
    typer.Option(
        help="A file to write, HTML if its name ends in .html, else SVG; default SVG "
        "on the standard output."
    ),
]
_HTML = {".html", ".htm"}


@journeys_app.callback()
def journeys() -> None:
    """How states follow one another, drawn and for other tools."""


@journeys_app.command(name="export")
def export_command(
    *,
    form: Annotated[
        ExportFormat, typer.Option("--format", help="What is written.")
    ] = ExportFormat.graphml,
    level: LevelOption = Level.step,
    segment: Segment = None,
    month: Month = None,
    output: Annotated[
        Path | None,
        typer.Option(help="A file to write; default the standard output."),
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write the transitions as a graph, with counts and probabilities.

    GraphML is for yEd, Cytoscape, igraph and Gephi, GEXF for Gephi, and JSON (nodes and
    links) for D3; NetworkX reads all three. sankey and graph are the pictures of the
    commands of these names.
    """
    if form is ExportFormat.graph:
        graph_command(
            level=level,
            segment=segment,
            month=month,
            output=output,
            database=database,
            as_json=as_json,
        )
        return
    if form is ExportFormat.sankey:
        if month is not None:
            raise refused(JourneysError("flows are of all months: leave out --month"))
        sankey_command(
            level=level,
            segment=segment,
            output=output,
            database=database,
            as_json=as_json,
        )
        return
    # The package loads what fits chains; other commands need not wait for it.
    from habitue.journeys import graph_text, journey_graph  # noqa: PLC0415

    try:
        audience, transitions = read_transitions(
            path_of(database), Audience(level.value, segment, month)
        )
    except (DatabaseError, JourneysError) as error:
        raise refused(error) from error
    graph = journey_graph(transitions, name=f"{audience.words}: {audience.level}")
    _write(
        graph_text(graph, form=form.value),
        output,
        told={
            "level": audience.level,
            "segment": audience.segment,
            "month": audience.month,
            "states": graph.number_of_nodes(),
            "transitions": graph.number_of_edges(),
        },
        as_json=as_json,
    )


@journeys_app.command(name="sankey")
def sankey_command(
    *,
    level: LevelOption = Level.step,
    segment: Segment = None,
    steps: Annotated[
        int, typer.Option(min=1, help="Steps that are drawn, at most.")
    ] = 6,
    output: Picture = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Draw how journeys go on from step to step, and where they end."""
    try:
        audience, flows = read_flows(path_of(database), Audience(level.value, segment))
    except (DatabaseError, JourneysError) as error:
        raise refused(error) from error
    title = f"{_TITLES[level]}, step by step"
    drawn = draw_sankey(flows, steps=steps, title=title, subtitle=audience.words)
    _write(
        as_html(drawn, title=title) if _is_page(output) else drawn,
        output,
        told={
            "level": audience.level,
            "segment": audience.segment,
            "journeys": sum(one.journey_count for one in flows if not one.step_number),
            "steps": min(steps, max(one.step_number for one in flows)),
        },
        as_json=as_json,
    )


@journeys_app.command(name="graph")
def graph_command(
    *,
    level: LevelOption = Level.step,
    segment: Segment = None,
    month: Month = None,
    states: Annotated[
        int,
        typer.Option(min=1, help="States that are drawn, at most; the rest is one."),
    ] = 12,
    arrows: Annotated[
        int, typer.Option(min=1, help="Arrows that are drawn, about.")
    ] = 36,
    output: Picture = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Draw which state follows which, how often."""
    try:
        audience, transitions = read_transitions(
            path_of(database), Audience(level.value, segment, month)
        )
    except (DatabaseError, JourneysError) as error:
        raise refused(error) from error
    title = f"{_TITLES[level]}: what follows on what"
    drawn = draw_transition_graph(
        transitions, states=states, arrows=arrows, title=title, subtitle=audience.words
    )
    _write(
        as_html(drawn, title=title) if _is_page(output) else drawn,
        output,
        told={
            "level": audience.level,
            "segment": audience.segment,
            "month": audience.month,
            "states": len({state for one in transitions for state in one[:2]}),
            "transitions": len(transitions),
        },
        as_json=as_json,
    )


_TITLES = {Level.step: "Journeys", Level.channel: "Visits by channel"}


def _is_page(output: Path | None) -> bool:
    return output is not None and output.suffix.lower() in _HTML


def _write(
    drawn: str,
    output: Path | None,
    *,
    told: dict[str, str | int | None],
    as_json: bool,
) -> None:
    if not is_saved(drawn, output):
        return
    if as_json:
        typer.echo(json.dumps({"output": str(output)} | told))
        return
    words = [
        f"{value:,} {name}" if isinstance(value, int) else value
        for name, value in told.items()
        if value is not None and name != "level"
    ]
    typer.echo(f"{output}: {', '.join(words)}")
