"""Opening a database together with its vault and its keys."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from habitue.audit import seal
from habitue.database import DatabaseError, connect, holds_vault, vault_of
from habitue.encryption import VAULT_VARIABLE, vault_path
from habitue.privacy.keyring import (
    Keyring,
    open_keyring,
    read_keyring,
    set_session_keys,
)
from habitue.privacy.keys import PseudonymKeyError, find_key
from habitue.privacy.pending import PendingWorkError, require_none_pending

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class PrivacyConnection(NamedTuple):
    """A database, its vault and the keys to it.

    Attributes:
        connection: Opened for writing, in UTC, with the keys as session variables.
        vault: Qualified schema of the vault: ``vault`` or ``habitue_vault.vault``.
            The latter is a file of its own: no transaction can write to both.
        keyring: The keys.
        database: The database file.
    """

    connection: duckdb.DuckDBPyConnection
    vault: str
    keyring: Keyring
    database: Path


@contextmanager
def opened_vault(
    database: Path,
    *,
    environment: Mapping[str, str] = os.environ,
    finishing: str = "",
    read_only: bool = False,
) -> Iterator[PrivacyConnection]:
    """A database with its vault, to work on; the audit trail is sealed at the end.

    Args:
        database: The DuckDB file that was built.
        environment: Holds the keys.
        finishing: Pending work that the caller is about to finish, see `pending`.
        read_only: Change nothing; pending work does not matter then.

    Raises:
        DatabaseError: If there is no such file or no vault, a build is running, a key
            is missing or wrong, or other work is pending.
    """
    connection = connect(
        database, read_only=read_only, with_vault=True, environment=environment
    )
    with connection:
        vault = vault_of(connection)
        try:
            key = find_key(environment, allow_demo_key=True)
            if not read_only:
                require_none_pending(connection, vault=vault, but=finishing)
            keyring = read_keyring(connection, key, vault=vault)
            if keyring is None and holds_vault(connection) and not read_only:
                keyring = open_keyring(connection, key, vault=vault)
        except (PseudonymKeyError, PendingWorkError) as error:
            raise DatabaseError(str(error)) from error
        if keyring is None:
            raise DatabaseError(
                f"{database} has no vault, nor is one at "
                f"{vault_path(database, environment)}: run `dbt build`, or say in "
                f"{VAULT_VARIABLE} where its vault is."
            )
        set_session_keys(connection, keyring)
        try:
            yield PrivacyConnection(connection, vault, keyring, database)
        finally:
            if not read_only:
                with suppress(duckdb.TransactionException):
                    connection.rollback()
                seal(connection, keyring.secret, vault=vault)
