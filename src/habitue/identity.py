"""Why identifiers are one customer, or why they are not, read from the marts."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import networkx

from habitue.database import opened, vault_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    import duckdb

# What a link that is not used costs on the way from one identifier to another: more
# than any way over links that are.
_UNUSED_COST = 1_000_000
_PREFIX = re.compile(r"[0-9a-f]{8}[0-9a-f-]*")


class IdentityError(ValueError):
    """An id names no identifier of a customer, or several."""


class Identifier(NamedTuple):
    """A pseudonym and the customer it belongs to.

    Attributes:
        pseudonym: The pseudonym, a UUID as text.
        kind: user_id, email, anonymous_id, device_id or client_session_id.
        customer_id: Its customer.
        first_seen_at: First event or order that named it, UTC.
        last_seen_at: The last one, UTC.
    """

    pseudonym: str
    kind: str
    customer_id: str
    first_seen_at: datetime
    last_seen_at: datetime


class Link(NamedTuple):
    """Two pseudonyms that were seen together, or a person and what a rule compares.

    Attributes:
        left: The one that says less about the person.
        right: The one that says more.
        left_kind: Kind of the left one, or match_key.
        right_kind: Kind of the right one.
        kind: Both kinds, or the name of the identity rule.
        event_count: Events and orders that named both.
        first_seen_at: The first of them, UTC.
        last_seen_at: The last of them, UTC.
        is_used: Whether it ties the two together.
        reason: Why not, None where it does.
    """

    left: str
    right: str
    left_kind: str
    right_kind: str
    kind: str
    event_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    is_used: bool
    reason: str | None


class Change(NamedTuple):
    """Identifiers that moved from one customer to another.

    Attributes:
        kind: merged, renamed, split or moved.
        from_customer_id: The customer before.
        to_customer_id: The customer from then on.
        identifier_count: How many moved.
        changed_at: Start of the build that found it, UTC.
    """

    kind: str
    from_customer_id: str
    to_customer_id: str
    identifier_count: int
    changed_at: datetime


class Explanation(NamedTuple):
    """What makes a customer.

    Attributes:
        asked: The identifier that was asked for.
        identifiers: All identifiers of its customer, oldest first.
        links: The links that hold them together.
        unused_links: The links that one of them has and that do not count.
        changes: What became of the customer from build to build, oldest first.
    """

    asked: Identifier
    identifiers: list[Identifier]
    links: list[Link]
    unused_links: list[Link]
    changes: list[Change]


class Comparison(NamedTuple):
    """Whether two identifiers are one customer.

    Attributes:
        one: The first.
        other: The second.
        is_same: Whether they are.
        chain: The links from the one to the other: those that hold them together, or
            those that would if all were used. Empty where there are none.
    """

    one: Identifier
    other: Identifier
    is_same: bool
    chain: list[Link]


_IDENTIFIERS = """
    select
        cast(names.pseudonym as varchar), names.identifier_kind,
        cast(names.customer_id as varchar), names.first_seen_at, names.last_seen_at
    from marts.customer_identifiers as names
"""
_LINKS = """
    select
        cast(left_pseudonym as varchar), cast(right_pseudonym as varchar), left_kind,
        right_kind, edge_kind, event_count, first_seen_at, last_seen_at, is_used, reason
    from marts.identity_edges
    where left_pseudonym in (
        select pseudonym from marts.customer_identifiers where customer_id in (?, ?)
    ) or right_customer_id in (?, ?)
    order by first_seen_at, left_pseudonym, right_pseudonym
"""
_CHANGES = """
    select
        change_kind, cast(from_customer_id as varchar),
        cast(to_customer_id as varchar), identifier_count, changed_at
    from marts.identity_changes
    where from_customer_id = ? or to_customer_id = ?
    order by changed_at, from_customer_id, to_customer_id
"""


def explain(database: Path, asked: str) -> Explanation:
    """Read what makes the customer of an identifier.

    Args:
        database: The DuckDB file that was built.
        asked: A raw identifier (an e-mail in any case), a pseudonym or the first eight
            or more of its characters, or a customer id.

    Raises:
        DatabaseError: If the database cannot be read.
        IdentityError: If the id names no identifier of a customer, or several.
    """
    with opened(database, with_vault=True) as connection:
        found = _find(connection, asked)
        customer = found.customer_id
        identifiers = connection.execute(
            _IDENTIFIERS + "where customer_id = ? order by first_seen_at, pseudonym",
            [customer],
        ).fetchall()
        links = _links(connection, customer, customer)
        changes = connection.execute(_CHANGES, [customer, customer]).fetchall()
    return Explanation(
        asked=found,
        identifiers=[Identifier._make(row) for row in identifiers],
        links=[link for link in links if link.is_used],
        unused_links=[link for link in links if not link.is_used],
        changes=[Change._make(row) for row in changes],
    )


def compare(database: Path, asked: str, other_asked: str) -> Comparison:
    """Read whether two identifiers are one customer, and by which links or why not.

    Args:
        database: The DuckDB file that was built.
        asked: An id as for `explain`.
        other_asked: Another one.

    Raises:
        DatabaseError: If the database cannot be read.
        IdentityError: If an id names no identifier of a customer, or several.
    """
    with opened(database, with_vault=True) as connection:
        one, other = _find(connection, asked), _find(connection, other_asked)
        links = _links(connection, one.customer_id, other.customer_id)
    is_same = one.customer_id == other.customer_id
    if is_same:
        links = [link for link in links if link.is_used]
    return Comparison(
        one=one,
        other=other,
        is_same=is_same,
        chain=chain_of(links, one.pseudonym, other.pseudonym),
    )


def chain_of(links: Iterable[Link], one: str, other: str) -> list[Link]:
    """The links on the way from one pseudonym to another.

    Args:
        links: The links that there are.
        one: Where the way begins.
        other: Where it ends.

    Returns:
        The way with the fewest links that are not used, of these the shortest; empty if
        there is none, or nowhere to go.
    """
    graph = networkx.Graph()
    graph.add_nodes_from((one, other))
    for link in links:
        cost = 1 if link.is_used else _UNUSED_COST
        graph.add_edge(link.left, link.right, cost=cost, link=link)
    try:
        way = networkx.shortest_path(graph, one, other, weight="cost")
    except networkx.NetworkXNoPath:
        return []
    return [graph.edges[step]["link"] for step in pairwise(way)]


def _links(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> list[Link]:
    rows = connection.execute(_LINKS, [one, other, one, other]).fetchall()
    return [Link._make(row) for row in rows]


def _find(connection: duckdb.DuckDBPyConnection, asked: str) -> Identifier:
    """The one identifier that is meant."""
    text = asked.strip()
    rows = connection.execute(
        _IDENTIFIERS + f"inner join {vault_of(connection)}.identifiers as vault "
        "on names.pseudonym = vault.pseudonym where vault.raw_value = ? "
        "or (vault.identifier_kind = 'email' and vault.raw_value = lower(?)) "
        "order by names.identifier_kind",
        [text, text],
    ).fetchall()
    if not rows and _PREFIX.fullmatch(text.lower()):
        rows = connection.execute(
            _IDENTIFIERS + "where starts_with(cast(names.pseudonym as varchar), ?) "
            "order by names.pseudonym limit 10",
            [text.lower()],
        ).fetchall()
    if not rows:
        raise IdentityError(
            f"{text!r} is no identifier of a customer: give a user id, e-mail, cookie, "
            "device or session as it was sent, a pseudonym or a customer id."
        )
    if len(rows) > 1:
        names = ", ".join(f"{row[1]} {row[0]}" for row in rows)
        raise IdentityError(f"{text!r} may be any of {names}: give the pseudonym.")
    return Identifier._make(rows[0])
