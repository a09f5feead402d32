"""The command line: data, a summary of a build, pictures, who is who, copies."""

from __future__ import annotations

import typer

from habitue.commands.anomalies import anomalies_app
from habitue.commands.audit import audit_app
from habitue.commands.experiments import experiment_app
from habitue.commands.generate import generate_command
from habitue.commands.identity import identity_app
from habitue.commands.journeys import journeys_app
from habitue.commands.privacy import privacy_app
from habitue.commands.publish import publish_command
from habitue.commands.segments import segments_app
from habitue.commands.summary import summary_command
from habitue.commands.trends import trends_app

app = typer.Typer(
    help="Behavioural customer segmentation that lives in the warehouse.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command(name="generate")(generate_command)
app.command(name="summary")(summary_command)
app.add_typer(segments_app, name="segments")
app.add_typer(journeys_app, name="journeys")
app.add_typer(trends_app, name="trends")
app.add_typer(anomalies_app, name="anomalies")
app.add_typer(experiment_app, name="experiment")
app.add_typer(identity_app, name="identity")
app.add_typer(privacy_app, name="privacy")
app.add_typer(audit_app, name="audit")
app.command(name="publish")(publish_command)


@app.callback()
def main() -> None:
    """Behavioural customer segmentation that lives in the warehouse."""
