"""What is published: tables that the last build released, by who may read them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from habitue.publishing.errors import SelectionError
from habitue.publishing.quoting import identifier

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    import duckdb

SCHEMAS = ("marts", "activation", "intermediate", "models")
# The copy's own table of contents; by it a copy knows what it may replace.
CONTENTS = ("marts", "published_tables")
CONTENTS_COMMENT = (
    "Written by `habitue publish`: one row per table of this copy. Every publish "
    "replaces the tables named here, and drops those it no longer publishes."
)


class Audience(StrEnum):
    """Who reads: each may read what the ones before may."""

    aggregates = "aggregates"
    reader = "reader"
    analyst = "analyst"

    @property
    def includes(self) -> list[Audience]:
        """The audiences whose tables this one may read, itself included."""
        every = list(Audience)
        return every[: every.index(self) + 1]


class Column(NamedTuple):
    """A column of a table: its name, DuckDB type and description, if it has one."""

    name: str
    data_type: str
    comment: str | None


class ReleasedTable(NamedTuple):
    """A table or view to copy.

    Attributes:
        schema_name: Its schema, here and in a DuckDB copy.
        table_name: Its name.
        audience: The narrowest audience that may read it.
        row_count: Rows it holds.
        comment: Its description, if it has one.
        columns: In their order.
    """

    schema_name: str
    table_name: str
    audience: Audience
    row_count: int
    comment: str | None
    columns: list[Column]

    @property
    def full_name(self) -> str:
        """Schema and name, to be read by people."""
        return f"{self.schema_name}.{self.table_name}"

    @property
    def sql_name(self) -> str:
        """Schema and name, quoted."""
        return identifier(self.schema_name, self.table_name)


class Selection(NamedTuple):
    """What one publish copies.

    Attributes:
        released_at: Start of the build that it comes from, UTC.
        audience: The widest audience that the copy is for.
        tables: By schema and name.
    """

    released_at: datetime
    audience: Audience
    tables: list[ReleasedTable]

    @property
    def row_count(self) -> int:
        """Rows of all tables."""
        return sum(table.row_count for table in self.tables)


_COLUMNS = """
    select schema_name, table_name, column_name, data_type, comment
    from duckdb_columns()
    where database_name = current_database() and not internal
    order by schema_name, table_name, column_index
"""
_COMMENTS = """
    select schema_name, table_name, comment from duckdb_tables()
    where database_name = current_database()
    union all
    select schema_name, view_name, comment from duckdb_views()
    where database_name = current_database()
"""
_RELEASED = """
    select schema_name, table_name, audience
    from intermediate.int_tables__released
    order by 1, 2
"""


def released_at(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Start of the build that can be published, UTC.

    Raises:
        duckdb.CatalogException: If there is no finished build.
    """
    found = connection.execute(
        "select max(released_at) from intermediate.int_tables__released"
    ).fetchall()
    moment: datetime = found[0][0]
    return moment


def read_selection(
    connection: duckdb.DuckDBPyConnection,
    *,
    audience: Audience,
    only: Collection[str] = (),
) -> Selection:
    """Look up what there is to publish, and count it.

    Args:
        connection: Reads the database that was built.
        audience: The widest audience that the copy is for.
        only: Names of tables, with or without schema, to publish no others.

    Raises:
        SelectionError: If `only` names what this audience is not given.
        duckdb.CatalogException: If there is no finished build.
    """
    columns: dict[tuple[str, str], list[Column]] = {}
    for schema_name, table_name, *column in connection.execute(_COLUMNS).fetchall():
        columns.setdefault((schema_name, table_name), []).append(Column(*column))
    comments = {
        (schema_name, table_name): comment
        for schema_name, table_name, comment in connection.execute(_COMMENTS).fetchall()
    }
    released = [
        ((schema_name, table_name), Audience(narrowest))
        for schema_name, table_name, narrowest in connection.execute(
            _RELEASED
        ).fetchall()
        if schema_name in SCHEMAS and Audience(narrowest) in audience.includes
    ]
    wanted = _narrowed([name for name, _ in released], only, audience)
    return Selection(
        released_at=released_at(connection),
        audience=audience,
        tables=[
            ReleasedTable(
                *name,
                audience=narrowest,
                row_count=_row_count(connection, name),
                comment=comments.get(name),
                columns=columns.get(name, []),
            )
            for name, narrowest in released
            if name in wanted
        ],
    )


def _narrowed(
    released: list[tuple[str, str]], only: Collection[str], audience: Audience
) -> set[tuple[str, str]]:
    wanted = set()
    for asked in only:
        matches = [name for name in released if asked in {name[1], ".".join(name)}]
        if not matches:
            raise SelectionError(
                f"{asked} is not published for {audience}; there are: "
                + ", ".join(table_name for _, table_name in released)
            )
        wanted.update(matches)
    return wanted or set(released)


def _row_count(connection: duckdb.DuckDBPyConnection, name: tuple[str, str]) -> int:
    counted = connection.execute(f"select count(*) from {identifier(*name)}")  # noqa: S608
    return int(counted.fetchall()[0][0])
