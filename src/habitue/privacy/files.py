"""Files that only their owner may read."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_OWNER_ONLY = 0o600
_OWNER_ONLY_FOLDER = 0o700


class PrivateFileError(ValueError):
    """A file cannot be written where it should be."""


def write_private(path: Path, text: str) -> Path:
    """Write a text that only the owner of the file may read, whole or not at all.

    Args:
        path: The file; its folder is made if there is none.
        text: What goes into it.

    Raises:
        PrivateFileError: If it cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=_OWNER_ONLY_FOLDER)
        unfinished.unlink(missing_ok=True)
        # The mode is there from the first byte on, not set afterwards.
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise PrivateFileError(
            f"{path} cannot be written ({error.strerror}): choose another folder with "
            "--out."
        ) from error
    return path
