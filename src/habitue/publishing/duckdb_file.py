"""A copy as a DuckDB file, put in the place of the one before in a single step."""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import duckdb

from habitue.publishing.contents import (
    CopiedTable,
    Copy,
    contents_query,
    contents_table,
    require_equal,
)
from habitue.publishing.errors import DestinationError, PublishError, one_line
from habitue.publishing.quoting import identifier, literal
from habitue.publishing.selection import CONTENTS, CONTENTS_COMMENT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from habitue.publishing.contents import Progress
    from habitue.publishing.selection import ReleasedTable, Selection

_ALIAS = "habitue_copy"


def require_replaceable(path: Path, *, database: Path, force: bool) -> None:
    """Make sure that a copy may be written here.

    Args:
        path: The file to write.
        database: The database that is published.
        force: Whether a file that was not published by us may be replaced.

    Raises:
        DestinationError: If the folder is missing, or the file is something that must
            not be replaced.
    """
    if not path.parent.is_dir():
        raise DestinationError(f"There is no folder {path.parent}: create it first.")
    if not path.exists():
        return
    if path.samefile(database):
        raise DestinationError(f"{path} is the database itself: publish elsewhere.")
    if not path.is_file():
        raise DestinationError(f"{path} is no file: give the name of a DuckDB file.")
    if _write_ahead_log(path).exists():
        raise DestinationError(
            f"Somebody writes to {path} ({_write_ahead_log(path).name} lies beside "
            "it), which would be lost: a copy is to be read only."
        )
    if not force and not _is_published(path):
        raise DestinationError(
            f"{path} was not written by `habitue publish`: choose another name, or "
            "replace it with --force."
        )


def write_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    selection: Selection,
    *,
    published_at: datetime,
    progress: Progress,
) -> Copy:
    """Write a copy beside the file, check it, and rename it over the file.

    Whoever has the old file open keeps reading it. When anything goes wrong, the old
    file stands and the new one is removed.

    Args:
        connection: Reads the database that is published.
        path: The file to write.
        selection: What to copy.
        published_at: What the copy says of when it was made, UTC.
        progress: Is told how far it is.

    Raises:
        PublishError: If the copy could not be written, or is not what it should be.
    """
    with _draft(path) as draft:
        with _attached(connection, draft):
            tables = _fill(connection, selection, progress)
            _write_contents(connection, selection, tables, published_at)
        with _attached(connection, draft, options="read_only"):
            _check(connection, selection)
        return Copy(tables, dropped=[], byte_count=draft.stat().st_size)


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """A file beside the path that takes its place if all goes well, else is removed."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.publishing")
    try:
        _remove_stale_drafts(path)
        yield draft
        if path.exists():
            shutil.copymode(path, draft)
        _synchronise(draft)
        draft.replace(path)
        _synchronise(path.parent)
    except (duckdb.Error, OSError) as error:
        raise PublishError(
            f"{path} could not be written, what was there stands: {one_line(error)}"
        ) from error
    finally:
        for left_over in (draft, _write_ahead_log(draft)):
            left_over.unlink(missing_ok=True)


@contextmanager
def _attached(
    connection: duckdb.DuckDBPyConnection, path: Path, options: str = "read_write"
) -> Iterator[None]:
    connection.execute(f"attach {literal(str(path))} as {_ALIAS} ({options})")
    try:
        yield
    except BaseException:
        # A copy that could not be written may not let go either; it is removed anyway.
        with suppress(duckdb.Error):
            connection.execute(f"detach {_ALIAS}")
        raise
    connection.execute(f"detach {_ALIAS}")


def _fill(
    connection: duckdb.DuckDBPyConnection, selection: Selection, progress: Progress
) -> list[CopiedTable]:
    copied: list[CopiedTable] = []
    done = 0
    for table in selection.tables:
        progress(done=done, total=selection.row_count, name=table.full_name)
        started = time.perf_counter()
        _create(connection, table, f"select * from {table.sql_name}")  # noqa: S608
        seconds = time.perf_counter() - started
        done += table.row_count
        copied.append(
            CopiedTable(
                table.schema_name,
                table.table_name,
                table.audience,
                table.row_count,
                seconds,
            )
        )
    progress(done=done, total=selection.row_count, name="")
    return copied


def _create(
    connection: duckdb.DuckDBPyConnection, table: ReleasedTable, query: str
) -> None:
    schema = identifier(_ALIAS, table.schema_name)
    target = identifier(_ALIAS, table.schema_name, table.table_name)
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(f"create table {target} as {query}")
    if table.comment:
        connection.execute(f"comment on table {target} is {literal(table.comment)}")
    for column in table.columns:
        if column.comment:
            connection.execute(
                f"comment on column {target}.{identifier(column.name)} "
                f"is {literal(column.comment)}"
            )


def _write_contents(
    connection: duckdb.DuckDBPyConnection,
    selection: Selection,
    tables: list[CopiedTable],
    published_at: datetime,
) -> None:
    query = contents_query(
        tables, built_at=selection.released_at, published_at=published_at
    )
    _create(connection, contents_table(len(tables)), query)


def _check(connection: duckdb.DuckDBPyConnection, selection: Selection) -> None:
    """Read back from the file what should be in it, and that nothing else is."""
    found = {
        f"{schema_name}.{table_name}"
        for schema_name, table_name in connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_catalog = ?",
            [_ALIAS],
        ).fetchall()
    }
    expected = {table.full_name for table in selection.tables} | {".".join(CONTENTS)}
    if found != expected:
        raise PublishError(f"The copy holds what it should not: {found ^ expected}.")
    for table in selection.tables:
        name = identifier(_ALIAS, table.schema_name, table.table_name)
        counted = connection.execute(f"select count(*) from {name}")  # noqa: S608
        require_equal(table, counted.fetchall()[0][0])


def _is_published(path: Path) -> bool:
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            told = connection.execute(
                "select comment from duckdb_tables() "
                "where schema_name = ? and table_name = ?",
                CONTENTS,
            ).fetchall()
    except duckdb.Error:
        return False
    return told == [(CONTENTS_COMMENT,)]


def _remove_stale_drafts(path: Path) -> None:
    """Remove what publishes that were killed left behind."""
    pattern = re.compile(rf"\.{re.escape(path.name)}\.(?P<pid>\d+)\.publishing(\.wal)?")
    for sibling in path.parent.iterdir():
        named = pattern.fullmatch(sibling.name)
        if named and not _is_running(int(named["pid"])):
            sibling.unlink(missing_ok=True)


def _is_running(process_id: int) -> bool:
    if process_id == os.getpid():
        return False  # In a container every run may have the same id.
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _write_ahead_log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _synchronise(path: Path) -> None:
    """Have the disk hold what was written, before anything relies on it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
