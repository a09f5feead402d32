"""What databases hold: checksums, rows, and who is whom.

python -m at_size.tables checksums|rows|identities <database> <file to write>
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable

# Marts that must be the same however the files arrived. Segments remember the models
# before them, so they may differ from a first build.
COMPARED = (
    *("events", "sessions", "stitched_sessions", "customers", "customer_identifiers"),
    *("customer_days", "orders", "order_lines", "customer_features", "rfm_scores"),
    *("row_ledger", "quarantined_rows"),
)


def checksums(connection: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
    """Rows and an order-free checksum of every compared mart that is there."""
    found = {}
    for table in COMPARED:
        columns = connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where schema_name = 'marts' and table_name = ? order by column_index",
            [table],
        ).fetchall()
        if not columns:
            continue
        told = ", ".join(
            f'round("{name}", 6)' if kind == "DOUBLE" else f'"{name}"'
            for name, kind in columns
        )
        [(count, total)] = connection.execute(
            f"select count(*), sum(cast(hash({told}) as hugeint)) from marts.{table}"
        ).fetchall()
        found[table] = [count, int(total or 0)]
    return found


def rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of each table, by name."""
    names = connection.execute(
        "select schema_name, table_name from duckdb_tables() where not internal"
    ).fetchall()
    counts = {}
    for schema, table in names:
        [(count,)] = connection.execute(
            f'select count(*) from "{schema}"."{table}"'
        ).fetchall()
        counts[table] = count
    return counts


def identities(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write whose each pseudonym is, which scripts by hand are given."""
    connection.execute(
        "copy (select pseudonym, customer_id from marts.customer_identifiers "
        f"order by pseudonym) to '{path}' (format parquet)"
    )


_TOLD: dict[str, Callable[[duckdb.DuckDBPyConnection], object]] = {
    "checksums": checksums,
    "rows": rows,
}


def main(what: str, database: Path, path: Path) -> None:
    """Open the database to read it, and write the answer."""
    with duckdb.connect(str(database), read_only=True) as connection:
        if what == "identities":
            identities(connection, path)
        else:
            path.write_text(json.dumps(_TOLD[what](connection)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
