"""Where in a database a person may stand: every table and column of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import duckdb

# What the project makes. Everything else but the vault, the lookups and the audit trail
# is somebody else's: raw tables of the host, which habitue reads and never changes.
PROJECT_SCHEMAS = ("staging", "intermediate", "models", "marts", "activation")
OWN_SCHEMAS = (*PROJECT_SCHEMAS, "vault", "lookups", "audit")

# Rows as they were delivered, and the columns by which one is a person's. They are not
# deleted but made stubs, so that the ledger still adds up.
DELIVERED = {
    "int_events__delivered": (
        "user_key",
        "email_key",
        "visitor_id",
        "device_key",
        "session_key",
    ),
    "int_order_headers__delivered": ("user_key", "email_key", "visitor_id"),
    "int_order_lines__delivered": ("user_key", "email_key", "visitor_id"),
    "int_consents__delivered": ("subject_key",),
}
# Keys that are made of other things than identifiers, so the vault does not know them.
DERIVED_KEYS = (
    "consent_change_id",
    "content_key",
    "identity_change_id",
    "journey_id",
    "order_key",
    "order_line_key",
    "page_view_key",
    "path_key",
    "session_id",
    "stitched_session_id",
    "visit_id",
)
# What a stub keeps: enough to count it where it came from.
STUB_COLUMNS = ("source", "input_name", "received_at", "arrived_at")


class Table(NamedTuple):
    """A base table and the columns that may hold a key or a text.

    Attributes:
        schema: Its schema.
        name: Its name.
        uuids: Columns of type UUID.
        texts: Columns of type VARCHAR.
    """

    schema: str
    name: str
    uuids: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def sql(self) -> str:
        """The qualified, quoted name."""
        return f'"{self.schema}"."{self.name}"'


def tables_of(
    connection: duckdb.DuckDBPyConnection, *, database: str | None = None
) -> list[Table]:
    """Every base table of a database, by schema and name.

    Args:
        connection: Any connection that sees it.
        database: Its name in SQL; the current one without.
    """
    rows = connection.execute(
        """
        select
            columns.schema_name, columns.table_name,
            list(columns.column_name order by columns.column_index)
                filter (where columns.data_type = 'UUID'),
            list(columns.column_name order by columns.column_index)
                filter (where columns.data_type = 'VARCHAR')
        from duckdb_columns() as columns
        inner join duckdb_tables() as tables
            on columns.table_oid = tables.table_oid
            and columns.database_oid = tables.database_oid
        where
            columns.database_name = coalesce(?, current_database())
            and not columns.internal
        group by 1, 2
        order by 1, 2
        """,
        [database],
    ).fetchall()
    return [
        Table(schema, name, tuple(uuids or ()), tuple(texts or ()))
        for schema, name, uuids, texts in rows
    ]


def quoted(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


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
        "create or replace temporary table raw_texts as "
        "select unnest(?::varchar[]) as text",
        [values],
    )
    for table in tables_of(connection):
        if table.schema in OWN_SCHEMAS or not table.texts:
            continue
        named = " or ".join(
            f"trim({quoted(name)}) in (select text from raw_texts) "  # noqa: S608
            f"or lower(trim({quoted(name)})) in "
            "(select text from raw_texts where contains(text, '@'))"
            for name in table.texts
        )
        [(count,)] = connection.execute(
            f"select count(*) from {table.sql} where {named}"  # noqa: S608
        ).fetchall()
        if count:
            found[f"{table.schema}.{table.name}"] = count
    return found
