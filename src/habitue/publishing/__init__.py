"""Publishing: a copy of what may be read, for those who may read it."""

from habitue.publishing.contents import CopiedTable
from habitue.publishing.errors import PublishError
from habitue.publishing.publication import Publication, Recorder, publish
from habitue.publishing.selection import Audience

__all__ = [
    "Audience",
    "CopiedTable",
    "Publication",
    "PublishError",
    "Recorder",
    "publish",
]
