"""Whom an identifier means: the person, and the identifiers that are theirs alone."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, NamedTuple

from habitue.database import has_table
from habitue.privacy.keyring import tombstone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import duckdb

    from habitue.privacy.connection import PrivacyConnection

KINDS = ("user_id", "email", "anonymous_id", "device_id", "client_session_id")
# What a person holds, and others may hold as well.
HELD_KINDS = ("anonymous_id", "device_id", "client_session_id")
_EMAIL = re.compile(r".+@.+", re.DOTALL)


class PersonError(ValueError):
    """An identifier that means nobody, or several people."""


class AlreadyErasedError(PersonError):
    """The person was erased.

    Attributes:
        erased_at: When, UTC.
    """

    def __init__(self, message: str, erased_at: datetime) -> None:
        super().__init__(message)
        self.erased_at = erased_at


class Identifier(NamedTuple):
    """An identifier by its pseudonym.

    Attributes:
        pseudonym: Its pseudonym.
        kind: Its kind, such as ``user_id``.
    """

    pseudonym: uuid.UUID
    kind: str


class Person(NamedTuple):
    """A person as the project knows them.

    Attributes:
        asked: The identifier that was asked for.
        customer_ids: Their customer; none before a build has made one.
        identifiers: Those that are theirs alone, the asked one among them.
        shared: Cookies and devices of theirs that other people were seen with.
    """

    asked: Identifier
    customer_ids: tuple[uuid.UUID, ...]
    identifiers: tuple[Identifier, ...]
    shared: tuple[Identifier, ...]


def normalised(kind: str, text: str) -> str | None:
    """An identifier in the spelling in which the vault holds it; None if it cannot be.

    Args:
        kind: Its kind.
        text: As it was typed.
    """
    text = text.strip()
    if kind == "email":
        return text.lower() if _EMAIL.fullmatch(text) else None
    return text or None


def require_kind(kind: str | None) -> None:
    """Stop at a kind that there is not.

    Raises:
        PersonError: If there is none of that name; the message names those there are.
    """
    if kind and kind not in KINDS:
        known = ", ".join(KINDS)
        raise PersonError(f"There is no kind {kind!r}: it is one of {known}.")


def find_person(opened: PrivacyConnection, asked: str, *, kind: str | None) -> Person:
    """The person whom an identifier means.

    Args:
        opened: The database and its vault.
        asked: A user id, e-mail, cookie, device or client session as it was sent, or a
            customer id.
        kind: Its kind, where the text alone may mean several.

    Raises:
        PersonError: If it means nobody, or several people.
        AlreadyErasedError: If they were erased.
    """
    _require_meaningful(opened, asked, kind)
    found = _in_vault(opened, asked, kind) or _by_customer_id(opened, asked)
    if not found:
        _require_never_erased(opened, asked, kind)
        raise PersonError(
            f"{asked!r} is not known: give a user id, e-mail, cookie, device or client "
            "session as it was sent, or a customer id. Rows that were delivered since "
            "the last build are known after the next one."
        )
    people = {tuple(_customers(opened.connection, [one])) or one for one in found}
    if len(people) > 1:
        kinds = " or ".join(sorted({one.kind for one in found}))
        raise PersonError(f"{asked!r} may be a {kinds}: say which with --kind.")
    return _person_of(opened, found, asked)


def erased_at(
    opened: PrivacyConnection, asked: str, kind: str | None
) -> datetime | None:
    """When an identifier was erased, None if it was not."""
    if not has_table(opened.connection, "tombstones", schema=opened.vault):
        return None
    rows = opened.connection.execute(
        f"select max(erased_at) from {opened.vault}.tombstones "  # noqa: S608
        "where tombstone in (select unnest(?))",
        [tombstones_of(opened, asked, kind)],
    ).fetchall()
    return rows[0][0] if rows else None


def tombstones_of(opened: PrivacyConnection, asked: str, kind: str | None) -> list[str]:
    """The tombstones that a text would have, as whatever kind of identifier."""
    spelled = [(one, normalised(one, asked)) for one in ([kind] if kind else KINDS)]
    return [
        tombstone(opened.keyring, kind=one, value=value)
        for one, value in spelled
        if value
    ]


def tombstone_of_asked(opened: PrivacyConnection, person: Person) -> str:
    """The tombstone of the identifier that was asked for: their name on the trail."""
    [(value,)] = opened.connection.execute(
        f"select raw_value from {opened.vault}.identifiers where pseudonym = ?",  # noqa: S608
        [person.asked.pseudonym],
    ).fetchall()
    return tombstone(opened.keyring, kind=person.asked.kind, value=value)


def _require_meaningful(
    opened: PrivacyConnection, asked: str, kind: str | None
) -> None:
    if not asked.strip():
        raise PersonError("The identifier is empty.")
    require_kind(kind)
    if kind and normalised(kind, asked) is None:
        raise PersonError(f"{asked!r} is no {kind}.")
    if not has_table(opened.connection, "identity_exclusions", schema="lookups"):
        return
    if opened.connection.execute(
        "select 1 from lookups.identity_exclusions where raw_value = lower(?) "
        "and identifier_kind in (select unnest(?)) limit 1",
        [asked.strip(), [kind] if kind else list(KINDS)],
    ).fetchall():
        raise PersonError(
            f"{asked!r} stands for nobody: it is on the list of identity_exclusions, "
            "and no row is anybody's by it."
        )


def _in_vault(
    opened: PrivacyConnection, asked: str, kind: str | None
) -> list[Identifier]:
    rows = opened.connection.execute(
        "select pseudonym, identifier_kind "  # noqa: S608
        f"from {opened.vault}.identifiers where "
        "(raw_value = ? or (identifier_kind = 'email' and raw_value = lower(?))) "
        "and identifier_kind = coalesce(?, identifier_kind) order by identifier_kind",
        [asked.strip(), asked.strip(), kind],
    ).fetchall()
    return [Identifier._make(row) for row in rows]


def _by_customer_id(opened: PrivacyConnection, asked: str) -> list[Identifier]:
    """A customer id, or one of the pseudonyms: what the marts show of a person."""
    try:
        key = uuid.UUID(asked.strip())
    except ValueError:
        return []
    if not _has_components(opened.connection):
        return []
    rows = opened.connection.execute(
        "select pseudonym, identifier_kind from intermediate.int_identity__components "
        "where customer_id in (select customer_id "
        "from intermediate.int_identity__components where pseudonym = ?) "
        "order by pseudonym = customer_id desc, pseudonym limit 1",
        [key],
    ).fetchall()
    return [Identifier._make(row) for row in rows]


def _require_never_erased(
    opened: PrivacyConnection, asked: str, kind: str | None
) -> None:
    when = erased_at(opened, asked, kind)
    if when is not None:
        raise AlreadyErasedError(
            f"{asked!r} was erased on {when:%Y-%m-%d %H:%M} UTC.", when
        )


def _person_of(
    opened: PrivacyConnection, found: list[Identifier], typed: str
) -> Person:
    """The customer's identifiers, and those that rows name beside them.

    What only rows name that are not used, or that identity has not seen yet, is in no
    customer; it is the person's if these rows name nobody else.
    """
    connection = opened.connection
    several = PersonError(
        f"{typed!r} was seen with several people: give the user id or e-mail of the "
        "one who is meant."
    )
    customers = _customers(connection, found)
    if not customers:
        customers = _customers(
            connection, _named_beside(opened, found, everywhere=True)
        )
    if len(customers) > 1:
        raise several
    members = {*found, *_members(connection, customers)}
    while beside := set(_named_beside(opened, members, strangers=True)) - members:
        members |= beside
    contested = _contested(connection, members)
    if found[0].pseudonym in contested:
        raise several
    ordered = sorted(members, key=lambda one: (KINDS.index(one.kind), one.pseudonym))
    return Person(
        asked=found[0],
        customer_ids=tuple(customers),
        identifiers=tuple(one for one in ordered if one.pseudonym not in contested),
        shared=tuple(one for one in ordered if one.pseudonym in contested),
    )


# Which identifiers rows name. Without a cookie a user or a session stands in for it.
_NAMED = """
    (
        select user_key, email_key, visitor_id, device_key, session_key
        from intermediate.int_events__delivered
        union all
        select user_key, email_key, visitor_id, null, null
        from intermediate.int_order_lines__delivered
        union all
        select user_key, email_key, visitor_id, null, null
        from intermediate.int_order_headers__delivered
    )
"""


def _customers(
    connection: duckdb.DuckDBPyConnection, identifiers: Iterable[Identifier]
) -> list[uuid.UUID]:
    if not _has_components(connection):
        return []
    rows = connection.execute(
        "select distinct customer_id from intermediate.int_identity__components "
        "where pseudonym in (select unnest(?)) order by 1",
        [[one.pseudonym for one in identifiers]],
    ).fetchall()
    return [row[0] for row in rows]


def _members(
    connection: duckdb.DuckDBPyConnection, customers: list[uuid.UUID]
) -> list[Identifier]:
    if not customers:
        return []
    rows = connection.execute(
        "select pseudonym, identifier_kind from intermediate.int_identity__components "
        "where customer_id in (select unnest(?))",
        [customers],
    ).fetchall()
    return [Identifier._make(row) for row in rows]


def _named_beside(
    opened: PrivacyConnection,
    identifiers: Iterable[Identifier],
    *,
    everywhere: bool = False,
    strangers: bool = False,
) -> list[Identifier]:
    """What rows name beside a person's user ids and e-mails.

    Args:
        opened: The database and its vault.
        identifiers: The person's.
        everywhere: Look at the rows of their cookies and devices as well.
        strangers: Leave out what belongs to a customer.
    """
    of_others = (
        "and pseudonym not in "
        "(select pseudonym from intermediate.int_identity__components)"
        if strangers and _has_components(opened.connection)
        else ""
    )
    held = [
        f"or {column} in (select unnest($keys))"
        for column in ("visitor_id", "device_key", "session_key")
        if everywhere
    ]
    rows = opened.connection.execute(
        f"""
        with named as (
            select distinct unnest(
                [user_key, email_key, visitor_id, device_key, session_key]
            ) as pseudonym
            from {_NAMED}
            where user_key in (select unnest($keys))
                or email_key in (select unnest($keys))
                {" ".join(held)}
        )
        select pseudonym, identifier_kind
        from named
        inner join {opened.vault}.identifiers using (pseudonym)
        where true {of_others}
        """,  # noqa: S608
        {"keys": [one.pseudonym for one in identifiers]},
    ).fetchall()
    return [Identifier._make(row) for row in rows]


def _contested(
    connection: duckdb.DuckDBPyConnection, members: set[Identifier]
) -> set[uuid.UUID]:
    """Cookies and devices that rows name beside other people; e-mails that are held."""
    parameters = {
        "people": [one.pseudonym for one in members if one.kind not in HELD_KINDS],
        "held": [one.pseudonym for one in members if one.kind in HELD_KINDS],
        "emails": [one.pseudonym for one in members if one.kind == "email"],
    }
    rows = connection.execute(
        f"""
        select distinct unnest([visitor_id, device_key, session_key]) as held_key
        from {_NAMED}
        where coalesce(user_key, email_key) not in (select unnest($people))
            and (
                visitor_id in (select unnest($held))
                or device_key in (select unnest($held))
                or session_key in (select unnest($held))
            )
        """,  # noqa: S608
        {name: parameters[name] for name in ("people", "held")},
    ).fetchall()
    found = {row[0] for row in rows} & set(parameters["held"])
    if has_table(connection, "int_identity__edges", schema="intermediate"):
        rows = connection.execute(
            "select left_key from intermediate.int_identity__edges "
            "where right_kind = 'user_id' and left_key in (select unnest($emails)) "
            "and right_key not in (select unnest($people))",
            {name: parameters[name] for name in ("people", "emails")},
        ).fetchall()
        found |= {row[0] for row in rows}
    return found


def _has_components(connection: duckdb.DuckDBPyConnection) -> bool:
    return has_table(connection, "int_identity__components", schema="intermediate")
