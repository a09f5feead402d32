"""What pseudonyms cost: HMAC-SHA256 of distinct identifiers, in the database.

The same table is written three times: as it is, with an md5 of each identifier, and
with its pseudonym; what the last takes beyond the first is the price. Python's own hmac
is timed on a sample, and must agree.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from habitue.privacy.keyring import Keyring, set_session_keys
from habitue.privacy.keys import pseudonym, pseudonym_in_sql

KEY = "the key of the benchmark: everybody can read it"
SAMPLE = 200_000


def main() -> None:
    """Time it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--identifiers", type=int, default=10_000_000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "benchmark.duckdb"
        with duckdb.connect(str(path)) as connection:
            timings = measure(connection, options.identifiers, options.threads)
    show(timings, options.identifiers)


def measure(
    connection: duckdb.DuckDBPyConnection, count: int, threads: int
) -> dict[str, tuple[float, int]]:
    """Seconds and rows by what was done."""
    connection.execute(f"set threads = {threads}")
    set_session_keys(connection, Keyring(KEY, bytes(32)))
    connection.execute(
        "create table identifiers as select 'user_id' as kind, "
        f"'user-' || hash(number) as value from range({count}) as t(number)"
    )
    text = "kind || ':' || value"
    timings = {}
    for name, column in {
        "copy": "null",
        "md5": f"md5({text})",
        "pseudonym": pseudonym_in_sql(text),
    }.items():
        started = time.perf_counter()
        connection.execute(f"create table made as select *, {column} from identifiers")
        timings[name] = time.perf_counter() - started, count
        if name != "pseudonym":
            connection.execute("drop table made")
    rows = connection.execute(f"select * from made limit {SAMPLE}").fetchall()
    started = time.perf_counter()
    agrees = all(pseudonym(KEY, kind=row[0], value=row[1]) == row[2] for row in rows)
    timings["python"] = time.perf_counter() - started, len(rows)
    if not agrees:
        raise SystemExit("SQL and Python disagree about a pseudonym.")
    return timings


def show(timings: dict[str, tuple[float, int]], count: int) -> None:
    """Print seconds and microseconds per identifier."""
    table = Table(title=f"{count:,} distinct identifiers", title_justify="left")
    for name in ("what", "identifiers", "seconds", "µs each", "µs beyond the copy"):
        table.add_column(name, justify="left" if name == "what" else "right")
    copied = timings["copy"][0] / count
    for name, (seconds, rows) in timings.items():
        beyond = ""
        if name in {"md5", "pseudonym"}:
            beyond = f"{(seconds / rows - copied) * 1e6:.2f}"
        table.add_row(
            name, f"{rows:,}", f"{seconds:.1f}", f"{seconds / rows * 1e6:.2f}", beyond
        )
    Console().print(table)


if __name__ == "__main__":
    main()
