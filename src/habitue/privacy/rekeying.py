"""From old pseudonyms to new ones: which become which, and copying tables with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from habitue.database import has_table
from habitue.privacy.keyring import Keyring, set_session_keys
from habitue.privacy.keys import pseudonym_in_sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# What is hashed in each table of the vault: kind and value, and the column it gives.
# The values of match keys hang on the rules, so these are made anew by the next build;
# until then the old ones are replaced by what nobody can trace.
_VAULT_KEYS = {
    "identifiers": ("identifier_kind || ':' || raw_value", "pseudonym"),
    "profiles": ("'profile:' || profile", "profile_key"),
    "user_agents": ("'user_agent:' || user_agent", "user_agent_key"),
    "match_keys": ("'match:' || cast(match_key as varchar)", "match_key"),
}
# A session's id is a checksum of its visitor, session id, start and part. The table
# does not hold them all, so every combination is tried; the old id tells which it is.
_SESSIONS = """
    with measured as (
        select
            session_id, visitor_id, client_session_id, streak_started_at,
            min(started_at) as started_at
        from intermediate.int_session_days__measured
        group by all
    ),
    starts as (
        select distinct visitor_id, streak_started_at, started_at from measured
        union
        select distinct visitor_id, streak_started_at, streak_started_at from measured
        union
        select distinct
            visitor_id, streak_started_at, cast(null as timestamp)
        from measured
    ),
    named as (
        select *, '' as session_key from measured
        union all
        select *, client_session_id as session_key from measured
        where client_session_id != ''
    ),
    numbered as (
        select
            *,
            unnest(range(1 + date_diff('day', streak_started_at, started_at)))
                as part_number
        from named
    ),
    told as (
        select
            numbered.session_id, numbered.visitor_id,
            '|' || numbered.session_key
            || '|' || coalesce(cast(starts.started_at as varchar), '~')
            || '|' || cast(cast(numbered.part_number as double) as varchar) as rest
        from numbered
        inner join starts
            on numbered.visitor_id = starts.visitor_id
            and numbered.streak_started_at = starts.streak_started_at
    )
    select told.session_id as old_id, {new_id} as new_id
    from told
    inner join key_map on told.visitor_id = key_map.old_id
    where told.session_id = cast(md5(cast(told.visitor_id as varchar) || rest) as uuid)
"""
_STITCHED = """
    select distinct
        sessions.stitched_session_id as old_id,
        cast(md5(
            cast(key_map.new_id as varchar)
            || '|' || cast(stitched_started_at as varchar)
        ) as uuid) as new_id
    from intermediate.int_sessions__stitched as sessions
    inner join key_map on sessions.customer_id = key_map.old_id
"""
_CHANGES = """
    select
        changes.identity_change_id as old_id,
        cast(md5(
            cast(givers.new_id as varchar) || '|' || cast(takers.new_id as varchar)
            || '|' || cast(changes.changed_at as varchar)
        ) as uuid) as new_id
    from marts.identity_changes as changes
    inner join key_map as givers on changes.from_customer_id = givers.old_id
    inner join key_map as takers on changes.to_customer_id = takers.old_id
"""
_CONSENTS = """
    select
        changes.consent_change_id as old_id,
        cast(md5(
            cast(key_map.new_id as varchar) || '|' || changes.purpose
            || '|' || cast(changes.said_at as varchar)
        ) as uuid) as new_id
    from marts.consent_changes as changes
    inner join key_map on changes.pseudonym = key_map.old_id
"""


class RekeyingError(ValueError):
    """Something still holds an old pseudonym."""


class Table(NamedTuple):
    """A table to copy.

    Attributes:
        source: Qualified name of the old one.
        copy: Qualified name of the new one.
    """

    source: str
    copy: str


def map_keys(
    connection: duckdb.DuckDBPyConnection, new_keys: Keyring, *, vault: str
) -> int:
    """Make the temporary table ``key_map``: kind, old_id, new_id.

    It holds every pseudonym that the vault can make again, and every id that is made
    of one. The session's keys are the new ones afterwards.

    Returns:
        Number of pseudonyms.
    """
    set_session_keys(connection, new_keys)
    connection.execute(
        "create or replace temp table key_map (kind varchar, old_id uuid, new_id uuid)"
    )
    for table, (text, column) in _VAULT_KEYS.items():
        if _exists(connection, f"{vault}.{table}"):
            connection.execute(
                f"insert into key_map select '{column}', {column}, "  # noqa: S608
                f"min({pseudonym_in_sql(text)}) "
                f"from {vault}.{table} group by {column}"
            )
    (count,) = _row(connection, "select count(*) from key_map")
    _map_derived(connection)
    return int(count)


def _map_derived(connection: duckdb.DuckDBPyConnection) -> None:
    new_session = "cast(md5(cast(key_map.new_id as varchar) || rest) as uuid)"
    for kind, table, query in (
        (
            "session_id",
            "intermediate.int_session_days__measured",
            _SESSIONS.format(new_id=new_session),
        ),
        ("stitched_session_id", "intermediate.int_sessions__stitched", _STITCHED),
        ("identity_change_id", "marts.identity_changes", _CHANGES),
        ("consent_change_id", "marts.consent_changes", _CONSENTS),
    ):
        if _exists(connection, table):
            connection.execute(
                f"insert into key_map select '{kind}', old_id, "  # noqa: S608
                f"min(new_id) from ({query}) group by old_id"
            )


def tables_to_copy(
    connection: duckdb.DuckDBPyConnection, *, database: str, copy: str
) -> list[Table]:
    """The tables of a database, each with its name in the copy."""
    rows = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = ? and not internal order by 1, 2",
        [database],
    ).fetchall()
    return [
        Table(
            source=f'"{database}"."{schema}"."{name}"',
            copy=f'"{copy}"."{schema}"."{name}"',
        )
        for schema, name in rows
    ]


def copy_rekeyed(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Fill the copy of a table, with new ids for old ones wherever they stand.

    Returns:
        Number of rows.

    Raises:
        RekeyingError: If the copy has not as many rows as the table.
    """
    expressions, joins = [], []
    long_texts = _columns_of_long_texts(connection, table.source)
    for number, (name, data_type) in enumerate(_columns(connection, table.source)):
        column, key = f'old."{name}"', f'old."{name}"'
        places = {"id": data_type == "UUID", "text": False}
        if name in long_texts:
            key = f"try_cast({column} as uuid)"
            places = _places(connection, table.source, name, number)
        new = column
        if places["text"]:
            joins.append(
                f"left join text_map_{number} on cast({column} as varchar) "
                f"= text_map_{number}.old_text"
            )
            new = f"coalesce(cast(text_map_{number}.new_text as {data_type}), {new})"
        if places["id"]:
            joins.append(
                f"left join key_map as map_{number} on {key} = map_{number}.old_id"
            )
            new = f"coalesce(cast(map_{number}.new_id as {data_type}), {new})"
        expressions.append(new)
    connection.execute(
        f"insert into {table.copy} select {', '.join(expressions)} "  # noqa: S608
        f"from {table.source} as old {' '.join(joins)}"
    )
    (count,) = _row(connection, f"select count(*) from {table.copy}")  # noqa: S608
    (before,) = _row(connection, f"select count(*) from {table.source}")  # noqa: S608
    if count != before:
        raise RekeyingError(f"{table.source} has {before} rows, its copy {count}.")
    return int(count)


def require_no_trace(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Look through every column of a copy for an old id.

    Raises:
        RekeyingError: If one is there.
    """
    long_texts = _columns_of_long_texts(connection, table.copy)
    for name, data_type in _columns(connection, table.copy):
        if data_type == "UUID":
            query = (
                f'select 1 from {table.copy} where "{name}" '  # noqa: S608
                "in (select old_id from key_map)"
            )
        elif name in long_texts:
            query = _texts_with_old_ids(table.copy, name)
        else:
            continue
        if connection.execute(f"{query} limit 1").fetchall():
            raise RekeyingError(
                f"{table.copy} still holds an old pseudonym in {name}: nothing was "
                "changed."
            )


def _places(
    connection: duckdb.DuckDBPyConnection, source: str, column: str, number: int
) -> dict[str, bool]:
    """Whether old ids are texts of a column, and whether they stand in longer ones.

    For the latter text_map_<number> is made: old_text, new_text.
    """
    connection.execute(
        f"create or replace temp table text_map_{number} as "
        f"{_texts_with_old_ids(source, column)}"
    )
    (whole, longer) = _row(
        connection,
        "select count(*) filter (length(old_text) = 36), "  # noqa: S608
        f"count(*) filter (length(old_text) > 36) from text_map_{number}",
    )
    if longer:
        _map_longer_texts(connection, number)
    return {"id": bool(whole), "text": bool(longer)}


def _map_longer_texts(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    texts = connection.execute(
        f"select old_text from text_map_{number} "  # noqa: S608
        "where length(old_text) > 36"
    ).df()
    found = connection.execute(
        "select cast(old_id as varchar), cast(new_id as varchar) "  # noqa: S608
        "from key_map where old_id in (select cast(unnest("
        f"regexp_extract_all(old_text, '{_UUID}')) as uuid) from text_map_{number})"
    ).fetchall()
    new_ids = dict(found)
    texts["new_text"] = [
        re.sub(_UUID, lambda one: new_ids.get(one[0], one[0]), text)
        for text in texts["old_text"]
    ]
    connection.register("longer_texts", texts)
    connection.execute(
        f"create or replace temp table text_map_{number} as from longer_texts"
    )
    connection.unregister("longer_texts")


def _columns_of_long_texts(
    connection: duckdb.DuckDBPyConnection, relation: str
) -> set[str]:
    """The columns that hold a text as long as an id, with as many hyphens."""
    names = [
        name
        for name, data_type in _columns(connection, relation)
        if _may_hold_text(data_type)
    ]
    if not names:
        return set()
    tests = [f"coalesce(bool_or({_may_hold_id(name)}), false)" for name in names]
    found = _row(connection, f"select {', '.join(tests)} from {relation}")  # noqa: S608
    return {name for name, may_hold in zip(names, found, strict=True) if may_hold}


def _may_hold_id(column: str) -> str:
    text = f'cast("{column}" as varchar)'
    return f"(length({text}) >= 36 and {text} like '%-%-%-%-%')"


def _texts_with_old_ids(relation: str, column: str) -> str:
    """A query for the distinct texts of a column that an old id stands in."""
    text = f'cast("{column}" as varchar)'
    return (
        "with texts as ("  # noqa: S608
        f"select distinct {text} as old_text from {relation} "
        f"where {_may_hold_id(column)}"
        "), found as ("
        f"select old_text, unnest(regexp_extract_all(old_text, '{_UUID}')) as id "
        "from texts) select distinct old_text from found "
        "where cast(id as uuid) in (select old_id from key_map)"
    )


def _columns(
    connection: duckdb.DuckDBPyConnection, relation: str
) -> Iterator[tuple[str, str]]:
    for name, data_type, *_ in connection.execute(f"describe {relation}").fetchall():
        yield name, data_type


def _may_hold_text(data_type: str) -> bool:
    """Text, and what is made of other values: lists, structs, maps, JSON."""
    if data_type in {"VARCHAR", "JSON"}:
        return True
    is_composed = bool(re.search(r"[\[(]", data_type))
    return is_composed and not data_type.startswith("DECIMAL")


def _exists(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    schema, name = relation.rsplit(".", 1)
    return has_table(connection, name, schema=schema)


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    row: tuple[int, ...] = connection.execute(query).fetchall()[0]
    return row
