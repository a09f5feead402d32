"""Opening a database that was built, to read from it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class DatabaseError(ValueError):
    """There is no database, or no finished build in it."""


@contextmanager
def opened(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads the marts of the last build.

    Args:
        database: The DuckDB file that was built.

    Raises:
        DatabaseError: If there is no such file, it is being written to, or it holds no
            finished build.
    """
    if not database.is_file():
        raise DatabaseError(f"No database at {database}: run `dbt build` first.")
    try:
        connection = duckdb.connect(str(database), read_only=True)
    except duckdb.IOException as error:
        raise DatabaseError(
            f"{database} cannot be opened; is a build running? ({error})"
        ) from error
    with connection:
        try:
            yield connection
        except duckdb.CatalogException as error:
            raise DatabaseError(
                f"{database} holds no finished build: run `dbt build` first."
            ) from error
