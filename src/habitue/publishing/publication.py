"""One publish from end to end: look up, put on record, copy."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from habitue.database import opened
from habitue.publishing.destination import (
    FileDestination,
    PostgresDestination,
    parse_destination,
)
from habitue.publishing.duckdb_file import require_replaceable, write_file
from habitue.publishing.errors import PublishError
from habitue.publishing.postgres import write_postgres
from habitue.publishing.selection import Audience, read_selection, released_at
from habitue.publishing.server import require_reachable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    import duckdb

    from habitue.publishing.contents import CopiedTable, Copy, Progress
    from habitue.publishing.selection import Selection


class Recorder(Protocol):
    """Puts an access on record; raises when it cannot."""

    def __call__(
        self, *, action: str, rows: int, parameters: Mapping[str, object]
    ) -> None:
        """What was done, with how many rows, to which destination and how."""
        ...


class Publication(NamedTuple):
    """What was published.

    Attributes:
        destination: Where, without user and options.
        audience: The widest audience that it is for.
        built_at: Start of the build that it comes from, UTC.
        published_at: When, UTC.
        tables: In the order they were written.
        dropped: Tables of the copy before that are published no more.
        byte_count: Size of the copy.
        seconds: How long it took in all.
    """

    destination: str
    audience: Audience
    built_at: datetime
    published_at: datetime
    tables: list[CopiedTable]
    dropped: list[str]
    byte_count: int
    seconds: float

    @property
    def row_count(self) -> int:
        """Rows of all tables."""
        return sum(table.row_count for table in self.tables)


def publish(
    database: Path,
    *,
    to: str,
    record: Recorder,
    progress: Progress,
    audience: Audience | None = None,
    only: Collection[str] = (),
    schema_prefix: str = "",
    force: bool = False,
) -> Publication:
    """Copy what the last build released, all of it or nothing.

    It is put on record before anything leaves the database, so that no copy exists
    without an entry; a copy that then fails has a second entry that says so.

    Args:
        database: The DuckDB file that was built.
        to: A file, or a `postgres://` URL.
        record: Puts it on record, while the database is not open here.
        progress: Is told how far it is.
        audience: The widest audience to publish for; by default readers for a file,
            and for a server, which tells them apart by grants, analysts.
        only: Names of tables, with or without schema, to publish no others.
        schema_prefix: Stands before the names of the schemas on a server.
        force: Whether a file that was not published by us may be replaced.

    Raises:
        DatabaseError: If there is no finished build to read.
        PublishError: If it is not possible; the copy before stands as it was.
    """
    started = time.perf_counter()
    destination = parse_destination(to, schema_prefix=schema_prefix)
    is_file = isinstance(destination, FileDestination)
    audience = audience or (Audience.reader if is_file else Audience.analyst)
    with opened(database) as connection:
        selection = read_selection(connection, audience=audience, only=only)
        if isinstance(destination, FileDestination):
            require_replaceable(destination.path, database=database, force=force)
        else:
            require_reachable(connection, destination)
    published_at = datetime.now(tz=UTC).replace(tzinfo=None)
    with (
        _on_record(record, destination.label, selection),
        opened(database) as connection,
    ):
        if released_at(connection) != selection.released_at:
            raise PublishError("A build ended meanwhile: publish again.")
        copy = _write(connection, destination, selection, published_at, progress)
    return Publication(
        destination=destination.label,
        audience=audience,
        built_at=selection.released_at,
        published_at=published_at,
        **copy._asdict(),
        seconds=time.perf_counter() - started,
    )


@contextmanager
def _on_record(
    record: Recorder, destination: str, selection: Selection
) -> Iterator[None]:
    parameters: dict[str, object] = {
        "destination": destination,
        "audience": selection.audience.value,
        "built_at": selection.released_at.isoformat(),
        "tables": {table.full_name: table.row_count for table in selection.tables},
    }
    record(
        action="publish",
        rows=selection.row_count,
        parameters=parameters,
    )
    try:
        yield
    except BaseException as error:
        reason = {"reason": type(error).__name__}
        record(
            action="publish_failed",
            rows=0,
            parameters=parameters | reason,
        )
        raise


def _write(
    connection: duckdb.DuckDBPyConnection,
    destination: FileDestination | PostgresDestination,
    selection: Selection,
    published_at: datetime,
    progress: Progress,
) -> Copy:
    if isinstance(destination, FileDestination):
        return write_file(
            connection,
            destination.path,
            selection,
            published_at=published_at,
            progress=progress,
        )
    return write_postgres(
        connection,
        destination,
        selection,
        published_at=published_at,
        progress=progress,
    )
