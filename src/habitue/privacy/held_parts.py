"""What is held about a person, read part by part, with raw values for their keys."""

# Statements are put together from names of tables and columns that the database gives.
# ruff: noqa: S608

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

from habitue.audit import read_trail
from habitue.database import has_table
from habitue.privacy.erased_rows import keep_person, only_theirs, their_rows
from habitue.privacy.keyring import tombstone
from habitue.privacy.places import DERIVED_KEYS, rows_naming

if TYPE_CHECKING:
    import duckdb

    from habitue.privacy.connection import PrivacyConnection
    from habitue.privacy.person import Person

_SOMEBODY_ELSE = "(not theirs)"
# Columns that say nothing of the person.
_TECHNICAL = ("copy_number", "arrived_at", "business_key", "producer")
# Marts whose rows are the person's by other ways than their keys, see below.
_TOLD_APART = (
    "events",
    "page_views",
    "identity_edges",
    "identity_changes",
    "customer_identifiers",
)


class Part(NamedTuple):
    """Rows of one kind.

    Attributes:
        name: What they are.
        rows: Column to value, raw identifiers in place of pseudonyms.
        note: How to read them.
    """

    name: str
    rows: list[dict[str, Any]]
    note: str = ""


def read_parts(opened: PrivacyConnection, person: Person) -> list[Part]:
    """Everything that is held about a person; parts without rows are there as well.

    Args:
        opened: The database and its vault.
        person: Who.
    """
    connection = opened.connection
    keys = [one.pseudonym for one in person.identifiers]
    keep_person(connection, keys=keys)
    profiles = only_theirs(connection, "profile_key")
    keep_person(connection, keys=keys, profile_keys=profiles)
    reader = _Reader(opened, _names(opened, person))
    return [
        *_vault_parts(reader, person),
        *_row_parts(reader),
        *_mart_parts(reader),
        _page_views(reader),
        _segment_part(reader),
        *_other_parts(reader, person),
    ]


class _Reader:
    """Reads rows, and names keys by what they stand for."""

    def __init__(self, opened: PrivacyConnection, names: dict[uuid.UUID, str]) -> None:
        self.opened = opened
        self.names = names

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        return self.opened.connection

    def rows(
        self, query: str, parameters: dict[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        cursor = self.connection.execute(query, parameters)
        columns = [one[0] for one in cursor.description or ()]
        return [
            {
                name: self._told(name, value)
                for name, value in zip(columns, row, strict=True)
                if name not in _TECHNICAL
            }
            for row in cursor.fetchall()
        ]

    def _told(self, column: str, value: Any) -> Any:
        if isinstance(value, uuid.UUID):
            if value in self.names:
                return self.names[value]
            if column in DERIVED_KEYS or value.int == 0:
                return str(value) if value.int else None
            return _SOMEBODY_ELSE
        if value is None or isinstance(value, (str, bool, int, float)):
            return value
        return str(value)


def _names(opened: PrivacyConnection, person: Person) -> dict[uuid.UUID, str]:
    """Raw values of the person's identifiers, also of those that they share."""
    rows = opened.connection.execute(
        f"select pseudonym, raw_value from {opened.vault}.identifiers "
        "where pseudonym in (select unnest(?))",
        [[one.pseudonym for one in (*person.identifiers, *person.shared)]],
    ).fetchall()
    return dict(rows)


def _vault_parts(reader: _Reader, person: Person) -> list[Part]:
    seen = {}
    if has_table(reader.connection, "int_identity__components", schema="intermediate"):
        rows = reader.connection.execute(
            "select pseudonym, first_seen_at, last_seen_at "
            "from intermediate.int_identity__components "
            "where pseudonym in (select unnest(?))",
            [list(reader.names)],
        ).fetchall()
        seen = {row[0]: row[1:] for row in rows}

    def told(identifiers: Any) -> list[dict[str, Any]]:
        return [
            {
                "kind": one.kind,
                "value": reader.names.get(one.pseudonym),
                "first_seen_at": _text(seen.get(one.pseudonym, (None, None))[0]),
                "last_seen_at": _text(seen.get(one.pseudonym, (None, None))[1]),
            }
            for one in identifiers
        ]

    return [
        Part("identifiers", told(person.identifiers)),
        Part("shared devices", told(person.shared)),
        Part("said of themselves", _of_events(reader, "profiles", "profile_key")),
        Part("user agents", _of_events(reader, "user_agents", "user_agent_key")),
    ]


def _of_events(reader: _Reader, table: str, key: str) -> list[dict[str, Any]]:
    """Entries of the vault that the person's events refer to."""
    theirs = their_rows(reader.connection).get("int_events__delivered")
    if not theirs or not has_table(
        reader.connection, table, schema=reader.opened.vault
    ):
        return []
    left_out = f"{key}, profile" if table == "profiles" else key
    return reader.rows(
        f"select * exclude ({left_out}) from {reader.opened.vault}.{table} "
        f"where {key} in (select {key} from intermediate.int_events__delivered "
        f"where {theirs}) order by all"
    )


def _row_parts(reader: _Reader) -> list[Part]:
    """Rows as they were delivered."""
    conditions = their_rows(reader.connection)
    parts = []
    for table, theirs in conditions.items():
        kind = table.removeprefix("int_").removesuffix("__delivered")
        if kind == "events":
            rows = _events(reader, theirs)
        else:
            rows = reader.rows(
                f"select * from intermediate.{table} where {theirs} order by all"
            )
        parts.append(Part(f"delivered {kind.replace('_', ' ')}", rows))
    return parts


def _events(reader: _Reader, theirs: str) -> list[dict[str, Any]]:
    judged = "select null, null, null, null, null where false"
    if has_table(reader.connection, "int_events__set_aside", schema="intermediate"):
        judged = (
            "select source, event_id, copy_number, bucket, reason "
            "from intermediate.int_events__set_aside"
        )
    return reader.rows(
        "select theirs.* exclude (profile_key, user_agent_key, invalid_reason), "
        "case when invalid_reason is not null then 'invalid' "
        "else coalesce(judged.bucket, 'kept') end as bucket, "
        "coalesce(invalid_reason, judged.reason) as reason "
        f"from (select * from intermediate.int_events__delivered where {theirs}) "
        "as theirs "
        f"left join ({judged}) as judged"
        "(source, event_id, copy_number, bucket, reason) "
        "on theirs.source = judged.source and theirs.event_id = judged.event_id "
        "and theirs.copy_number = judged.copy_number "
        "order by occurred_at, theirs.source, theirs.event_id"
    )


def _mart_parts(reader: _Reader) -> list[Part]:
    """What was made of the rows: every mart that holds one of the person's keys."""
    sessions = "select null where false"
    if has_table(
        reader.connection, "int_session_days__measured", schema="intermediate"
    ):
        sessions = (
            "select session_id from intermediate.int_session_days__measured "
            "group by session_id, visitor_id "
            "having visitor_id in (select key from person_keys) "
            "or arg_max(user_key, activity_date) in (select key from person_keys)"
        )
    relations = reader.connection.execute(
        "select table_name, list(column_name) filter (where data_type = 'UUID'), "
        "list(column_name) from duckdb_columns() "
        "where schema_name = 'marts' and database_name = current_database() "
        "group by 1 order by 1"
    ).fetchall()
    parts = []
    for table, keys, columns in relations:
        if table in _TOLD_APART or not set(keys or ()) - set(DERIVED_KEYS):
            continue
        theirs = " or ".join(
            f'"{key}" in (select key from person_keys)'
            for key in keys
            if key not in DERIVED_KEYS
        )
        if "visitor_id" in columns:
            theirs = f"({theirs}) and session_id in ({sessions})"
        parts.append(
            Part(
                table.replace("_", " "),
                reader.rows(f"select * from marts.{table} where {theirs} order by all"),
            )
        )
    return parts


def _page_views(reader: _Reader) -> Part:
    """Page views as they were measured; the mart would join all sessions to them."""
    table = "int_page_view_days__measured"
    if not has_table(reader.connection, table, schema="intermediate"):
        return Part("page views", [])
    return Part(
        "page views",
        reader.rows(
            f"select * from intermediate.{table} "
            "where visitor_id in (select key from person_keys) "
            "or user_key in (select key from person_keys) order by started_at"
        ),
    )


def _segment_part(reader: _Reader) -> Part:
    """What the person's segments are about, in words."""
    tables = ("customer_segments", "segments")
    if not all(has_table(reader.connection, one, schema="marts") for one in tables):
        return Part("segments, explained", [])
    return Part(
        "segments, explained",
        reader.rows(
            "select segment_name, first_feature, second_feature, third_feature, "
            "customer_count as customers_in_it, customer_share as share_of_customers "
            "from marts.segments where segment_id in (select segment_id "
            "from marts.customer_segments "
            "where customer_id in (select key from person_keys)) order by all"
        ),
    )


def _other_parts(reader: _Reader, person: Person) -> list[Part]:
    connection = reader.connection
    parameters = {"names": list(reader.names)}
    links: list[dict[str, Any]] = []
    if has_table(connection, "identity_edges", schema="marts"):
        links = reader.rows(
            "select * exclude (left_customer_id, right_customer_id) "
            "from marts.identity_edges where left_pseudonym in (select unnest($names)) "
            "and right_pseudonym in (select unnest($names)) order by all",
            parameters,
        )
    features: list[dict[str, Any]] = []
    if has_table(connection, "features", schema="lookups"):
        features = reader.rows("select feature, label from lookups.features")
    retention: list[dict[str, Any]] = []
    if has_table(connection, "retention_periods", schema="marts"):
        retention = reader.rows("select * from marts.retention_periods order by all")
    raw = rows_naming(connection, [reader.names[one] for one in _own(reader, person)])
    return [
        Part("links between identifiers", links),
        Part("what the features mean", features),
        Part("retention periods", retention),
        Part("entries of the audit trail", _audit_entries(reader, person)),
        Part(
            "raw tables",
            [{"table": name, "rows": count} for name, count in raw.items()],
        ),
    ]


def _own(reader: _Reader, person: Person) -> list[uuid.UUID]:
    return [
        one.pseudonym for one in person.identifiers if one.pseudonym in reader.names
    ]


def _audit_entries(reader: _Reader, person: Person) -> list[dict[str, Any]]:
    stones = {
        tombstone(
            reader.opened.keyring, kind=one.kind, value=reader.names[one.pseudonym]
        )
        for one in person.identifiers
        if one.pseudonym in reader.names
    }
    return [
        {"at": str(entry.at), "by": entry.actor, "what": entry.action}
        for entry in read_trail(reader.connection)
        if entry.subject in stones
    ]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
