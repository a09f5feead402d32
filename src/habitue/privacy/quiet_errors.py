"""Errors of the engine without the values that they quote.

DuckDB prints what it could not convert, or the whole line of a CSV file. dbt logs that,
so one broken line would carry somebody's data into logs that are kept and shipped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import duckdb
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

if TYPE_CHECKING:
    from collections.abc import Callable

# These speak of SQL, files and memory. All others may speak of rows.
_HARMLESS = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ConnectionException,
    duckdb.DependencyException,
    duckdb.InterruptException,
    duckdb.IOException,
    duckdb.NotImplementedException,
    duckdb.OutOfMemoryException,
    duckdb.ParserException,
    duckdb.PermissionException,
    duckdb.SyntaxException,
    duckdb.TransactionException,
)
# What may be said of the others: where it happened, never what stood there.
_FACTS = re.compile(
    r"CSV Error on Line: \d+"
    r"|Expected Number of Columns: \d+ Found: \d+"
    r"|not utf-8 encoded"
    r"|(?:No magic bytes found at end of|Footer length error in) file '[^'\n]+'"
    r"|File '[^'\n]+' too small to be a Parquet file"
    r'|Malformed JSON in file "[^"\n]+", at byte \d+ in line \d+'
    r"|^  file = .+$",
    re.MULTILINE,
)


def without_values(error: duckdb.Error) -> str:
    """What an error says, without anything that may be quoted from the data."""
    message = str(error)
    if isinstance(error, _HARMLESS):
        return message
    facts = "; ".join(found.group().strip() for found in _FACTS.finditer(message))
    return (
        f"{type(error).__name__}{f' ({facts})' if facts else ''}: the rest of the "
        "message is withheld, since it may quote personal data. Run the compiled SQL "
        "by hand to see it."
    )


class QuietCursor(DuckDBCursorWrapper):
    """The cursor of dbt-duckdb, whose errors quote no data."""

    def execute(self, sql: str, bindings: Any = None) -> QuietCursor:
        """Run a statement; its rows are fetched from the cursor."""
        self._quietly(super().execute, sql, bindings)
        return self

    def __getattr__(self, name: str) -> Any:
        """Everything else is the engine's; rows may fail while they are fetched."""
        found = getattr(self._cursor, name)
        if name.startswith("fetch"):
            return lambda *arguments: self._quietly(found, *arguments)
        return found

    def _quietly(self, call: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return call(*arguments)
        except duckdb.Error as error:
            raise type(error)(without_values(error)) from None
