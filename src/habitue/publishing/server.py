"""One transaction on a PostgreSQL server, through DuckDB's packaged extension."""

from __future__ import annotations

import importlib.util
import re
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from habitue.publishing.errors import DestinationError, PublishError, one_line
from habitue.publishing.quoting import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from habitue.publishing.destination import PostgresDestination
    from habitue.publishing.roles import ServerTable

_EXTENSION = "duckdb_extension_postgres_scanner"
_ALIAS = "habitue_server"


class Server:
    """One transaction on a PostgreSQL server, attached to a connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def run(self, statements: Iterable[str]) -> None:
        """Run statements, all in one round trip."""
        sql = ";\n".join(statements)
        if sql:
            self._connection.execute(
                f"call postgres_execute('{_ALIAS}', {literal(sql)})"
            )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._connection.execute(
            f"from postgres_query('{_ALIAS}', {literal(sql)})"
        ).fetchall()

    def insert(self, target: ServerTable, query: str) -> int:
        """Copy the rows of a DuckDB query into a table; how many there were."""
        name = identifier(_ALIAS, target.schema_name, target.table_name)
        inserted = self._connection.execute(f"insert into {name} {query}").fetchall()
        return int(inserted[0][0])


@contextmanager
def transaction(
    connection: duckdb.DuckDBPyConnection, destination: PostgresDestination
) -> Iterator[Server]:
    """A transaction on the server, committed at the end unless something failed.

    Raises:
        DestinationError: If the extension is not installed, or the server cannot be
            reached or refuses the user.
        PublishError: If the server, or DuckDB, refused something; all is rolled back.
    """
    _load_extension(connection)
    try:
        connection.execute(
            f"attach {literal(destination.connection_string)} as {_ALIAS} "
            "(type postgres, read_write)"
        )
    except duckdb.Error as error:
        # The message begins with the settings; the reason comes after them.
        reason = one_line(error).partition('": ')[2] or one_line(error)
        raise DestinationError(
            f"{destination.label} cannot be reached: {reason}"
        ) from None
    try:
        connection.execute("begin")
        yield Server(connection)
        connection.execute("commit")
    except BaseException as error:
        with suppress(duckdb.Error):
            connection.execute("rollback")
        if isinstance(error, duckdb.Error):
            raise PublishError(
                f"{destination.label} stands as it was: {_server_reason(error)}"
            ) from error
        raise
    finally:
        with suppress(duckdb.Error):
            connection.execute(f"detach {_ALIAS}")


def require_reachable(
    connection: duckdb.DuckDBPyConnection, destination: PostgresDestination
) -> None:
    """Connect once, and do nothing.

    Raises:
        DestinationError: If that is not possible.
    """
    with transaction(connection, destination) as server:
        server.rows("select 1")


def _load_extension(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute(f"load {literal(str(_extension_file()))}")
        connection.execute("set pg_null_byte_replacement = '\ufffd'")
    except (duckdb.Error, StopIteration) as error:
        raise DestinationError(
            "Publishing to PostgreSQL needs an extra, of the same version as DuckDB "
            f"({duckdb.__version__}): pip install 'habitue[postgres]'"
        ) from error


def _extension_file() -> Path:
    found = importlib.util.find_spec(_EXTENSION)
    folders = found.submodule_search_locations if found else None
    return next(
        path
        for folder in folders or ()
        for path in Path(folder).rglob("*.duckdb_extension")
    )


def _server_reason(error: duckdb.Error) -> str:
    """The server's own words, without the statement that they were about."""
    said = re.search(r"ERROR:\s+(.*?)(?:\n(?!DETAIL)|$)", str(error), re.DOTALL)
    return " ".join(said[1].split()) if said else one_line(error)
