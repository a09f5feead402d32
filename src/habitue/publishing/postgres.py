"""A copy as tables of a PostgreSQL database, replaced in one transaction."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from habitue.publishing.column_types import postgres_type
from habitue.publishing.contents import (
    CopiedTable,
    Copy,
    contents_query,
    contents_table,
    require_equal,
)
from habitue.publishing.errors import DestinationError, RoleError
from habitue.publishing.quoting import identifier, literal
from habitue.publishing.roles import (
    RAW_SCHEMAS,
    ROLES,
    Privilege,
    ServerTable,
    excesses,
    grants,
    privileges_query,
    role_creations,
)
from habitue.publishing.selection import CONTENTS_COMMENT, SCHEMAS
from habitue.publishing.server import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import duckdb

    from habitue.publishing.contents import Progress
    from habitue.publishing.destination import PostgresDestination
    from habitue.publishing.selection import ReleasedTable, Selection
    from habitue.publishing.server import Server

_ONE_AT_A_TIME = 4_842_172_653  # Any number, as long as all publishes take this lock.
_LOCK_TIMEOUT = "30s"


class _Move(NamedTuple):
    """A table to copy and its place on the server."""

    source: ReleasedTable
    target: ServerTable

    @property
    def columns(self) -> str:
        """The columns, as the server describes a table that has them."""
        return ", ".join(
            f"{identifier(column.name)} {postgres_type(column.data_type).name}"
            for column in self.source.columns
        )

    @property
    def query(self) -> str:
        """The rows, with types that the server has."""
        values = ", ".join(
            postgres_type(column.data_type).conversion.format(identifier(column.name))
            for column in self.source.columns
        )
        return f"select {values} from {self.source.sql_name}"  # noqa: S608


def write_postgres(
    connection: duckdb.DuckDBPyConnection,
    destination: PostgresDestination,
    selection: Selection,
    *,
    published_at: datetime,
    progress: Progress,
) -> Copy:
    """Replace the copy on a server in one transaction, and grant it to the roles.

    Readers see the copy before until it commits. A table whose columns are the same
    keeps its identity, so that views on it stand; rows are deleted, not truncated,
    since a truncated table is locked and looks empty to readers who began before.

    Args:
        connection: Reads the database that is published.
        destination: The server.
        selection: What to copy.
        published_at: What the copy says of when it was made, UTC.
        progress: Is told how far it is.

    Raises:
        DestinationError: If the server cannot be reached, or holds something in the
            way that is not ours.
        RoleError: If roles are missing and may not be created, or reach too far.
        PublishError: If anything else failed; the copy before stands.
    """
    schema_prefix = destination.schema_prefix
    moves = [_move(table, schema_prefix) for table in selection.tables]
    contents = _move(contents_table(len(moves)), schema_prefix)
    with transaction(connection, destination) as server:
        _require_alone(server)
        _create_roles(server)
        _create_schemas(server, [*moves, contents])
        dropped = _make_room(server, [*moves, contents], contents)
        copied = _fill(server, moves, progress)
        server.insert(
            contents.target,
            contents_query(
                copied, built_at=selection.released_at, published_at=published_at
            ),
        )
        _describe(server, [*moves, contents])
        targets = [move.target for move in [*moves, contents]]
        server.run(grants(targets))
        _check_rows(server, [*moves, contents])
        _check_privileges(server, targets, schema_prefix)
        return Copy(copied, dropped, _byte_count(server, targets))


def _move(table: ReleasedTable, schema_prefix: str) -> _Move:
    target = ServerTable(
        schema_prefix + table.schema_name, table.table_name, table.audience
    )
    return _Move(table, target)


def _require_alone(server: Server) -> None:
    server.run([f"set local lock_timeout = '{_LOCK_TIMEOUT}'"])
    if server.rows(f"select pg_try_advisory_xact_lock({_ONE_AT_A_TIME})") != [(True,)]:
        raise DestinationError("Another publish to this database is under way.")


def _create_roles(server: Server) -> None:
    names = ", ".join(map(literal, ROLES.values()))
    present = {
        role
        for (role,) in server.rows(
            f"select rolname::text from pg_roles where rolname in ({names})"  # noqa: S608
        )
    }
    creations = role_creations(present)
    may_create = server.rows(
        "select rolcreaterole or rolsuper from pg_roles where rolname = current_user"
    ) == [(True,)]
    if creations and not may_create:
        raise RoleError(
            "This user may not create roles; have an administrator run once: "
            + "; ".join(creations)
            + ";"
        )
    server.run(creations)


def _create_schemas(server: Server, moves: list[_Move]) -> None:
    present = {
        name for (name,) in server.rows("select nspname::text from pg_namespace")
    }
    wanted = dict.fromkeys(move.target.schema_name for move in moves)
    server.run(
        f"create schema {identifier(name)}" for name in wanted if name not in present
    )


def _make_room(server: Server, moves: list[_Move], contents: _Move) -> list[str]:
    """Leave every table there and empty; the names of those that went."""
    columns = _columns_on_server(server, {move.target.schema_name for move in moves})
    ours = _published_before(server, contents)
    statements: list[str] = []
    for move in moves:
        name = (move.target.schema_name, move.target.table_name)
        if name in columns and name not in ours:
            raise DestinationError(
                f"{'.'.join(name)} was not written by `habitue publish`: rename it, or "
                "choose other schemas with --schema-prefix."
            )
        if columns.get(name) == move.columns:
            statements.append(f"delete from {move.target.sql_name}")  # noqa: S608
            continue
        if name in columns:
            statements.append(f"drop table {move.target.sql_name}")
        statements.append(f"create table {move.target.sql_name} ({move.columns})")
    kept = {(move.target.schema_name, move.target.table_name) for move in moves}
    gone = sorted(ours - kept)
    server.run([f"drop table if exists {identifier(*name)}" for name in gone])
    server.run(statements)
    return [".".join(name) for name in gone]


def _columns_on_server(
    server: Server, schema_names: Iterable[str]
) -> dict[tuple[str, str], str]:
    """Tables and whatever else is in the way of one, with their columns."""
    found = server.rows(
        f"""
        select
            schemas.nspname::text, tables.relname::text,
            string_agg(
                '"' || replace(attname, '"', '""') || '" '
                || format_type(atttypid, atttypmod), ', ' order by attnum
            )
        from pg_class as tables
        inner join pg_namespace as schemas on tables.relnamespace = schemas.oid
        left join pg_attribute as columns
            on tables.oid = columns.attrelid and attnum > 0 and not attisdropped
        where schemas.nspname in ({", ".join(map(literal, schema_names))})
        and tables.relkind in ('r', 'p', 'v', 'm', 'f')
        group by 1, 2
        """  # noqa: S608
    )
    return {(schema, table): columns for schema, table, columns in found}


def _published_before(server: Server, contents: _Move) -> set[tuple[str, str]]:
    """The tables that a publish before this one wrote, its contents included."""
    name = (contents.target.schema_name, contents.target.table_name)
    told = server.rows(
        f"""
        select obj_description(tables.oid, 'pg_class')
        from pg_class as tables
        inner join pg_namespace as schemas on tables.relnamespace = schemas.oid
        where schemas.nspname = {literal(name[0])} and relname = {literal(name[1])}
        """  # noqa: S608
    )
    if told != [(CONTENTS_COMMENT,)]:
        return set()
    listed = server.rows(
        f"select schema_name, table_name from {contents.target.sql_name}"  # noqa: S608
    )
    return {(schema, table) for schema, table in listed} | {name}


def _fill(server: Server, moves: list[_Move], progress: Progress) -> list[CopiedTable]:
    total = sum(move.source.row_count for move in moves)
    copied: list[CopiedTable] = []
    done = 0
    for move in moves:
        progress(done=done, total=total, name=move.source.full_name)
        started = time.perf_counter()
        row_count = server.insert(move.target, move.query)
        seconds = time.perf_counter() - started
        done += row_count
        copied.append(CopiedTable(*move.target, row_count=row_count, seconds=seconds))
    progress(done=done, total=total, name="")
    return copied


def _describe(server: Server, moves: list[_Move]) -> None:
    statements = []
    for source, target in moves:
        statements.append(
            f"comment on table {target.sql_name} is {literal(source.comment or '')}"
        )
        statements += [
            f"comment on column {target.sql_name}.{identifier(column.name)} "
            f"is {literal(column.comment or '')}"
            for column in source.columns
        ]
        statements.append(f"analyze {target.sql_name}")
    server.run(statements)


def _check_rows(server: Server, moves: list[_Move]) -> None:
    counted = server.rows(
        " union all ".join(
            f"select {position}, count(*) from {move.target.sql_name}"  # noqa: S608
            for position, move in enumerate(moves)
        )
    )
    for position, row_count in counted:
        require_equal(moves[position].source, row_count)


def _check_privileges(
    server: Server, targets: list[ServerTable], schema_prefix: str
) -> None:
    schema_names = {schema_prefix + name for name in SCHEMAS} | {
        prefix + name for prefix in {"", schema_prefix} for name in RAW_SCHEMAS
    }
    found = server.rows(privileges_query(sorted(schema_names)))
    told = excesses((Privilege(*row) for row in found), targets)
    if told:
        raise RoleError(
            f"Nothing was published, since {told[0]}"
            + (f" (and {len(told) - 1} more)" if told[1:] else "")
            + ": look for other roles that it is a member of, and for grants to PUBLIC."
        )


def _byte_count(server: Server, targets: list[ServerTable]) -> int:
    sizes = " + ".join(
        f"pg_table_size({literal(target.sql_name)})" for target in targets
    )
    return int(server.rows(f"select ({sizes})::bigint")[0][0])
