"""The dbt-duckdb plugin: keys, encrypted files, and what the audit trail says of us.

Keys never become text in a model or a statement, so they show up in no compiled file,
log, catalog or error; models read them with ``getvariable``. Whatever is wrong with a
key or a file stops the build here, before anything is written.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.environments import local
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.events.logging import AdapterLogger
from dbt_common.exceptions import DbtRuntimeError

from habitue.audit import current_actor, seal
from habitue.code_version import code_version
from habitue.database import vault_of
from habitue.encryption import (
    MAIN_DATABASE,
    VAULT_DATABASE,
    EncryptionError,
    attach_encrypted,
    find_encryption_key,
    vault_path,
)
from habitue.privacy.keyring import Keyring, open_keyring, set_session_keys
from habitue.privacy.keys import (
    KEY_VARIABLE,
    PseudonymKeyError,
    find_key,
    is_demo_key,
)
from habitue.privacy.pending import PendingWorkError, require_none_pending
from habitue.privacy.quiet_errors import QuietCursor
from habitue.privacy.vault_place import VaultPlaceError, require_vault_in_place

logger = AdapterLogger("habitue")
_ENCRYPTIONS = ("nothing", "vault", "database")


class Plugin(BasePlugin):
    """Opens the vault and hands its keys to every cursor that dbt opens.

    Settings in the profile:
        demo_key: ``allowed`` lets the public demo key stand in for a missing one.
        encrypt: ``vault`` puts the vault into an encrypted file of its own,
            ``database`` encrypts the whole database; ``nothing`` otherwise.
    """

    keyring: Keyring

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Find the keys, or stop the build before anything is written without them."""
        # dbt-duckdb has no setting for it: every cursor is made of this class.
        local.DuckDBCursorWrapper = QuietCursor  # type: ignore[misc]
        _leave_project_to_itself()
        self.encrypted = str(plugin_config.get("encrypt", "nothing"))
        if self.encrypted not in _ENCRYPTIONS:
            raise DbtRuntimeError(
                f"encrypt must be one of {', '.join(_ENCRYPTIONS)}; "
                f"the profile says {self.encrypted}."
            )
        try:
            self.key = find_key(
                os.environ, allow_demo_key=plugin_config.get("demo_key") == "allowed"
            )
            if self.encrypted != "nothing":
                self.encryption_key = find_encryption_key(os.environ)
        except (PseudonymKeyError, EncryptionError) as error:
            raise DbtRuntimeError(str(error)) from None
        if is_demo_key(self.key):
            logger.warning(
                f"{KEY_VARIABLE} is not set: pseudonyms use the public demo key and "
                "protect nobody. Use it for demo data only."
            )
        if self.creds is not None and ":" not in self.creds.path:
            _require_usable(self.creds.path, self.creds.config_options or {})

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Attach what is encrypted, and open the vault with its key."""
        path = self._path()
        try:
            if self.encrypted == "database":
                attach_encrypted(
                    conn, path, alias=MAIN_DATABASE, key=self.encryption_key
                )
                conn.execute(f"use {MAIN_DATABASE}")
                conn.execute("set temp_directory = ?", [f"{path}.tmp"])
                self._make_default_everywhere()
            vault = vault_path(path, os.environ) if self.encrypted == "vault" else None
            require_vault_in_place(conn, vault)
            if vault is not None:
                attach_encrypted(
                    conn, vault, alias=VAULT_DATABASE, key=self.encryption_key
                )
            schema = vault_of(conn)
            require_none_pending(conn, vault=schema)
            self.keyring = open_keyring(conn, self.key, vault=schema)
        except (
            EncryptionError,
            PendingWorkError,
            PseudonymKeyError,
            VaultPlaceError,
        ) as error:
            conn.close()
            raise DbtRuntimeError(str(error)) from None
        seal(conn, self.keyring.secret, vault=schema)

    def configure_cursor(self, cursor: Any) -> None:
        """Think in UTC, and hand over the keys, who we are, and which code this is."""
        cursor.execute("set TimeZone = 'UTC'")
        set_session_keys(cursor, self.keyring)
        cursor.execute("set variable habitue_actor = ?", [current_actor()])
        cursor.execute("set variable habitue_code_version = ?", [code_version()])

    def _make_default_everywhere(self) -> None:
        """Python models work on cursors that no plugin sees; settings reach them."""
        settings = self.creds.settings if self.creds else None
        if settings is not None:
            settings["search_path"] = MAIN_DATABASE

    def _path(self) -> Path:
        """The database file: attached where it is encrypted, else dbt's own."""
        for attached in (self.creds.attach or []) if self.creds else []:
            if attached.alias == MAIN_DATABASE and self.encrypted == "database":
                return Path(attached.path)
        if self.encrypted == "database":
            raise DbtRuntimeError(
                "encrypt: database takes `path: ':memory:'`, `database: "
                f"{MAIN_DATABASE}` and the file under `attach` in the profile, with "
                f"the alias {MAIN_DATABASE}."
            )
        return Path(self.creds.path if self.creds else ":memory:")


def _leave_project_to_itself() -> None:
    """Keep the garbage collector from looking through dbt's project again and again.

    The project is read by now and stays until the end; each full collection took a
    quarter of a second of it. What an earlier run in this process left is collected.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _require_usable(path: str, options: dict[str, Any]) -> None:
    """Open the database file once, so that a mistake is told plainly.

    Args:
        path: The file; a new one is made here, so it is made as dbt would.
        options: What dbt opens it with (`config_options` of the profile).

    Raises:
        DbtRuntimeError: If the folder does not exist, the file is no DuckDB database or
            an encrypted one, or another process holds it.
    """
    try:
        duckdb.connect(path, config=options).close()
    except duckdb.ConnectionException:
        return  # This process has it open already, with settings of its own.
    except duckdb.CatalogException:
        raise DbtRuntimeError(
            f"{path} is encrypted: use the target encrypted_all, or another database."
        ) from None
    except duckdb.IOException as error:
        raise DbtRuntimeError(f"{path} cannot be opened: {error}") from None
