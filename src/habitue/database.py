"""Opening a database that was built: plain, with its vault apart, or encrypted."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from habitue.encryption import (
    MAIN_DATABASE,
    VAULT_DATABASE,
    VAULT_VARIABLE,
    EncryptionError,
    attach_encrypted,
    find_encryption_key,
    vault_path,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class DatabaseError(ValueError):
    """There is no database, or no finished build in it."""


@contextmanager
def opened(
    database: Path,
    *,
    with_vault: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads the marts of the last build.

    Args:
        database: The DuckDB file that was built.
        with_vault: Whether the vault is read as well, where it has a file of its own.
        environment: Holds HABITUE_ENCRYPTION_KEY where something is encrypted.

    Raises:
        DatabaseError: If there is no such file, it is being written to, its key is
            missing or wrong, or it holds no finished build.
    """
    with connect(
        database, read_only=True, with_vault=with_vault, environment=environment
    ) as connection:
        try:
            yield connection
        except duckdb.CatalogException as error:
            raise DatabaseError(
                f"{database} holds no finished build: run `dbt build` first."
            ) from error


def connect(
    database: Path,
    *,
    read_only: bool,
    with_vault: bool,
    environment: Mapping[str, str],
) -> duckdb.DuckDBPyConnection:
    """Open a database file, and its vault where that has a file of its own.

    Raises:
        DatabaseError: If there is no such file, another process has it, or the
            encryption key is missing or wrong.
    """
    if not database.is_file():
        raise DatabaseError(f"No database at {database}: run `dbt build` first.")
    try:
        connection = _connect_main(database, environment, read_only=read_only)
        if with_vault and not holds_vault(connection):
            _attach_vault(
                connection,
                vault_path(database, environment),
                environment,
                read_only=read_only,
            )
    except duckdb.IOException as error:
        raise DatabaseError(
            f"{database} cannot be opened; is a build running? ({error})"
        ) from error
    except EncryptionError as error:
        raise DatabaseError(str(error)) from error
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")  # Commands show their own.
    return connection


def _attach_vault(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    environment: Mapping[str, str],
    *,
    read_only: bool,
) -> None:
    if path.is_file():
        attach_encrypted(
            connection,
            path,
            alias=VAULT_DATABASE,
            key=find_encryption_key(environment),
            read_only=read_only,
        )
    elif holds_pseudonyms(connection):
        raise DatabaseError(
            f"The vault of this database is missing: there is no file {path}. Say in "
            f"{VAULT_VARIABLE} where it is."
        )


def vault_of(connection: duckdb.DuckDBPyConnection) -> str:
    """The qualified schema of the vault that a connection sees."""
    apart = connection.execute(
        "select 1 from duckdb_databases() where database_name = ?", [VAULT_DATABASE]
    ).fetchall()
    return f"{VAULT_DATABASE}.vault" if apart else "vault"


def holds_vault(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the database holds its vault itself."""
    return has_table(connection, "identifiers", schema="vault")


def attach_copy(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    of: str,
    alias: str,
    key: str | None,
) -> None:
    """Attach a new file that a database is copied into, in the format of that database.

    Args:
        connection: It has the database attached, and may write.
        path: The new file.
        of: Name of the database.
        alias: Name of the copy.
        key: Encryption key of both; None if they are not encrypted.
    """
    [[told]] = connection.execute(
        "select tags['storage_version'] from duckdb_databases() "
        "where database_name = ?",
        [of],
    ).fetchall()
    version = told.removesuffix("+")
    if key is None:
        quoted = str(path).replace("'", "''")
        connection.execute(
            f"attach '{quoted}' as {alias} (storage_version '{version}')"
        )
    else:
        attach_encrypted(
            connection, path, alias=alias, key=key, storage_version=version
        )


def holds_pseudonyms(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether rows were read into it: then there is a vault somewhere."""
    return has_table(connection, "int_events__delivered", schema="intermediate")


def has_table(connection: duckdb.DuckDBPyConnection, name: str, *, schema: str) -> bool:
    """Whether there is a table of this name.

    Args:
        connection: Any connection that sees it.
        name: Name of the table.
        schema: Its schema, with the database before it if that is not the main one.
    """
    *database, schema = schema.split(".")
    found = connection.execute(
        "select 1 from duckdb_tables() where schema_name = ? and table_name = ? "
        "and database_name = coalesce(?, current_database())",
        [schema, name, database[0] if database else None],
    ).fetchall()
    return bool(found)


def _connect_main(
    database: Path, environment: Mapping[str, str], *, read_only: bool
) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(database), read_only=read_only)
    except duckdb.CatalogException:  # It is encrypted, so it takes a key.
        connection = duckdb.connect()
        attach_encrypted(
            connection,
            database,
            alias=MAIN_DATABASE,
            key=find_encryption_key(environment),
            read_only=read_only,
        )
        connection.execute(f"use {MAIN_DATABASE}")
        connection.execute("set temp_directory = ?", [f"{database}.tmp"])
        return connection
