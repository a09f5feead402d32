"""Encrypted DuckDB files: their key, and attaching them.

The key is bound to the statement, never part of it, so it is in no log. Writing needs
the cryptography of the packaged httpfs extension; DuckDB's own, which calls itself
insecure, is never switched on.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Mapping

ENCRYPTION_KEY_VARIABLE = "HABITUE_ENCRYPTION_KEY"
VAULT_VARIABLE = "HABITUE_VAULT"
VAULT_DATABASE = "habitue_vault"
MAIN_DATABASE = "habitue"
MINIMUM_KEY_LENGTH = 32


class EncryptionError(ValueError):
    """An encrypted file cannot be opened, or not be written to."""


def find_encryption_key(environment: Mapping[str, str]) -> str:
    """The encryption key of this environment.

    Raises:
        EncryptionError: If there is none, or it has fewer than 32 characters.
    """
    key = environment.get(ENCRYPTION_KEY_VARIABLE, "")
    if not key:
        raise EncryptionError(
            f"{ENCRYPTION_KEY_VARIABLE} is not set: set it to the key of the encrypted "
            f"file, at least {MINIMUM_KEY_LENGTH} characters (for a new one, for "
            "example, the output of `openssl rand -hex 32`), and keep it safe: without "
            "it nothing in the file can be read again."
        )
    if len(key) < MINIMUM_KEY_LENGTH:
        raise EncryptionError(
            f"{ENCRYPTION_KEY_VARIABLE} has {len(key)} characters; at least "
            f"{MINIMUM_KEY_LENGTH} are needed."
        )
    return key


def vault_path(database: Path, environment: Mapping[str, str]) -> Path:
    """Where the vault of a database lies when it has a file of its own."""
    given = environment.get(VAULT_VARIABLE, "")
    return Path(given) if given else database.with_name(f"{database.stem}_vault.duckdb")


def load_cryptography(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the extension that can write encrypted files, from its package.

    Raises:
        EncryptionError: If the package is not installed.
    """
    found = importlib.util.find_spec("duckdb_extension_httpfs")
    folders = (found.submodule_search_locations or []) if found else []
    paths = [
        path
        for folder in folders
        for path in Path(folder).glob(f"**/v{duckdb.__version__}/*.duckdb_extension")
    ]
    if not paths:
        raise EncryptionError(
            "Writing encrypted files needs the extra `encryption`: "
            "pip install 'habitue[encryption]'."
        )
    quoted = str(paths[0]).replace("'", "''")
    connection.execute(f"load '{quoted}'")


def attach_encrypted(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    alias: str,
    key: str,
    read_only: bool = False,
    storage_version: str | None = None,
) -> None:
    """Attach an encrypted file; a new one is made unless it is read only.

    What DuckDB spills to disk meanwhile is encrypted as well.

    Args:
        connection: It gets the extension if it is going to write.
        path: The file.
        alias: Its name in SQL.
        key: Its encryption key.
        read_only: Reading takes no extension.
        storage_version: Format of a new file, as in ``v1.5.0``; else the connection's.

    Raises:
        EncryptionError: If the key is wrong, the file is not encrypted, another
            process holds it, or the extension is missing.
    """
    connection.execute("set temp_file_encryption = true")
    if not read_only:
        load_cryptography(connection)
    quoted = str(path).replace("'", "''")
    options = "encryption_key ?"
    if read_only:
        options += ", read_only"
    if storage_version:
        options += f", storage_version '{storage_version}'"
    try:
        connection.execute(
            f"attach if not exists '{quoted}' as {alias} ({options})", [key]
        )
    except duckdb.InvalidInputException as error:
        raise EncryptionError(
            f"{ENCRYPTION_KEY_VARIABLE} is not the key of {path}. Without its key the "
            "file cannot be read by anybody: restore the key from where it is kept, or "
            "build a new database from the raw data."
        ) from error
    except duckdb.CatalogException as error:
        raise EncryptionError(
            f"{path} is not encrypted: it cannot be used by a target that encrypts. "
            "Build a new database, or use the target that made it."
        ) from error
    except duckdb.IOException as error:
        raise EncryptionError(f"{path} cannot be opened: {error}") from error
