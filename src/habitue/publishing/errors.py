"""What can be wrong with publishing, each with a message that says what to do."""

from __future__ import annotations


class PublishError(ValueError):
    """Nothing was published; whatever copy was there before stands as it was."""


class SelectionError(PublishError):
    """What was asked for is not among what the last build released."""


class DestinationError(PublishError):
    """The copy cannot be written where it was asked for."""


class RoleError(PublishError):
    """The server's roles do not keep, or cannot be made to keep, what was decided."""


def one_line(error: Exception) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split())
