"""Rewriting a database file, so that its bytes hold nothing of what was deleted.

DuckDB marks what was deleted as free and writes over it some day. A copy holds only
what is there; it takes the place of the file by renaming, so a copy that fails leaves
everything as it was.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from habitue.database import attach_copy, connect
from habitue.encryption import find_encryption_key

if TYPE_CHECKING:
    from collections.abc import Mapping

_COPY = "habitue_compacted"


class CompactionError(RuntimeError):
    """A file could not be rewritten; it is as it was."""


def compact(database: Path, *, environment: Mapping[str, str] = os.environ) -> int:
    """Rewrite a database, and its vault where that has a file of its own.

    Args:
        database: The DuckDB file.
        environment: Holds the encryption key where something is encrypted.

    Returns:
        Bytes that were freed.

    Raises:
        CompactionError: If there is no room for the copy, or something else went wrong.
        DatabaseError: If the database cannot be opened.
    """
    with connect(
        database, read_only=False, with_vault=True, environment=environment
    ) as connection:
        files = connection.execute(
            "select database_name, path, encrypted from duckdb_databases() "
            "where not internal and path is not null"
        ).fetchall()
        before = sum(Path(path).stat().st_size for _, path, _ in files)
        for name, path, is_encrypted in files:
            key = find_encryption_key(environment) if is_encrypted else None
            _rewrite(connection, name, Path(path), key)
    return before - sum(Path(path).stat().st_size for _, path, _ in files)


def _rewrite(
    connection: duckdb.DuckDBPyConnection, name: str, path: Path, key: str | None
) -> None:
    copy = path.with_name(f"{path.name}.compacting")
    _remove(copy)
    try:
        connection.execute(f'checkpoint "{name}"')
        attach_copy(connection, copy, of=name, alias=_COPY, key=key)
        connection.execute(f'copy from database "{name}" to {_COPY}')
        connection.execute(f"detach {_COPY}")
        # Renamed while the old file is still open and locked: no build can have begun.
        copy.replace(path)
    except (duckdb.Error, OSError) as error:
        connection.execute(f"detach database if exists {_COPY}")
        raise CompactionError(
            f"{path} could not be rewritten ({_first_line(error)}). It is as it was, "
            "and still holds the bytes of what was deleted: free as much room as the "
            "file has, then run `habitue privacy compact`."
        ) from error
    finally:
        _remove(copy)


def _remove(copy: Path) -> None:
    copy.unlink(missing_ok=True)
    copy.with_name(f"{copy.name}.wal").unlink(missing_ok=True)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
