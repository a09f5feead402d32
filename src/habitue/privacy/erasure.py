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
from typing import TYPE_CHECKING, NamedTuple

from habitue.audit import Entry, current_actor, read_trail, record
from habitue.database import has_table
from habitue.privacy.erased_rows import (
    column_of,
    count_of,
    delete_keys,
    keep_person,
    make_stubs,
    only_theirs,
    their_rows,
    touch_days,
)
from habitue.privacy.keyring import tombstone
from habitue.privacy.pending import begin_work, finish_work
from habitue.privacy.person import tombstone_of_asked
from habitue.privacy.places import (
    DELIVERED,
    PROJECT_SCHEMAS,
    rows_naming,
    tables_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from habitue.privacy.connection import PrivacyConnection
    from habitue.privacy.person import Person

WORK = "erasure"
COMMAND = "habitue privacy erase --resume"
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
    keep_person(connection, keys=keys)
    profiles = only_theirs(connection, "profile_key")
    agents = only_theirs(connection, "user_agent_key")
    keep_person(connection, keys=keys, profile_keys=profiles)
    matches = (
        column_of(
            connection,
            f"select match_key from {vault}.match_keys group by 1 "  # noqa: S608
            "having bool_and(profile_key in (select key from person_profiles))",
        )
        if has_table(connection, "match_keys", schema=vault)
        else []
    )
    identifiers = _identifiers(opened)
    now = datetime.now(tz=UTC).replace(tzinfo=None)
    return Plan(
        erasure_id=_next_id(opened, now),
        planned_at=now,
        actor=current_actor(),
        asked_tombstone=tombstone_of_asked(opened, person),
        keys=keys,
        shared_key_count=len(person.shared),
        profile_keys=profiles,
        match_keys=matches,
        user_agent_keys=agents,
        tombstones=[
            (named[0], _tombstone(opened, named))
            for named in [*identifiers.values(), *_beside_identifiers(opened)]
        ],
        vault_entries=Counter(one.kind for one in person.identifiers)
        + Counter(profile=len(profiles), match_key=len(matches))
        + Counter(user_agent=len(agents)),
        raw_rows=rows_naming(connection, [value for _, value in identifiers.values()]),
    )


def _identifiers(opened: PrivacyConnection) -> dict[uuid.UUID, tuple[str, str]]:
    """Kind and raw value of the person's identifiers."""
    rows = opened.connection.execute(
        "select pseudonym, identifier_kind, raw_value "  # noqa: S608
        f"from {opened.vault}.identifiers "
        "where pseudonym in (select key from person_keys) order by 2, 3"
    ).fetchall()
    return {key: (kind, value) for key, kind, value in rows}


def _beside_identifiers(opened: PrivacyConnection) -> list[tuple[str, str]]:
    """What else must not come back: rows may hold it without an identifier."""
    profiles = column_of(
        opened.connection,
        f"select profile from {opened.vault}.profiles "  # noqa: S608
        "where profile_key in (select key from person_profiles) order by 1",
    )
    orders = column_of(
        opened.connection,
        "select source || ' ' || order_id from person_orders order by 1",
    )
    return [
        *(("profile", text) for text in profiles),
        *(("order_id", text) for text in orders),
    ]


def _tombstone(opened: PrivacyConnection, named: tuple[str, str]) -> str:
    return tombstone(opened.keyring, kind=named[0], value=named[1])


def preview(opened: PrivacyConnection, plan: Plan) -> dict[str, int]:
    """Rows that an erasure makes stubs, by table; nothing is written."""
    _keep_person(opened, plan)
    return {
        name: count_of(
            opened.connection,
            f"select count(*) from intermediate.{name} where {theirs}",  # noqa: S608
        )
        for name, theirs in their_rows(opened.connection).items()
    }


def begin(opened: PrivacyConnection, plan: Plan) -> None:
    """Write plan and tombstones into the vault; from here on it must be finished."""
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


def _forget_rows(
    opened: PrivacyConnection, plan: Plan, progress: Callable[[str], object]
) -> Outcome:
    """Everything in the main database, in one transaction with its audit entry."""
    connection = opened.connection
    _keep_person(opened, plan)
    tables = [one for one in tables_of(connection) if one.schema in PROJECT_SCHEMAS]
    connection.begin()
    progress("days to do again")
    redone_days = touch_days(connection, tables)
    stubs = {}
    for table in tables:
        if table.name in DELIVERED:
            progress(table.name)
            stubs[table.name] = make_stubs(connection, table)
    rows = {}
    for table in tables:
        if table.name in DELIVERED:
            continue
        progress(table.name)
        count = delete_keys(connection, table)
        if count:
            rows[f"{table.schema}.{table.name}"] = count
    entry = record(
        connection,
        opened.keyring.secret,
        action="erase",
        subject=plan.asked_tombstone,
        row_count=sum(stubs.values()),
        parameters={
            "erasure_id": plan.erasure_id,
            "stubs": stubs,
            "rows": rows,
            "redone_days": redone_days,
        },
        actor=plan.actor,
    )
    connection.commit()
    return Outcome(plan, stubs, rows, redone_days, entry)


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
    _keep_person(opened, plan)
    database, _, schema = opened.vault.rpartition(".")
    connection.begin()
    for table in tables_of(connection, database=database or None):
        if table.schema == schema and table.uuids:
            delete_keys(connection, table, database=database)
    connection.commit()


def _keep_person(opened: PrivacyConnection, plan: Plan) -> None:
    keep_person(
        opened.connection,
        keys=plan.keys,
        profile_keys=plan.profile_keys,
        other_keys=[*plan.match_keys, *plan.user_agent_keys],
    )


def _next_id(opened: PrivacyConnection, now: datetime) -> str:
    day = f"{now:%Y-%m-%d}"
    if not has_table(opened.connection, "tombstones", schema=opened.vault):
        return f"{day}_1"
    count = count_of(
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
