"""What a copy came to, and the table of contents that it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from habitue.publishing.errors import PublishError
from habitue.publishing.quoting import literal
from habitue.publishing.selection import (
    CONTENTS,
    CONTENTS_COMMENT,
    Audience,
    Column,
    ReleasedTable,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


class Progress(Protocol):
    """Is told before each table, and at the end, how far the copy is."""

    def __call__(self, *, done: int, total: int, name: str) -> None:
        """`done` of `total` rows are copied; `name` comes next."""
        ...


class CopiedTable(NamedTuple):
    """A table in the copy.

    Attributes:
        schema_name: Its schema in the copy.
        table_name: Its name.
        audience: The narrowest audience that may read it.
        row_count: Rows in the copy.
        seconds: How long it took.
    """

    schema_name: str
    table_name: str
    audience: Audience
    row_count: int
    seconds: float


class Copy(NamedTuple):
    """A finished copy.

    Attributes:
        tables: In the order they were written.
        dropped: Tables of the copy before that are published no more.
        byte_count: Size of the copy.
    """

    tables: list[CopiedTable]
    dropped: list[str]
    byte_count: int


def contents_table(row_count: int) -> ReleasedTable:
    """The table of contents, described like any other table."""
    described = {
        "schema_name": ("VARCHAR", "Schema of the table."),
        "table_name": ("VARCHAR", "Its name in the schema."),
        "audience": ("VARCHAR", "The narrowest audience that may read it."),
        "row_count": ("BIGINT", "Its rows."),
        "built_at": ("TIMESTAMP", "Start of the build that it comes from, UTC."),
        "published_at": ("TIMESTAMP", "When it was published, UTC."),
    }
    return ReleasedTable(
        *CONTENTS,
        audience=Audience.aggregates,
        row_count=row_count,
        comment=CONTENTS_COMMENT,
        columns=[Column(name, *told) for name, told in described.items()],
    )


def contents_query(
    tables: Collection[CopiedTable], *, built_at: datetime, published_at: datetime
) -> str:
    """A query that gives the rows of the table of contents."""
    moments = f"timestamp '{built_at}', timestamp '{published_at}'"
    rows = (
        f"({literal(table.schema_name)}, {literal(table.table_name)}, "
        f"{literal(table.audience)}, cast({table.row_count} as bigint), {moments})"
        for table in tables
    )
    names = ", ".join(column.name for column in contents_table(0).columns)
    return f"select * from (values {', '.join(rows)}) as contents ({names})"  # noqa: S608


def require_equal(table: ReleasedTable, found: int) -> None:
    """Compare the rows of a copied table with those that there were to copy.

    Raises:
        PublishError: If they differ.
    """
    if found != table.row_count:
        raise PublishError(
            f"{table.full_name} has {found:,} rows in the copy and {table.row_count:,} "
            "in the database: nothing was published. Was it built meanwhile?"
        )
