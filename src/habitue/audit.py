"""The audit trail: who did what, when, to how many rows; nobody can change it unseen.

Every entry holds a keyed hash of itself and of the hash before it. Who can write to the
table but has not the vault's secret cannot make a hash that fits. The head, how many
entries there are and the last hash, lies in the vault, keyed as well, so that the last
entries cannot be cut off either.
"""

from __future__ import annotations

import getpass
import hashlib
import hmac
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from habitue.code_version import code_version
from habitue.privacy.keyring import has_table, keyed_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

ACTOR_VARIABLE = "HABITUE_ACTOR"
BEFORE_THE_FIRST = "0" * 64
_COLUMNS = """
    entry_number, recorded_at, actor, action, subject, row_count, code_version,
    parameters_hash, parameters, previous_hash, entry_hash
"""
_TRAIL = """
    create schema if not exists audit;
    create table if not exists audit.audit_trail (
        entry_number bigint, recorded_at timestamp, actor varchar, action varchar,
        subject varchar, row_count bigint, code_version varchar,
        parameters_hash varchar, parameters varchar, previous_hash varchar,
        entry_hash varchar
    )
"""
_HEAD = """
    create table if not exists {vault}.audit_head (
        entry_count bigint, entry_hash varchar, head_hash varchar
    )
"""


class Entry(NamedTuple):
    """One line of the audit trail.

    Attributes:
        number: From 1 on, without gaps.
        at: When, UTC.
        actor: Who: HABITUE_ACTOR, else the user of the operating system.
        action: What was done.
        subject: Whom it was about, as a pseudonym or tombstone; None for nobody.
        row_count: Rows that it was done to, None where that means nothing.
        code_version: Version of the package, commit, checksum of the project's code.
        parameters_hash: SHA-256 of the parameters.
        parameters: What it was done with, JSON, without secrets and raw identifiers.
        previous_hash: The hash of the entry before.
        hash: HMAC-SHA256 of all of this with the vault's secret.
    """

    number: int
    at: datetime
    actor: str
    action: str
    subject: str | None
    row_count: int | None
    code_version: str
    parameters_hash: str
    parameters: str
    previous_hash: str
    hash: str


class Head(NamedTuple):
    """The end of the trail, as the vault remembers it.

    Attributes:
        entry_count: Number of entries.
        hash: Hash of the last one.
    """

    entry_count: int
    hash: str


class Verdict(NamedTuple):
    """What checking a trail came to.

    Attributes:
        entry_count: Entries in the table.
        head: Hash of the last entry.
        bad_entry: Number of the first entry that is wrong or missing, None if none is.
        reason: What is wrong, None if nothing is.
    """

    entry_count: int
    head: str
    bad_entry: int | None
    reason: str | None


def current_actor(environment: Mapping[str, str] = os.environ) -> str:
    """Who is acting: HABITUE_ACTOR, else the user of the operating system."""
    given = environment.get(ACTOR_VARIABLE, "").strip()
    if given:
        return given
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # A container may have no name for its user.
        return f"uid {os.getuid()}"


def record(
    connection: duckdb.DuckDBPyConnection,
    keyring_secret: bytes,
    *,
    action: str,
    subject: str | None,
    row_count: int | None,
    parameters: Mapping[str, object],
    actor: str | None = None,
) -> Entry:
    """Append an entry, in the caller's transaction.

    The head follows with `seal`, which `opened_vault` does when it closes.

    Args:
        connection: Opened for writing.
        keyring_secret: The vault's secret.
        action: What was done.
        subject: A pseudonym or tombstone, never a raw identifier.
        row_count: Rows that it was done to.
        parameters: What it was done with, without secrets and raw identifiers.
        actor: Who; found out when not given.
    """
    connection.execute(_TRAIL)
    last = _last(connection)
    text = json.dumps(parameters, sort_keys=True, default=str)
    unsigned = Entry(
        number=last.entry_count + 1,
        at=datetime.now(tz=UTC).replace(tzinfo=None),
        actor=actor or current_actor(),
        action=action,
        subject=subject,
        row_count=row_count,
        code_version=code_version(),
        parameters_hash=hashlib.sha256(text.encode()).hexdigest(),
        parameters=text,
        previous_hash=last.hash,
        hash="",
    )
    entry = unsigned._replace(hash=hash_of(keyring_secret, unsigned))
    connection.execute(
        f"insert into audit.audit_trail ({_COLUMNS}) "  # noqa: S608
        f"values ({', '.join('?' * len(entry))})",
        list(entry),
    )
    return entry


def hash_of(keyring_secret: bytes, entry: Entry) -> str:
    """The hash that an entry must have.

    Every field goes in with its length before it, so that no two entries say the same.
    """
    fields = (
        str(entry.number),
        None if entry.at is None else f"{entry.at:%Y-%m-%d %H:%M:%S.%f}",
        *entry[2:5],
        None if entry.row_count is None else str(entry.row_count),
        *entry[6:10],
    )
    return keyed_hash(keyring_secret, "audit:" + _encoded(fields))


def read_trail(connection: duckdb.DuckDBPyConnection) -> list[Entry]:
    """All entries, in the order of their numbers."""
    if not has_table(connection, "audit_trail", vault="audit"):
        return []
    rows = connection.execute(
        f"select {_COLUMNS} from audit.audit_trail "  # noqa: S608
        "order by entry_number, entry_hash"
    ).fetchall()
    return [Entry._make(row) for row in rows]


def seal(
    connection: duckdb.DuckDBPyConnection, keyring_secret: bytes, *, vault: str
) -> None:
    """Move the head in the vault to the last entry.

    A trail that does not fit its head, or does not hold together from there on, keeps
    the head that it has: what was tampered with must not be made good by going on.
    """
    connection.execute(_HEAD.format(vault=vault))
    entries = read_trail(connection)
    found = _heads(connection, vault=vault)
    if not found and not entries:
        _write_head(connection, keyring_secret, Head(0, BEFORE_THE_FIRST), vault=vault)
    elif _verdict(entries, found, keyring_secret).reason is None and entries:
        head = Head(entries[-1].number, entries[-1].hash)
        _write_head(connection, keyring_secret, head, vault=vault)


def verify(
    connection: duckdb.DuckDBPyConnection,
    keyring_secret: bytes,
    *,
    vault: str,
    noted_head: str | None = None,
) -> Verdict:
    """Check the whole trail against itself and against the head in the vault.

    Args:
        connection: Any connection that sees the trail and the vault.
        keyring_secret: The vault's secret.
        vault: Qualified schema of the vault.
        noted_head: A head that was noted elsewhere; the trail must have come by it.
    """
    entries = read_trail(connection)
    verdict = _verdict(entries, _heads(connection, vault=vault), keyring_secret)
    if verdict.reason or not noted_head:
        return verdict
    if noted_head not in {BEFORE_THE_FIRST, *(entry.hash for entry in entries)}:
        return verdict._replace(
            bad_entry=len(entries) + 1,
            reason="the trail never had the head that was noted: entries are missing, "
            "or this is an older copy of the database",
        )
    return verdict


def _verdict(
    entries: Sequence[Entry], heads: Iterable[tuple[int, str, str]], secret: bytes
) -> Verdict:
    previous = BEFORE_THE_FIRST
    for place, entry in enumerate(entries, start=1):
        wrong = None
        if entry.number is None:
            return Verdict(len(entries), previous, place, "an entry has no number")
        if entry.number != place:
            wrong = "is missing" if entry.number > place else "is there twice"
        elif not hmac.compare_digest(entry.hash or "", hash_of(secret, entry)):
            wrong = "was changed or forged"
        elif entry.previous_hash != previous:
            wrong = "does not follow on the entry before"
        if wrong:
            number = place if entry.number > place else entry.number
            return Verdict(len(entries), previous, number, f"entry {number} {wrong}")
        previous = entry.hash
    return _against_head(entries, list(heads), previous, secret)


def _against_head(
    entries: Sequence[Entry],
    heads: Sequence[tuple[int, str, str]],
    last: str,
    secret: bytes,
) -> Verdict:
    good = Verdict(len(entries), last, None, None)
    if not heads and not entries:
        return good
    if len(heads) != 1:
        return good._replace(bad_entry=1, reason="the head in the vault is missing")
    count, held, signed = heads[0]
    if not hmac.compare_digest(signed or "", _head_hash(secret, Head(count, held))):
        return good._replace(bad_entry=1, reason="the head in the vault was changed")
    if count > len(entries):
        number = len(entries) + 1
        return good._replace(
            bad_entry=number, reason=f"entry {number} is missing: the end was cut off"
        )
    if count and entries[count - 1].hash != held:
        return good._replace(
            bad_entry=count, reason=f"entry {count} is not the one that was recorded"
        )
    return good


def _last(connection: duckdb.DuckDBPyConnection) -> Head:
    rows = connection.execute(
        "select entry_number, entry_hash from audit.audit_trail "
        "order by entry_number desc limit 1"
    ).fetchall()
    return Head(*rows[0]) if rows else Head(0, BEFORE_THE_FIRST)


def _heads(
    connection: duckdb.DuckDBPyConnection, *, vault: str
) -> list[tuple[int, str, str]]:
    if not has_table(connection, "audit_head", vault=vault):
        return []
    return connection.execute(
        f"select entry_count, entry_hash, head_hash from {vault}.audit_head"  # noqa: S608
    ).fetchall()


def _write_head(
    connection: duckdb.DuckDBPyConnection, secret: bytes, head: Head, *, vault: str
) -> None:
    values = [*head, _head_hash(secret, head)]
    if _heads(connection, vault=vault):
        connection.execute(
            f"update {vault}.audit_head "  # noqa: S608
            "set entry_count = ?, entry_hash = ?, head_hash = ?",
            values,
        )
    else:
        connection.execute(
            f"insert into {vault}.audit_head values (?, ?, ?)",  # noqa: S608
            values,
        )


def _head_hash(secret: bytes, head: Head) -> str:
    return keyed_hash(secret, "audit head:" + _encoded((str(head.entry_count), head.hash)))


def _encoded(fields: Iterable[str | None]) -> str:
    return ",".join("-" if one is None else f"{len(one)}:{one}" for one in fields)
