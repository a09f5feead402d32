"""Proving that nothing is left of a person: every column of every table is read."""

# Statements are put together from names of tables and columns that the database gives.
# ruff: noqa: S608

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from habitue.database import has_table
from habitue.privacy.erased_rows import NOBODY, column_of, count_of
from habitue.privacy.keyring import tombstone
from habitue.privacy.keys import keyed_hash_in_sql, pseudonym
from habitue.privacy.person import (
    KINDS,
    PersonError,
    normalised,
    require_kind,
)
from habitue.privacy.places import (
    DERIVED_KEYS,
    PROJECT_SCHEMAS,
    Table,
    quoted,
    rows_naming,
    tables_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import duckdb

    from habitue.privacy.connection import PrivacyConnection

# A short text or a plain number is part of many others by chance; it is looked for as a
# whole value only.
_SHORTEST_PART = 8
_COPY = "published_copy"
_KNOWN_KEYS = {
    "identifiers": "pseudonym",
    "profiles": "profile_key",
    "match_keys": "match_key",
    "user_agents": "user_agent_key",
}


class Finding(NamedTuple):
    """Something that is left.

    Attributes:
        place: Schema, table and column.
        what: What was found there.
        row_count: In how many rows.
    """

    place: str
    what: str
    row_count: int


class Verdict(NamedTuple):
    """What looking for a person came to.

    Attributes:
        findings: What is left, by place; empty if nothing is.
        has_tombstone: Whether what was asked for cannot come back; None if nothing was.
        erased_at: When it was erased, as text, None if it never was.
        raw_rows: Rows of raw tables in this database that name the person, by table:
            they are the host's.
        table_count: Tables that were looked at.
    """

    findings: list[Finding]
    has_tombstone: bool | None
    erased_at: str | None
    raw_rows: dict[str, int]
    table_count: int

    @property
    def is_absent(self) -> bool:
        """Whether nothing is left in what habitue holds."""
        return not self.findings


def look_for(
    opened: PrivacyConnection,
    *,
    asked: str | None = None,
    kind: str | None = None,
    tombstones: Iterable[str] = (),
    copy: Path | None = None,
) -> Verdict:
    """Look for a person in everything that habitue holds.

    Args:
        opened: The database and its vault.
        asked: An identifier of theirs as it was sent.
        kind: Its kind; any without.
        tombstones: Tombstones of a certificate.
        copy: A published copy to look through instead of the database itself.

    Raises:
        PersonError: If the identifier cannot be one.
    """
    connection = opened.connection
    spelled = _spellings(asked, kind) if asked is not None else []
    stones = {tombstone(opened.keyring, kind=one, value=text) for one, text in spelled}
    keys = [
        pseudonym(opened.keyring.pseudonym_key, kind=one, value=text)
        for one, text in spelled
    ]
    texts = sorted({text for _, text in spelled})
    with suppress(ValueError):  # It may be a customer id, which is a pseudonym.
        keys.append(uuid.UUID((asked or "").strip()))
    database = _attach_copy(connection, copy) if copy else None
    tables = [
        one
        for one in tables_of(connection, database=database)
        if copy or one.schema in (*PROJECT_SCHEMAS, "audit")
    ]
    _keep_known_keys(opened)
    findings = [
        finding
        for table in tables
        for finding in _look_through(connection, table, keys, texts, database)
    ]
    if not copy:
        findings += _look_through_vault(opened, keys, texts)
        findings += _without_effect(opened, {*tombstones})
    found = _tombstones_there(opened, stones)
    return Verdict(
        findings=sorted(findings),
        has_tombstone=bool(found) if asked is not None else None,
        erased_at=found,
        raw_rows={} if copy else rows_naming(connection, texts),
        table_count=len(tables),
    )


def _spellings(asked: str, kind: str | None) -> list[tuple[str, str]]:
    require_kind(kind)
    spelled = [
        (one, text)
        for one in ([kind] if kind else KINDS)
        if (text := normalised(one, asked)) is not None
    ]
    if not spelled:
        raise PersonError(f"{asked!r} is no {kind or 'identifier'}.")
    return spelled


def _attach_copy(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    quoted_path = str(path).replace("'", "''")
    connection.execute(f"attach '{quoted_path}' as {_COPY} (read_only)")
    return _COPY


def _keep_known_keys(opened: PrivacyConnection) -> None:
    known = [f"select uuid '{NOBODY}' as key"] + [
        f"select {column} from {opened.vault}.{table}"
        for table, column in _KNOWN_KEYS.items()
        if has_table(opened.connection, table, schema=opened.vault)
    ]
    opened.connection.execute(
        "create or replace temporary table known_keys as "
        f"select distinct key from ({' union all '.join(known)}) as known"
    )


def _look_through(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    keys: list[uuid.UUID],
    texts: list[str],
    database: str | None,
) -> list[Finding]:
    """One pass over a table, all its columns at once."""
    looked_for: list[tuple[str, str, str]] = []
    for name in table.uuids:
        column = quoted(name)
        looked_for.append(
            (name, "pseudonym of the identifier", f"{column} in (select unnest($keys))")
        )
        if name not in DERIVED_KEYS:
            unknown = f"{column} not in (select key from known_keys)"
            looked_for.append((name, "pseudonym that the vault does not know", unknown))
    for name in table.texts:
        column = quoted(name)
        looked_for += [
            (name, "raw identifier", _holds(column, texts)),
            (name, "pseudonym of the identifier as text", _holds_key(column, keys)),
        ]
    if not looked_for:
        return []
    counts = ", ".join(
        f"count(*) filter (where {condition})" for _, _, condition in looked_for
    )
    prefix = f"{database}." if database else ""
    query = f"select {counts} from {prefix}{table.sql}"
    parameters: dict[str, Any] = {"keys": keys, "texts": texts}
    used = {name: value for name, value in parameters.items() if f"${name}" in query}
    row = connection.execute(query, used or None).fetchall()[0]
    return [
        Finding(f"{table.schema}.{table.name}.{name}", what, count)
        for (name, what, _), count in zip(looked_for, row, strict=True)
        if count
    ]


def _holds(column: str, texts: list[str]) -> str:
    """A raw identifier, also as a part of a text; e-mails in any case."""
    found = [f"trim({column}) in (select unnest($texts))"]
    for place, text in enumerate(texts, start=1):
        is_part = len(text) >= _SHORTEST_PART and not text.isdecimal()
        if "@" in text:
            found.append(f"contains(lower({column}), $texts[{place}])")
        elif is_part:
            found.append(f"contains({column}, $texts[{place}])")
    return " or ".join(found)


def _holds_key(column: str, keys: list[uuid.UUID]) -> str:
    """A pseudonym as text, also as a part of one; short texts are not looked into."""
    places = range(1, len(keys) + 1)
    parts = [f"contains({column}, cast($keys[{place}] as varchar))" for place in places]
    return f"length({column}) >= 36 and ({' or '.join(parts) or 'false'})"


def _look_through_vault(
    opened: PrivacyConnection, keys: list[uuid.UUID], texts: list[str]
) -> list[Finding]:
    database, _, schema = opened.vault.rpartition(".")
    return [
        finding
        for table in tables_of(opened.connection, database=database or None)
        if table.schema == schema
        for finding in _look_through(
            opened.connection, table, keys, texts, database or None
        )
    ]


def _without_effect(opened: PrivacyConnection, wanted: set[str]) -> list[Finding]:
    """Tombstones that are missing, or whose identifier is in the vault all the same."""
    connection, vault = opened.connection, opened.vault
    held = set()
    if has_table(connection, "tombstones", schema=vault):
        held = set(column_of(connection, f"select tombstone from {vault}.tombstones"))
    findings = [
        Finding(f"{vault}.tombstones", "tombstone is missing", len(wanted - held))
    ]
    for table, kind, value in (
        ("identifiers", "identifier_kind", "raw_value"),
        ("profiles", "'profile'", "profile"),
    ):
        if held and has_table(connection, table, schema=vault):
            stone = keyed_hash_in_sql(f"'erased:' || {kind} || ':' || {value}")
            count = count_of(
                connection,
                f"select count(*) from {vault}.{table} where {stone} "
                f"in (select tombstone from {vault}.tombstones)",
            )
            findings.append(
                Finding(f"{vault}.{table}.{value}", "erased, and there again", count)
            )
    return [one for one in findings if one.row_count]


def _tombstones_there(opened: PrivacyConnection, stones: set[str]) -> str | None:
    if not has_table(opened.connection, "tombstones", schema=opened.vault):
        return None
    rows = opened.connection.execute(
        "select strftime(max(erased_at), '%Y-%m-%d %H:%M UTC') "
        f"from {opened.vault}.tombstones where tombstone in (select unnest(?))",
        [sorted(stones)],
    ).fetchall()
    return rows[0][0] if rows else None
