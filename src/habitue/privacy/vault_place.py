"""Whether the vault of a database lies where the target looks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from habitue.database import has_table, holds_pseudonyms, holds_vault
from habitue.encryption import VAULT_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


class VaultPlaceError(RuntimeError):
    """The vault is missing, or lies elsewhere."""


def require_vault_in_place(
    connection: duckdb.DuckDBPyConnection, apart: Path | None
) -> None:
    """Stop rather than start a second vault for a database that has one.

    Args:
        connection: Sees the main database.
        apart: The file of the vault, None where it lies in the main database.

    Raises:
        VaultPlaceError: If the vault is missing, or lies on the other side.
    """
    holds = holds_vault(connection) or has_table(connection, "keyring", schema="vault")
    if apart is not None and holds:
        raise VaultPlaceError(
            "This database holds its vault itself, unencrypted: use the target that "
            "made it, or build a new database with this one from the raw data."
        )
    if not holds_pseudonyms(connection):
        return
    if apart is not None and not apart.is_file():
        raise VaultPlaceError(
            f"The vault of this database is missing: there is no file {apart}. Put it "
            f"back, or say in {VAULT_VARIABLE} where it is. Without it no identifier "
            "can be told from its pseudonym; if it is lost, build a new database from "
            "the raw data."
        )
    if apart is None and not holds_vault(connection):
        raise VaultPlaceError(
            "The vault of this database is missing: it was built with its vault in a "
            "file of its own. Use the target that made it (HABITUE_TARGET=encrypted)."
        )
