"""The unit of all budgets: the raw files as a table, as they are.

python -m at_size.copying <folder of files> <database> <memory limit>
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


def copy_raw(folder: Path, database: Path, *, memory_limit: str) -> int:
    """Write the raw events into a new database file and say how many there are."""
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"set memory_limit = '{memory_limit}'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(
            "create table events as select * "
            f"from read_parquet('{folder}/events_*.parquet')"
        )
        connection.execute("checkpoint")
        [row] = connection.execute("select count(*) from events").fetchall()
    return int(row[0])


if __name__ == "__main__":
    copy_raw(Path(sys.argv[1]), Path(sys.argv[2]), memory_limit=sys.argv[3])
