"""Where a copy goes: a file, or a PostgreSQL database."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from habitue.publishing.errors import DestinationError

_SCHEMES = ("postgres", "postgresql")
_CONNECT_SECONDS = "10"
_PREFIX = re.compile(r"([a-z][a-z0-9_]{0,30})?")


class FileDestination(NamedTuple):
    """A DuckDB file, by its real path: what a link points to, not the link."""

    path: Path

    @property
    def label(self) -> str:
        """The destination as people and the audit trail read it."""
        return str(self.path)


class PostgresDestination(NamedTuple):
    """A PostgreSQL database.

    Attributes:
        settings: What libpq connects with; a password is never among it.
        label: The destination without user and options.
        schema_prefix: Stands before the names of the schemas there.
    """

    settings: dict[str, str]
    label: str
    schema_prefix: str

    @property
    def connection_string(self) -> str:
        """The settings as libpq's keywords and values."""
        return " ".join(
            f"{key}='" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
            for key, value in self.settings.items()
        )


def parse_destination(
    text: str, *, schema_prefix: str = ""
) -> FileDestination | PostgresDestination:
    """Read a destination as it was typed.

    Args:
        text: A path, or a URL like `postgres://user@host:5432/database` or
            `postgres:///database?host=/socket/folder`.
        schema_prefix: Stands before the names of the schemas on a server.

    Raises:
        DestinationError: If it is neither, or carries a password, or the prefix makes
            no name.
    """
    if not _PREFIX.fullmatch(schema_prefix):
        raise DestinationError(
            f"--schema-prefix is {schema_prefix!r}: it must be lower-case letters, "
            "digits and underscores, and begin with a letter."
        )
    scheme, separator, _ = text.partition("://")
    if not separator:
        if not text:
            raise DestinationError("--to is empty: give a file or a postgres:// URL.")
        if schema_prefix:
            raise DestinationError("--schema-prefix is for a server, not for a file.")
        return FileDestination(Path(text).expanduser().resolve())
    if scheme not in _SCHEMES:
        raise DestinationError(
            f"{scheme}:// is not known: give a file or a postgres:// URL."
        )
    return _parse_postgres(text, schema_prefix)


def _parse_postgres(url: str, schema_prefix: str) -> PostgresDestination:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise DestinationError("The port of the URL is no port number.") from error
    given = {
        "user": unquote(parts.username or ""),
        "host": unquote(parts.hostname or ""),
        "port": "" if port is None else str(port),
        "dbname": unquote(parts.path.removeprefix("/")),
    } | dict(parse_qsl(parts.query))
    if parts.password is not None or any("password" in key for key in given):
        raise DestinationError(
            "A password does not belong into a URL, which logs and histories keep: "
            "leave it out and set PGPASSWORD or a passfile."
        )
    defaults = {
        "application_name": "habitue publish",
        "connect_timeout": _CONNECT_SECONDS,
    }
    settings = defaults | {key: value for key, value in given.items() if value}
    return PostgresDestination(settings, _label(settings), schema_prefix)


def _label(settings: dict[str, str]) -> str:
    host, port = settings.get("host", ""), settings.get("port")
    database = settings.get("dbname", "")
    if host.startswith("/"):
        return f"postgres:///{database}?host={host}"
    return f"postgres://{host}{f':{port}' if port else ''}/{database}"
