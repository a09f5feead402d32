"""The end of the audit trail, as the vault remembers it.

It is made with the vault and never again: a head that is missing was taken away.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, NamedTuple

from habitue.database import has_table
from habitue.privacy.keys import keyed_hash

if TYPE_CHECKING:
    import duckdb

BEFORE_THE_FIRST = "0" * 64


class AuditHeadError(ValueError):
    """The head is missing or was changed."""


class Head(NamedTuple):
    """The end of the trail.

    Attributes:
        entry_count: Number of entries.
        entry_hash: Hash of the last one.
    """

    entry_count: int
    entry_hash: str


def read_head(
    connection: duckdb.DuckDBPyConnection, secret: bytes, *, vault: str
) -> Head:
    """The head that a vault holds.

    Raises:
        AuditHeadError: If it is missing, there are several, or it was changed.
    """
    rows = []
    if has_table(connection, "audit_head", schema=vault):
        rows = connection.execute(
            "select entry_count, entry_hash, head_hash "  # noqa: S608
            f"from {vault}.audit_head"
        ).fetchall()
    if len(rows) != 1:
        raise AuditHeadError("the head in the vault is missing")
    head, signed = Head(*rows[0][:2]), rows[0][2]
    if not hmac.compare_digest(signed or "", _hash_of(secret, head)):
        raise AuditHeadError("the head in the vault was changed")
    return head


def write_head(
    connection: duckdb.DuckDBPyConnection, secret: bytes, head: Head, *, vault: str
) -> None:
    """Make this the head, in the caller's transaction."""
    connection.execute(
        f"create table if not exists {vault}.audit_head "
        "(entry_count bigint, entry_hash varchar, head_hash varchar)"
    )
    values = [*head, _hash_of(secret, head)]
    (changed,) = connection.execute(
        f"update {vault}.audit_head "  # noqa: S608
        "set entry_count = ?, entry_hash = ?, head_hash = ?",
        values,
    ).fetchall()[0]
    if not changed:
        connection.execute(
            f"insert into {vault}.audit_head values (?, ?, ?)",  # noqa: S608
            values,
        )


def _hash_of(secret: bytes, head: Head) -> str:
    return keyed_hash(secret, f"audit head:{head.entry_count}:{head.entry_hash}")
