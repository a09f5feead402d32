"""The keys of a vault: whether this is its key, and the secret that outlives rotations.

A vault remembers a check of the key that its pseudonyms were made with, so that another
key is refused before anything is written. Beside it lies the secret: 32 random bytes,
wrapped with the key, for what must not change when the key does (tombstones, stand-in
ids of rows, the audit trail).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from habitue.audit_head import BEFORE_THE_FIRST, Head, write_head
from habitue.database import has_table
from habitue.privacy.keys import (
    DEMO_KEY,
    KEY_VARIABLE,
    PseudonymKeyError,
    is_demo_key,
    keyed_hash,
    pad_key,
    pseudonym,
)

if TYPE_CHECKING:
    import duckdb

_BYTES = 32
_DEMO_SECRET = hashlib.sha256(DEMO_KEY.encode()).digest()
_TABLE = """
    create table if not exists {vault}.keyring (
        key_check varchar, nonce blob, wrapped_secret blob,
        created_at timestamp, retired_at timestamp
    )
"""
_WITHOUT_THE_KEY = (
    "Pseudonyms can only be continued with the key that they were made with: restore "
    f"it from where it is kept and set {KEY_VARIABLE}. If it is lost, nothing can be "
    "added to this database any more, only read. Then build a new one from the raw "
    "data under a new key; the tombstones of erased people are lost with the old one, "
    "so erase those people again."
)


class WrongKeyError(PseudonymKeyError):
    """The key is not the one that the vault was made with."""


class Keyring(NamedTuple):
    """The keys of one vault.

    Attributes:
        pseudonym_key: What pseudonyms are made with; it can be rotated.
        secret: 32 bytes made with the vault and never rotated.
    """

    pseudonym_key: str
    secret: bytes


def open_keyring(
    connection: duckdb.DuckDBPyConnection, key: str, *, vault: str
) -> Keyring:
    """The keyring of a vault, made with the vault where there is none.

    Args:
        connection: Opened for writing.
        key: The pseudonym key of this environment.
        vault: Qualified schema of the vault: ``vault`` or ``habitue_vault.vault``.

    Raises:
        WrongKeyError: If the vault was made with another key. Nothing was written.
    """
    held = read_keyring(connection, key, vault=vault)
    if held is not None:
        return held
    _require_made_with(connection, key, vault=vault)
    connection.begin()
    keyring = create_keyring(connection, key, vault=vault)
    first = Head(0, BEFORE_THE_FIRST)
    write_head(connection, keyring.secret, first, vault=vault)
    connection.commit()
    return keyring


def read_keyring(
    connection: duckdb.DuckDBPyConnection, key: str, *, vault: str
) -> Keyring | None:
    """The keyring of a vault, None where there is none.

    Raises:
        WrongKeyError: If the vault was made with another key.
    """
    rows = _rows(connection, vault=vault)
    for check, nonce, wrapped, retired_at in rows:
        if retired_at is None:
            if not hmac.compare_digest(check, _check(key)):
                raise _wrong_key(key, rows)
            return Keyring(key, _wrap(key, nonce, wrapped))
    return None


def create_keyring(
    connection: duckdb.DuckDBPyConnection,
    key: str,
    *,
    vault: str,
    secret: bytes | None = None,
) -> Keyring:
    """Make this key the current one of a vault, and retire the one before.

    Args:
        connection: Opened for writing.
        key: The pseudonym key.
        vault: Qualified schema of the vault.
        secret: The secret of the vault; a new one is made without. With the public
            demo key it is public, too, so that demos are alike everywhere.
    """
    if secret is None:
        secret = _DEMO_SECRET if is_demo_key(key) else secrets.token_bytes(_BYTES)
    keyring = Keyring(key, secret)
    nonce, now = secrets.token_bytes(_BYTES), datetime.now(tz=UTC)
    now = now.replace(tzinfo=None)
    connection.execute(f"create schema if not exists {vault}")
    connection.execute(_TABLE.format(vault=vault))
    # What a retired key could unwrap must not lie about.
    connection.execute(
        f"update {vault}.keyring set retired_at = ?, nonce = null, "  # noqa: S608
        "wrapped_secret = null where retired_at is null",
        [now],
    )
    connection.execute(
        f"insert into {vault}.keyring values (?, ?, ?, ?, null)",  # noqa: S608
        [_check(key), nonce, _wrap(key, nonce, keyring.secret), now],
    )
    return keyring


def is_current_key(
    connection: duckdb.DuckDBPyConnection, key: str, *, vault: str
) -> bool:
    """Whether a vault was last rotated to, or made with, this key."""
    return any(
        retired_at is None and hmac.compare_digest(check, _check(key))
        for check, _, _, retired_at in _rows(connection, vault=vault)
    )


def set_session_keys(cursor: Any, keyring: Keyring) -> None:
    """Hand the padded keys to SQL as session variables.

    ``habitue_inner_key`` and ``habitue_outer_key`` make pseudonyms,
    ``habitue_secret_inner_key`` and ``habitue_secret_outer_key`` keyed hashes that
    survive a rotation. They are bound, so they are never part of a statement.
    """
    for prefix, padded in (
        ("", pad_key(keyring.pseudonym_key)),
        ("secret_", pad_key(keyring.secret)),
    ):
        for name, value in zip(padded._fields, padded, strict=True):
            cursor.execute(f"set variable habitue_{prefix}{name}_key = ?", [value])


def tombstone(keyring: Keyring, *, kind: str, value: str) -> str:
    """What is kept of an erased identifier: enough to know it again, no more.

    It is made of the raw value, not of the pseudonym, so it survives a rotation.

    Args:
        keyring: The vault's.
        kind: Identifier kind, such as ``user_id``.
        value: Normalised raw value.

    Returns:
        64 hex digits: the keyed hash of ``erased:kind:value``.
    """
    return keyed_hash(keyring.secret, f"erased:{kind}:{value}")


def _rows(
    connection: duckdb.DuckDBPyConnection, *, vault: str
) -> list[tuple[str, bytes, bytes, datetime | None]]:
    if not has_table(connection, "keyring", schema=vault):
        return []
    return connection.execute(
        "select key_check, nonce, wrapped_secret, retired_at "  # noqa: S608
        f"from {vault}.keyring order by created_at desc"
    ).fetchall()


def _require_made_with(
    connection: duckdb.DuckDBPyConnection, key: str, *, vault: str
) -> None:
    """A vault from before there were keyrings: one of its pseudonyms tells."""
    if not has_table(connection, "identifiers", schema=vault):
        return
    for kind, value, held in connection.execute(
        "select identifier_kind, raw_value, pseudonym "  # noqa: S608
        f"from {vault}.identifiers limit 1"
    ).fetchall():
        if held != pseudonym(key, kind=kind, value=value):
            raise _wrong_key(key, [])


def _wrong_key(
    key: str, rows: list[tuple[str, bytes, bytes, datetime | None]]
) -> WrongKeyError:
    retired = {check: retired_at for check, _, _, retired_at in rows if retired_at}
    if any(check == _check(DEMO_KEY) and not gone for check, _, _, gone in rows):
        return WrongKeyError(
            f"{KEY_VARIABLE} is set, but this database was made with the public demo "
            "key. Leave it unset to go on with the demo, or set HABITUE_DATABASE to a "
            "database of its own for real data."
        )
    if _check(key) in retired:
        told = (
            f"{KEY_VARIABLE} is the key from before the rotation of "
            f"{retired[_check(key)]:%Y-%m-%d %H:%M} UTC: set it to the new one."
        )
    elif is_demo_key(key):
        told = (
            f"{KEY_VARIABLE} is not set, and this database was not made with the "
            "public demo key."
        )
    else:
        told = f"{KEY_VARIABLE} is not the key that this database was made with."
    return WrongKeyError(f"{told} {_WITHOUT_THE_KEY}")


def _check(key: str) -> str:
    return keyed_hash(key.encode(), "habitue key check")


def _wrap(key: str, nonce: bytes, secret: bytes) -> bytes:
    """The secret under the key, and the other way round."""
    pad = hmac.new(key.encode(), b"habitue secret" + nonce, hashlib.sha256).digest()
    return bytes(left ^ right for left, right in zip(secret, pad, strict=True))
