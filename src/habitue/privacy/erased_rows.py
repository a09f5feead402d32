"""What is a person's in the main database, and taking it out, statement by statement.

Keys are kept in temporary tables (`keep_person`), so that no statement is long and none
holds a raw identifier. Everything here runs in the caller's transaction.
"""

# Statements are put together from names of tables and columns of the project, never
# from what somebody typed.
# ruff: noqa: S608

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from habitue.privacy.places import DELIVERED, STUB_COLUMNS, Table, quoted, tables_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

NOBODY = uuid.UUID(int=0)
_EVENTS = "int_events__delivered"
_TOUCHED = "int_visitor_days__touched"


def keep_person(
    connection: duckdb.DuckDBPyConnection,
    *,
    keys: Iterable[uuid.UUID],
    profile_keys: Iterable[uuid.UUID] = (),
    other_keys: Iterable[uuid.UUID] = (),
) -> None:
    """Have the following statements be about this person.

    Args:
        connection: It gets temporary tables.
        keys: Their pseudonyms.
        profile_keys: What only they said of themselves.
        other_keys: Other keys of the vault that are only theirs.
    """
    _keep(connection, "person_keys", keys)
    _keep(connection, "person_profiles", profile_keys)
    _keep(connection, "forgotten_keys", [*keys, *profile_keys, *other_keys])
    _keep_orders(connection)


def their_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """A condition for the person's rows, by table of delivered rows that there is."""
    conditions = {
        name: " or ".join(f"{one} in (select key from person_keys)" for one in columns)
        for name, columns in DELIVERED.items()
    }
    of_order = " or (source, order_id) in (select source, order_id from person_orders)"
    conditions["int_order_lines__delivered"] += of_order
    conditions["int_order_headers__delivered"] += of_order
    conditions[_EVENTS] += (
        f" or (visitor_id = uuid '{NOBODY}' and user_key is null and email_key is null "
        "and profile_key in (select key from person_profiles))"
    )
    there = {one.name for one in tables_of(connection) if one.schema == "intermediate"}
    return {name: theirs for name, theirs in conditions.items() if name in there}


def only_theirs(connection: duckdb.DuckDBPyConnection, column: str) -> list[uuid.UUID]:
    """What events of the person's keys say, and no other events that name somebody."""
    theirs = " or ".join(
        f"coalesce({one} in (select key from person_keys), false)"
        for one in DELIVERED[_EVENTS]
    )
    names = f"visitor_id != uuid '{NOBODY}' or email_key is not null"
    return column_of(
        connection,
        f"select {column} from intermediate.{_EVENTS} "
        f"where {column} is not null group by 1 "
        f"having bool_or({theirs}) and bool_and(({theirs}) or not ({names})) "
        "order by 1",
    )


def touch_days(connection: duckdb.DuckDBPyConnection, tables: list[Table]) -> int:
    """Have the next build do again what others' rows owe to those that go.

    Days of other visitors: those that held the person's rows as well, and those of
    events that share an id, order or page view with one. They are noted at the time of
    the last build that was completed, or just after it: nothing that arrived since must
    be taken to be older.

    Returns:
        Days of other visitors.
    """
    names = {one.name for one in tables}
    if not {_TOUCHED, _EVENTS} <= names:
        return 0
    connection.execute(_REMOVED_EVENTS.format(theirs=their_rows(connection)[_EVENTS]))
    connection.execute(_REDONE_DAYS)
    completed = (
        "(select max(touched_at) + to_microseconds(1) "
        "from intermediate.int_batches__completed)"
        if "int_batches__completed" in names
        else "null"
    )
    connection.execute(
        f"insert into intermediate.{_TOUCHED} "
        "(visitor_id, activity_date, touched_at) select visitor_id, activity_date, "
        f"greatest({completed}, (select max(touched_at) from intermediate.{_TOUCHED})) "
        "from redone_days"
    )
    _forget_sessions(connection, names)
    return count_of(
        connection,
        f"select count(*) from redone_days where visitor_id != uuid '{NOBODY}'",
    )


def make_stubs(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Leave of the person's rows of a table what the ledger needs; gives how many."""
    columns = column_of(
        connection,
        "select column_name from duckdb_columns() where schema_name = ? "
        "and table_name = ? and database_name = current_database()",
        [table.schema, table.name],
    )
    values = {name: "null" for name in columns if name not in STUB_COLUMNS}
    values["invalid_reason"] = "'erased'"
    if table.name == _EVENTS:
        values["visitor_id"] = f"uuid '{NOBODY}'"
    if "received_at" in columns:
        values["received_at"] = "date_trunc('day', received_at)"
    assignments = ", ".join(f"{quoted(name)} = {to}" for name, to in values.items())
    theirs = their_rows(connection)[table.name]
    return count_of(
        connection,
        f"update {table.sql} set {assignments} where {theirs}",
    )


def delete_keys(
    connection: duckdb.DuckDBPyConnection, table: Table, *, database: str = ""
) -> int:
    """Delete the rows of a table that hold one of the keys, also as text.

    Args:
        connection: It knows the keys.
        table: The table.
        database: Its database, the main one without.

    Returns:
        How many.
    """
    conditions = [
        f"{quoted(name)} in (select key from forgotten_keys)" for name in table.uuids
    ]
    conditions += [
        f"{quoted(name)} in (select cast(key as varchar) from forgotten_keys)"
        for name in table.texts
    ]
    if not conditions:
        return 0
    prefix = f"{database}." if database else ""
    return count_of(
        connection,
        f"delete from {prefix}{table.sql} where {' or '.join(conditions)}",
    )


def column_of(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    parameters: list[Any] | None = None,
) -> list[Any]:
    """The first column of a query."""
    return [row[0] for row in connection.execute(query, parameters).fetchall()]


def count_of(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    """The only number that a statement gives: rows changed, or counted."""
    return int(connection.execute(statement).fetchall()[0][0])


def _keep(
    connection: duckdb.DuckDBPyConnection, name: str, keys: Iterable[uuid.UUID]
) -> None:
    connection.execute(
        f"create or replace temporary table {name} as select unnest(?::uuid[]) as key",
        [list(keys)],
    )


def _keep_orders(connection: duckdb.DuckDBPyConnection) -> None:
    """Orders that name the person and no other; their lines may name them alone."""
    there = {one.name for one in tables_of(connection) if one.schema == "intermediate"}
    named = [
        f"select source, order_id, {column} in (select key from person_keys) "
        f"as is_theirs, {column != 'visitor_id'} as is_person from intermediate.{name} "
        f"where order_id is not null and {column} is not null"
        for name in ("int_order_headers__delivered", "int_order_lines__delivered")
        for column in DELIVERED[name]
        if name in there
    ]
    named.append("select null, null, false, false")
    connection.execute(
        "create or replace temporary table person_orders as "
        f"select source, order_id from ({' union all '.join(named)}) as named "
        "group by 1, 2 "
        "having bool_or(is_theirs) and bool_and(is_theirs or not is_person)"
    )


def _forget_sessions(connection: duckdb.DuckDBPyConnection, names: set[str]) -> None:
    """Sessions that the person's rows were in: what was said of them goes as well."""
    if "int_session_days__measured" in names:
        connection.execute(
            "insert into forgotten_keys "
            "select distinct sessions.session_id "
            "from intermediate.int_session_days__measured as sessions "
            "inner join removed_events as removed "
            "on sessions.visitor_id = removed.visitor_id "
            "and removed.occurred_at between sessions.started_at and sessions.ended_at"
        )


_REMOVED_EVENTS = f"""
    create or replace temporary table removed_events as
    select
        source, event_id, business_key, visitor_id, client_session_id, activity_date,
        occurred_at
    from intermediate.{_EVENTS}
    where invalid_reason is null and ({{theirs}})
"""
_REDONE_DAYS = f"""
    create or replace temporary table redone_days as
    with

    removed as (
        select *, visitor_id in (select key from person_keys) as is_gone
        from removed_events
    ),

    valid as (
        select * from intermediate.{_EVENTS}
        where invalid_reason is null
    ),

    repeated_keys as (
        select source, business_key from removed where business_key is not null
        union
        select source, business_key from valid
        where business_key is not null
            and (source, event_id) in (select source, event_id from removed)
    ),

    related as (
        select visitor_id, activity_date from removed
        union
        select visitor_id, activity_date from valid
        where (source, event_id) in (select source, event_id from removed)
            or (source, business_key) in (
                select source, business_key from repeated_keys
            )
            or (visitor_id, client_session_id) in (
                select visitor_id, client_session_id from removed where not is_gone
            )
    ),

    others as (
        select * from related
        where visitor_id not in (select key from person_keys)
    )

    select visitor_id, activity_date from others
    union
    select visitor_id, cast(activity_date + 1 as date) from others
    union
    select uuid '{NOBODY}', activity_date from removed
"""
