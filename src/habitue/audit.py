"""The audit trail: who did what, when, to how many rows; nobody can change it unseen.

Every entry holds a keyed hash of itself and of the hash before it. Who can write to the
table but has not the vault's secret cannot make a hash that fits. The head, how many
entries there are and the last hash, lies in the vault, keyed as well, so that the last
entries cannot be cut off either.
"""

from __future__ import annotations

import getpass
import hmac
import json
import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from habitue.audit_head import (
    BEFORE_THE_FIRST,
    AuditHeadError,
    Head,
    read_head,
    write_head,
)
from habitue.code_version import code_version
from habitue.database import has_table
from habitue.privacy.keys import keyed_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

ACTOR_VARIABLE = "HABITUE_ACTOR"
_TOMBSTONE = re.compile("[0-9a-f]{64}")
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


class Entry(NamedTuple):
    """One line of the audit trail.

    Attributes:
        number: From 1 on, without gaps.
        at: When, UTC.
        actor: Who: HABITUE_ACTOR, else the user of the operating system.
        action: What was done.
        subject: Whom it was about, as a tombstone; None for nobody.
        row_count: Rows that it was done to, None where that means nothing.
        code_version: Version of the package, commit, checksum of the project's code.
        parameters_hash: Keyed hash of the parameters.
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
        subject: Whom it was about, as a tombstone: it survives a rotation and leads
            back to nobody after an erasure.
        row_count: Rows that it was done to.
        parameters: What it was done with, without secrets and raw identifiers.
        actor: Who; found out when not given.

    Raises:
        ValueError: If the subject is anything but a tombstone: what is on the trail
            stays there.
    """
    if subject is not None and not _TOMBSTONE.fullmatch(subject):
        raise ValueError("The subject of an entry must be a tombstone.")
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
        parameters_hash=keyed_hash(keyring_secret, f"parameters:{text}"),
        parameters=text,
        previous_hash=last.entry_hash,
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


def read_trail(
    connection: duckdb.DuckDBPyConnection, *, from_number: int = 1
) -> list[Entry]:
    """The entries in the order of their numbers, those without one first."""
    if not has_table(connection, "audit_trail", schema="audit"):
        return []
    rows = connection.execute(
        f"select {_COLUMNS} from audit.audit_trail "  # noqa: S608
        "where entry_number >= ? or entry_number is null "
        "order by entry_number nulls first, entry_hash",
        [from_number],
    ).fetchall()
    return [Entry._make(row) for row in rows]


def seal(
    connection: duckdb.DuckDBPyConnection, keyring_secret: bytes, *, vault: str
) -> None:
    """Move the head in the vault on to the last entry.

    A trail that does not go on from its head keeps it: what was tampered with must not
    be made good by the next entry.
    """
    try:
        head = read_head(connection, keyring_secret, vault=vault)
    except AuditHeadError:
        return
    entries = read_trail(connection, from_number=head.entry_count)
    before = BEFORE_THE_FIRST
    if head.entry_count:
        if not entries or entries[0].hash != head.entry_hash:
            return
        before = entries.pop(0).hash
    verdict = _chained(entries, head.entry_count + 1, before, keyring_secret)
    if entries and verdict.reason is None:
        last = Head(entries[-1].number, entries[-1].hash)
        write_head(connection, keyring_secret, last, vault=vault)


def verify(
    connection: duckdb.DuckDBPyConnection,
    keyring_secret: bytes,
    *,
    vault: str,
    noted_head: str | None = None,
) -> Verdict:
    """Check the whole trail against itself and against the head in the vault.

    Entries after the head are those of a command that died before it sealed them; no
    others can follow, since their hashes are keyed.

    Args:
        connection: Any connection that sees the trail and the vault.
        keyring_secret: The vault's secret.
        vault: Qualified schema of the vault.
        noted_head: A head that was noted elsewhere; the trail must have come by it.
    """
    entries = read_trail(connection)
    verdict = _chained(entries, 1, BEFORE_THE_FIRST, keyring_secret)
    if verdict.reason is None:
        verdict = _against_head(connection, keyring_secret, vault, verdict, entries)
    known = {BEFORE_THE_FIRST, *(entry.hash for entry in entries)}
    if verdict.reason is None and noted_head and noted_head not in known:
        return verdict._replace(
            bad_entry=len(entries) + 1,
            reason="the trail never had the head that was noted: entries are missing, "
            "or this is an older copy of the database",
        )
    return verdict


def _chained(
    entries: Sequence[Entry], first: int, before: str, secret: bytes
) -> Verdict:
    """Whether entries are numbered from the first on, and each follows on the last."""
    previous = before
    for place, entry in enumerate(entries, start=first):
        wrong = None
        if entry.number != place:
            is_gap = entry.number is not None and entry.number > place
            wrong = "is missing" if is_gap else "has the number of another entry"
        elif not hmac.compare_digest(entry.hash or "", hash_of(secret, entry)):
            wrong = "was changed or forged"
        elif entry.previous_hash != previous:
            wrong = "does not follow on the entry before"
        if wrong:
            return Verdict(len(entries), previous, place, f"entry {place} {wrong}")
        previous = entry.hash
    return Verdict(len(entries), previous, None, None)


def _against_head(
    connection: duckdb.DuckDBPyConnection,
    secret: bytes,
    vault: str,
    verdict: Verdict,
    entries: Sequence[Entry],
) -> Verdict:
    try:
        head = read_head(connection, secret, vault=vault)
    except AuditHeadError as error:
        return verdict._replace(bad_entry=1, reason=str(error))
    number = len(entries) + 1
    if head.entry_count >= number:
        return verdict._replace(
            bad_entry=number, reason=f"entry {number} is missing: the end was cut off"
        )
    number = head.entry_count
    if number and entries[number - 1].hash != head.entry_hash:
        return verdict._replace(
            bad_entry=number, reason=f"entry {number} is not the one that was recorded"
        )
    return verdict


def _last(connection: duckdb.DuckDBPyConnection) -> Head:
    rows = connection.execute(
        "select entry_number, entry_hash from audit.audit_trail "
        "order by entry_number desc nulls last limit 1"
    ).fetchall()
    return Head(*rows[0]) if rows else Head(0, BEFORE_THE_FIRST)


def _encoded(fields: Iterable[str | None]) -> str:
    return ",".join("-" if one is None else f"{len(one)}:{one}" for one in fields)
