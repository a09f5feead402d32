"""Forgetting a person, in steps that a kill between any two of them does not harm.

One transaction can write to one database file only, and the vault may be a file of its
own. So what is going to be done is written down in the vault first (the plan); then the
rows are made stubs or deleted; then the vault forgets; then the certificate is written;
and last the plan is deleted. A build refuses to start while there is a plan, and
`finish` takes it up again where it was left.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from habitue.audit import Entry, current_actor, read_trail, record
from habitue.database import has_table
from habitue.privacy.keyring import tombstone
from habitue.privacy.pending import begin_work, finish_work
from habitue.privacy.places import (
    DELIVERED,
    OWN_SCHEMAS,
    PROJECT_SCHEMAS,
    STUB_COLUMNS,
    Table,
    quoted,
    tables_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from habitue.privacy.connection import PrivacyConnection
    from habitue.privacy.person import Person

WORK = "erasure"
COMMAND = "habitue privacy erase --resume"
_NOBODY = uuid.UUID(int=0)
_PLANS = """
    create table if not exists {vault}.erasure_plans (
        erasure_id varchar, planned_at timestamp, plan varchar
    );
    create table if not exists {vault}.tombstones (
        tombstone varchar, identifier_kind varchar, erasure_id varchar,
        erased_at timestamp
    )
"""


class Plan(NamedTuple):
    """What an erasure is going to remove: keys and tombstones, no raw identifiers.

    Attributes:
        erasure_id: Its name: the date and a number.
        planned_at: When it was begun, UTC.
        actor: Who began it.
        asked_tombstone: Tombstone of the identifier that was asked for.
        keys: Pseudonyms that are the person's alone.
        shared_key_count: Cookies and devices that other people were seen with: of these
            only the rows go that name the person.
        profile_keys: What only they said of themselves.
        match_keys: What only they match by.
        user_agent_keys: User agents that nobody else uses.
        tombstones: Kind and tombstone of everything that must not come back.
        vault_entries: Entries of the vault that go, by kind.
        raw_rows: Rows of raw tables in this database that name the person, by table.
    """

    erasure_id: str
    planned_at: datetime
    actor: str
    asked_tombstone: str
    keys: list[uuid.UUID]
    shared_key_count: int
    profile_keys: list[uuid.UUID]
    match_keys: list[uuid.UUID]
    user_agent_keys: list[uuid.UUID]
    tombstones: list[tuple[str, str]]
    vault_entries: dict[str, int]
    raw_rows: dict[str, int]


class Outcome(NamedTuple):
    """What an erasure removed.

    Attributes:
        plan: What it was about.
        stubs: Rows made stubs, by table.
        rows: Rows deleted, by table.
        redone_days: Days of other visitors that the next build does again.
        entry: Its entry on the audit trail.
    """

    plan: Plan
    stubs: dict[str, int]
    rows: dict[str, int]
    redone_days: int
    entry: Entry


def make_plan(opened: PrivacyConnection, person: Person) -> Plan:
    """What erasing a person removes; nothing is written.

    Args:
        opened: The database and its vault.
        person: Who.
    """
    connection, vault = opened.connection, opened.vault
    keys = [one.pseudonym for one in person.identifiers]
    _keep(connection, "erased_keys", keys)
    profiles = _only_theirs(connection, "profile_key")
    _keep(connection, "erased_profiles", profiles)
    agents = _only_theirs(connection, "user_agent_key")
    matches = _column(
        connection,
        f"select match_key from {vault}.match_keys group by 1 "  # noqa: S608
        "having bool_and(profile_key in (select key from erased_profiles))",
    )
    _keep_orders(connection)
    raw = {
        uuid_: (kind, value)
        for uuid_, kind, value in connection.execute(
            "select pseudonym, identifier_kind, raw_value "  # noqa: S608
            f"from {vault}.identifiers where pseudonym in (select key from erased_keys)"
        ).fetchall()
    }
    named = [raw[key] for key in keys if key in raw]
    named += [
        ("profile", text)
        for text in _column(
            connection,
            f"select profile from {vault}.profiles "  # noqa: S608
            "where profile_key in (select key from erased_profiles)",
        )
    ]
    named += [
        ("order_id", text)
        for text in _column(
            connection,
            "select source || ' ' || order_id from erased_orders order by 1",
        )
    ]
    kind, value = raw[person.asked.pseudonym]
    now = datetime.now(tz=UTC).replace(tzinfo=None)
    return Plan(
        erasure_id=_next_id(opened, now),
        planned_at=now,
        actor=current_actor(),
        asked_tombstone=tombstone(opened.keyring, kind=kind, value=value),
        keys=keys,
        shared_key_count=len(person.shared),
        profile_keys=profiles,
        match_keys=matches,
        user_agent_keys=agents,
        tombstones=[
            (kind, tombstone(opened.keyring, kind=kind, value=value))
            for kind, value in named
        ],
        vault_entries=dict(
            Counter(one.kind for one in person.identifiers)
            | Counter(profile=len(profiles), user_agent=len(agents))
            | Counter(match_key=len(matches))
        ),
        raw_rows=rows_naming(connection, [value for _, value in raw.values()]),
    )


def preview(opened: PrivacyConnection, plan: Plan) -> dict[str, int]:
    """Rows that an erasure makes stubs, by table; nothing is written."""
    _keep_plan(opened.connection, plan)
    return {
        name: _count(
            opened.connection,
            f"select count(*) from intermediate.{name} where {theirs}",  # noqa: S608
        )
        for name, theirs in _their_rows(opened.connection).items()
    }


def begin(opened: PrivacyConnection, plan: Plan) -> None:
    """Write the plan and the tombstones into the vault: from here on it must be finished."""
    connection, vault = opened.connection, opened.vault
    connection.begin()
    connection.execute(_PLANS.format(vault=vault))
    begin_work(connection, vault=vault, work=WORK, command=COMMAND)
    connection.execute(
        f"insert into {vault}.erasure_plans values (?, ?, ?)",  # noqa: S608
        [plan.erasure_id, plan.planned_at, _packed(plan)],
    )
    connection.executemany(
        f"insert into {vault}.tombstones values (?, ?, ?, ?)",  # noqa: S608
        [
            [stone, kind, plan.erasure_id, plan.planned_at]
            for kind, stone in plan.tombstones
        ],
    )
    connection.commit()


def unfinished(opened: PrivacyConnection) -> Plan | None:
    """The erasure that was begun and not finished, None if there is none."""
    if not has_table(opened.connection, "erasure_plans", schema=opened.vault):
        return None
    rows = opened.connection.execute(
        f"select plan from {opened.vault}.erasure_plans order by planned_at"  # noqa: S608
    ).fetchall()
    return _unpacked(rows[0][0]) if rows else None


def finish(
    opened: PrivacyConnection,
    plan: Plan,
    *,
    certify: Callable[[Outcome], None],
    progress: Callable[[str], object] = lambda _: None,
) -> Outcome:
    """Do what a plan says, from where it was left.

    Args:
        opened: The database and its vault.
        plan: A plan that was begun.
        certify: Writes the certificate; called again if it was interrupted.
        progress: Told what is being done.
    """
    outcome = _outcome_of(opened, plan)
    if outcome is None:
        outcome = _forget_rows(opened, plan, progress)
    progress("the vault")
    _forget_in_vault(opened, plan)
    progress("the certificate")
    certify(outcome)
    connection, vault = opened.connection, opened.vault
    connection.begin()
    connection.execute(
        f"delete from {vault}.erasure_plans where erasure_id = ?",  # noqa: S608
        [plan.erasure_id],
    )
    finish_work(connection, vault=vault, work=WORK)
    connection.commit()
    return outcome


def rows_naming(
    connection: duckdb.DuckDBPyConnection, values: list[str]
) -> dict[str, int]:
    """Rows of tables that are not the project's and hold one of these texts, by table.

    Args:
        connection: Any connection.
        values: Raw identifiers, e-mails in lower case.
    """
    found = {}
    connection.execute(
        "create or replace temporary table erased_texts as "
        "select unnest(?::varchar[]) as text",
        [values],
    )
    for table in tables_of(connection):
        if table.schema in OWN_SCHEMAS or not table.texts:
            continue
        named = " or ".join(
            f"trim({quoted(name)}) in (select text from erased_texts) "
            f"or lower(trim({quoted(name)})) in "
            "(select text from erased_texts where contains(text, '@'))"
            for name in table.texts
        )
        count = _count(
            connection,
            f"select count(*) from {table.sql} where {named}",  # noqa: S608
        )
        if count:
            found[f"{table.schema}.{table.name}"] = count
    return found


def _forget_rows(
    opened: PrivacyConnection, plan: Plan, progress: Callable[[str], object]
) -> Outcome:
    """Everything in the main database, in one transaction with its audit entry."""
    connection = opened.connection
    _keep_plan(connection, plan)
    tables = [one for one in tables_of(connection) if one.schema in PROJECT_SCHEMAS]
    connection.begin()
    progress("days to do again")
    redone_days = _touch_days(connection, tables)
    _keep_sessions(connection, tables)
    stubs = {}
    for table in tables:
        if table.name in DELIVERED:
            progress(table.name)
            stubs[table.name] = _make_stubs(connection, table)
    rows = {}
    for table in tables:
        if table.name in DELIVERED:
            continue
        progress(table.name)
        count = delete_keys(connection, table)
        if count:
            rows[f"{table.schema}.{table.name}"] = count
    removed = {"stubs": stubs, "rows": rows, "redone_days": redone_days}
    entry = record(
        connection,
        opened.keyring.secret,
        action="erase",
        subject=plan.asked_tombstone,
        row_count=sum(stubs.values()),
        parameters={"erasure_id": plan.erasure_id, **removed},
        actor=plan.actor,
    )
    connection.commit()
    return Outcome(plan=plan, entry=entry, **removed)


def _outcome_of(opened: PrivacyConnection, plan: Plan) -> Outcome | None:
    """What was removed, if the rows are gone already: the audit trail knows."""
    for entry in read_trail(opened.connection):
        if entry.action != "erase":
            continue
        told = json.loads(entry.parameters)
        if told.pop("erasure_id") == plan.erasure_id:
            return Outcome(plan=plan, entry=entry, **told)
    return None


def _forget_in_vault(opened: PrivacyConnection, plan: Plan) -> None:
    connection = opened.connection
    _keep_plan(connection, plan)
    database, _, schema = opened.vault.rpartition(".")
    connection.begin()
    for table in tables_of(connection, database=database or None):
        if table.schema == schema and table.uuids:
            delete_keys(connection, table, database=database)
    connection.commit()


def delete_keys(
    connection: duckdb.DuckDBPyConnection, table: Table, *, database: str = ""
) -> int:
    """Delete the rows of a table that hold one of the keys, also as text."""
    conditions = [
        f"{quoted(name)} in (select key from forgotten_keys)" for name in table.uuids
    ] + [
        f"{quoted(name)} in (select cast(key as varchar) from forgotten_keys)"
        for name in table.texts
    ]
    if not conditions:
        return 0
    prefix = f"{database}." if database else ""
    return _count(
        connection,
        f"delete from {prefix}{table.sql} "  # noqa: S608
        f"where {' or '.join(conditions)}",
    )


def _make_stubs(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    columns = _column(
        connection,
        "select column_name from duckdb_columns() where schema_name = ? "
        "and table_name = ? and database_name = current_database()",
        [table.schema, table.name],
    )
    values = {name: "null" for name in columns if name not in STUB_COLUMNS}
    values["invalid_reason"] = "'erased'"
    if table.name == "int_events__delivered":
        values["visitor_id"] = f"uuid '{_NOBODY}'"
    if "received_at" in columns:
        values["received_at"] = "date_trunc('day', received_at)"
    assignments = ", ".join(f"{quoted(name)} = {to}" for name, to in values.items())
    theirs = _their_rows(connection)[table.name]
    return _count(
        connection,
        f"update {table.sql} set {assignments} where {theirs}",  # noqa: S608
    )


def _their_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """A condition for the person's rows, by table of delivered rows that there is."""
    of_key = {
        name: " or ".join(f"{one} in (select key from erased_keys)" for one in columns)
        for name, columns in DELIVERED.items()
    }
    of_order = " or (source, order_id) in (select source, order_id from erased_orders)"
    of_key["int_order_lines__delivered"] += of_order
    of_key["int_order_headers__delivered"] += of_order
    of_key["int_events__delivered"] += (
        f" or (visitor_id = uuid '{_NOBODY}' and user_key is null and email_key is null "
        "and profile_key in (select key from erased_profiles))"
    )
    there = {one.name for one in tables_of(connection) if one.schema == "intermediate"}
    return {name: theirs for name, theirs in of_key.items() if name in there}


def _touch_days(connection: duckdb.DuckDBPyConnection, tables: list[Table]) -> int:
    """Have the next build do again what rows of others owe to those that go.

    Days of other visitors: those that held the person's rows as well, and those of
    events that shared an id, order or page view with one. Days are of their own time:
    just after the last build that was completed, so that nothing that arrived since is
    taken to be older.
    """
    if not {"int_visitor_days__touched", "int_events__delivered"} <= {
        one.name for one in tables
    }:
        return 0
    connection.execute(
        _REMOVED.format(theirs=_their_rows(connection)["int_events__delivered"])
    )
    connection.execute(_DAYS)
    completed = (
        "(select max(touched_at) + to_microseconds(1) "
        "from intermediate.int_batches__completed)"
        if "int_batches__completed" in {one.name for one in tables}
        else "null"
    )
    connection.execute(
        "insert into intermediate.int_visitor_days__touched "  # noqa: S608
        "(visitor_id, activity_date, touched_at) "
        "select visitor_id, activity_date, greatest("
        f"{completed}, (select max(touched_at) "
        "from intermediate.int_visitor_days__touched)) from redone_days"
    )
    return _count(
        connection,
        "select count(*) from redone_days where visitor_id != "  # noqa: S608
        f"uuid '{_NOBODY}'",
    )


_REMOVED = """
    create or replace temporary table removed_events as
    select
        source, event_id, business_key, visitor_id, client_session_id, activity_date,
        occurred_at
    from intermediate.int_events__delivered
    where invalid_reason is null and ({theirs})
"""
_DAYS = f"""
    create or replace temporary table redone_days as
    with

    removed as (
        select *, visitor_id in (select key from erased_keys) as is_gone
        from removed_events
    ),

    others as (
        select * from intermediate.int_events__delivered as delivered
        where invalid_reason is null
    ),

    repeated_keys as (
        select source, business_key from removed where business_key is not null
        union
        select source, business_key from others
        where business_key is not null
            and (source, event_id) in (select source, event_id from removed)
    ),

    related as (
        select visitor_id, activity_date from removed where not is_gone
        union
        select visitor_id, activity_date from others
        where (source, event_id) in (select source, event_id from removed)
            or (source, business_key) in (select source, business_key from repeated_keys)
            or (visitor_id, client_session_id) in (
                select visitor_id, client_session_id from removed where not is_gone
            )
    )

    select visitor_id, activity_date from related
    where visitor_id not in (select key from erased_keys)
    union
    select visitor_id, cast(activity_date + 1 as date) from related
    where visitor_id not in (select key from erased_keys)
    union
    select uuid '{_NOBODY}', activity_date from removed
"""


def _keep_sessions(connection: duckdb.DuckDBPyConnection, tables: list[Table]) -> None:
    """Sessions that the person's rows were in: what was said of them is forgotten."""
    connection.execute(
        "create or replace temporary table forgotten_keys as "
        "select key from erased_keys union select key from erased_others"
    )
    names = {one.name for one in tables}
    if {"int_session_days__measured", "int_visitor_days__touched"} <= names:
        connection.execute(
            "insert into forgotten_keys "
            "select distinct sessions.session_id "
            "from intermediate.int_session_days__measured as sessions "
            "inner join removed_events as removed "
            "on sessions.visitor_id = removed.visitor_id "
            "and removed.occurred_at between sessions.started_at and sessions.ended_at"
        )


def _keep_plan(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    _keep(connection, "erased_keys", plan.keys)
    _keep(connection, "erased_profiles", plan.profile_keys)
    _keep(
        connection,
        "erased_others",
        [*plan.profile_keys, *plan.match_keys, *plan.user_agent_keys],
    )
    connection.execute(
        "create or replace temporary table forgotten_keys as "
        "select key from erased_keys union select key from erased_others"
    )
    _keep_orders(connection)


def _keep_orders(connection: duckdb.DuckDBPyConnection) -> None:
    """Orders that name the person and no other person: lines may name the order alone."""
    named = [
        "select source, order_id, "  # noqa: S608
        f"{column} in (select key from erased_keys) as is_theirs, "
        f"{column != 'visitor_id'} as is_person from intermediate.{name} "
        f"where order_id is not null and {column} is not null"
        for name in ("int_order_headers__delivered", "int_order_lines__delivered")
        for column in DELIVERED[name]
    ]
    connection.execute(
        "create or replace temporary table erased_orders as "  # noqa: S608
        f"select source, order_id from ({' union all '.join(named)}) as named "
        "group by 1, 2 having bool_or(is_theirs) and bool_and(is_theirs or not is_person)"
    )


def _only_theirs(connection: duckdb.DuckDBPyConnection, column: str) -> list[uuid.UUID]:
    """What the person's events say, and no other events do."""
    theirs = " or ".join(
        f"coalesce({one} in (select key from erased_keys), false)"
        for one in DELIVERED["int_events__delivered"]
    )
    # An event that names nobody is whose profile it gives, so it is not another's.
    names = f"visitor_id != uuid '{_NOBODY}' or email_key is not null"
    return _column(
        connection,
        f"select {column} from intermediate.int_events__delivered "  # noqa: S608
        f"where {column} is not null group by 1 "
        f"having bool_or({theirs}) and bool_and(({theirs}) or not ({names})) order by 1",
    )


def _keep(
    connection: duckdb.DuckDBPyConnection, name: str, keys: list[uuid.UUID]
) -> None:
    connection.execute(
        f"create or replace temporary table {name} as select unnest(?::uuid[]) as key",
        [keys],
    )


def _column(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    parameters: list[Any] | None = None,
) -> list[Any]:
    return [row[0] for row in connection.execute(query, parameters).fetchall()]


def _count(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    """The only number that a statement gives: rows changed, or counted."""
    return int(connection.execute(statement).fetchall()[0][0])


def _next_id(opened: PrivacyConnection, now: datetime) -> str:
    day = f"{now:%Y-%m-%d}"
    if not has_table(opened.connection, "tombstones", schema=opened.vault):
        return f"{day}_1"
    count = _count(
        opened.connection,
        "select count(distinct erasure_id) "  # noqa: S608
        f"from {opened.vault}.tombstones where starts_with(erasure_id, '{day}')",
    )
    return f"{day}_{count + 1}"


def _packed(plan: Plan) -> str:
    return json.dumps(plan._asdict(), default=str)


def _unpacked(text: str) -> Plan:
    told = json.loads(text)
    for name in ("keys", "profile_keys", "match_keys", "user_agent_keys"):
        told[name] = [uuid.UUID(key) for key in told[name]]
    told["planned_at"] = datetime.fromisoformat(told["planned_at"])
    told["tombstones"] = [tuple(pair) for pair in told["tombstones"]]
    return Plan(**told)
