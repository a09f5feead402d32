"""`habitue privacy`: what a person may ask for, in the terminal."""

from __future__ import annotations

import typer

from habitue.rotation_command import rotate_key_command

privacy_app = typer.Typer(
    help="What is held about a person: show it, erase it, prove it.",
    no_args_is_help=True,
    add_completion=False,
)
privacy_app.command(name="rotate-key")(rotate_key_command)


@privacy_app.callback()
def privacy() -> None:
    """What is held about a person: show it, erase it, prove it."""
