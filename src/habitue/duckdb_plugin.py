"""The dbt-duckdb plugin: hands the pseudonym key to SQL as session variables.

The key never becomes text in a model, so it shows up in no compiled file, log or
catalog; models read it with ``getvariable``.
"""

from __future__ import annotations

import os
from typing import Any

import duckdb
from dbt.adapters.duckdb.environments import local
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.events.logging import AdapterLogger
from dbt_common.exceptions import DbtRuntimeError

from habitue.privacy.keys import (
    KEY_VARIABLE,
    PaddedKeys,
    PseudonymKeyError,
    find_key,
    is_demo_key,
    pad_key,
)
from habitue.privacy.quiet_errors import QuietCursor

logger = AdapterLogger("habitue")


def require_usable(path: str) -> None:
    """Open the database file once, so that a mistake is told plainly.

    Raises:
        DbtRuntimeError: If the folder does not exist, the file is no DuckDB database,
            or another process holds it.
    """
    try:
        duckdb.connect(path).close()
    except duckdb.ConnectionException:
        return  # This process has it open already, with settings of its own.
    except duckdb.IOException as error:
        raise DbtRuntimeError(f"{path} cannot be opened: {error}") from None


class Plugin(BasePlugin):
    """Sets the padded pseudonym keys on every cursor that dbt opens."""

    keys: PaddedKeys

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Find the key, or stop the build before anything is written without one."""
        # dbt-duckdb has no setting for it: every cursor is made of this class.
        local.DuckDBCursorWrapper = QuietCursor  # type: ignore[misc]
        allow_demo_key = plugin_config.get("demo_key") == "allowed"
        try:
            key = find_key(os.environ, allow_demo_key=allow_demo_key)
        except PseudonymKeyError as error:
            raise DbtRuntimeError(str(error)) from None
        if is_demo_key(key):
            logger.warning(
                f"{KEY_VARIABLE} is not set: pseudonyms use the public demo key and "
                "protect nobody. Use it for demo data only."
            )
        self.keys = pad_key(key)
        if self.creds is not None and ":" not in self.creds.path:
            require_usable(self.creds.path)

    def configure_cursor(self, cursor: Any) -> None:
        """Think in UTC, and hand over the two padded keys as variables."""
        cursor.execute("set TimeZone = 'UTC'")
        for name, value in zip(self.keys._fields, self.keys, strict=True):
            cursor.execute(f"set variable habitue_{name}_key = unhex('{value.hex()}')")
