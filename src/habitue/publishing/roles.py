"""Who may read what on a PostgreSQL server: three group roles, and their grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from habitue.publishing.quoting import identifier, literal
from habitue.publishing.selection import Audience

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

ROLES = {
    Audience.aggregates: "habitue_aggregates",
    Audience.reader: "habitue_reader",
    Audience.analyst: "habitue_analyst",
}
# Schemas with raw identifiers. They are never published; nor may the roles reach them
# where they happen to lie in the same database.
RAW_SCHEMAS = ("vault", "staging", "raw")


class ServerTable(NamedTuple):
    """A table on the server and the narrowest audience that may read it."""

    schema_name: str
    table_name: str
    audience: Audience

    @property
    def sql_name(self) -> str:
        """Schema and name, quoted."""
        return identifier(self.schema_name, self.table_name)


class Privilege(NamedTuple):
    """What a role can do to a table, by whatever way it came by it."""

    role: str
    schema_name: str
    table_name: str
    reads: bool
    writes: bool


def readers_of(audience: Audience) -> list[str]:
    """The roles that may read a table of this audience."""
    return [role for level, role in ROLES.items() if audience in level.includes]


def role_creations(present: Collection[str]) -> list[str]:
    """Statements that create the roles that are not present."""
    return [
        f"create role {role} nologin" for role in ROLES.values() if role not in present
    ]


def grants(tables: Collection[ServerTable]) -> list[str]:
    """Statements that leave the roles exactly what they may read, and PUBLIC nothing.

    What the owner creates in these schemas later is not readable by default either, so
    that a table is open to nobody until it is granted.
    """
    everyone = ", ".join(["public", *ROLES.values()])
    statements = []
    for schema_name in sorted({table.schema_name for table in tables}):
        schema = identifier(schema_name)
        visitors = {
            role
            for table in tables
            if table.schema_name == schema_name
            for role in readers_of(table.audience)
        }
        statements += [
            f"revoke all on schema {schema} from {everyone}",
            f"grant usage on schema {schema} to {', '.join(sorted(visitors))}",
            f"alter default privileges in schema {schema} "
            f"revoke all on tables from {everyone}",
        ]
    for table in tables:
        readers = ", ".join(readers_of(table.audience))
        statements += [
            f"revoke all on {table.sql_name} from {everyone}",
            f"grant select on {table.sql_name} to {readers}",
        ]
    return statements


def privileges_query(schema_names: Iterable[str]) -> str:
    """A query for the privileges of the roles on all that lies in these schemas."""
    return f"""
        select
            roles.rolname::text, schemas.nspname::text, tables.relname::text,
            has_schema_privilege(roles.oid, schemas.oid, 'usage')
            and has_any_column_privilege(roles.oid, tables.oid, 'select'),
            has_table_privilege(
                roles.oid, tables.oid, 'insert, update, delete, truncate, trigger'
            )
        from pg_class as tables
        inner join pg_namespace as schemas on tables.relnamespace = schemas.oid
        cross join pg_roles as roles
        where schemas.nspname in ({", ".join(map(literal, schema_names))})
        and tables.relkind in ('r', 'p', 'v', 'm', 'f')
        and roles.rolname in ({", ".join(map(literal, ROLES.values()))})
        order by 1, 2, 3
    """  # noqa: S608


def excesses(found: Iterable[Privilege], tables: Collection[ServerTable]) -> list[str]:
    """What the roles can do beyond, or short of, what was granted; empty when right.

    Args:
        found: What the server says, also on tables that somebody else owns.
        tables: What was published.
    """
    published = {(table.schema_name, table.table_name): table for table in tables}
    told = []
    for privilege in found:
        table = published.get((privilege.schema_name, privilege.table_name))
        name = f"{privilege.schema_name}.{privilege.table_name}"
        if table is None:
            if privilege.reads and privilege.schema_name in RAW_SCHEMAS:
                told.append(f"{privilege.role} can read {name}")
            continue
        may_read = privilege.role in readers_of(table.audience)
        if privilege.reads and not may_read:
            told.append(f"{privilege.role} can read {name}")
        if may_read and not privilege.reads:
            told.append(f"{privilege.role} cannot read {name}")
        if privilege.writes:
            told.append(f"{privilege.role} can write {name}")
    return told
