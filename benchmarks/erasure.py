"""What it takes to forget somebody: a generated shop, and its busiest user.

The shop is built; then the user is shown, erased, verified, and everything made of the
user's rows is made again. A build without news says what builds cost anyway. Each step
is a process of its own, as a person on duty would run it.

    python benchmarks/erasure.py --events 10000000
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from habitue.generation import generate

PROJECT = Path(__file__).parents[1]
DAYS = 365
# What the generator gives, measured.
EVENTS_PER_CUSTOMER_DAY = 1.53


def main() -> None:
    """Time it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, help="Default: a temporary one.")
    options = parser.parse_args()
    customers = max(round(options.events / (DAYS * EVENTS_PER_CUSTOMER_DAY)), 1)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        report = generate(customers=customers, days=DAYS, seed=1, out=folder)
        measure(folder, report.raw_folder)


def measure(folder: Path, raw: Path) -> None:
    """Run the steps and show what each took."""
    database = folder / "habitue.duckdb"
    build = dbt_build(folder, raw)
    steps = [run("first build", database, build)]
    steps.append(run("build without news", database, build))
    user, row_count, event_count = busiest_user(database)
    privacy = str(Path(sys.executable).with_name("habitue")), "privacy"
    out = ("--out", str(folder / "papers"))
    for step, command in {
        "access": (*privacy, "access", user, *out),
        "erase": (*privacy, "erase", user, "--yes", "--no-compact", *out),
        "compact": (*privacy, "compact"),
        "build": build,
        "verify": (*privacy, "verify", user),
    }.items():
        steps.append(run(step, database, command))
    table = Table(
        title=f"A user with {row_count:,} of {event_count:,} rows of events, "
        f"{database.stat().st_size / 1e9:.1f} GB",
        title_justify="left",
    )
    for column in ("step", "seconds", "peak GB"):
        table.add_column(column, justify="left" if column == "step" else "right")
    for step, seconds, peak in steps:
        table.add_row(step, f"{seconds:.1f}", f"{peak / 2**30:.2f}")
    Console().print(table)


def dbt_build(folder: Path, raw: Path) -> tuple[str, ...]:
    """The command that builds the shop."""
    return (
        *(str(Path(sys.executable).with_name("dbt")), "build", "--quiet"),
        *("--exclude-resource-type", "unit_test"),
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        *("--vars", json.dumps({"raw_location": str(raw)})),
    )


def run(step: str, database: Path, command: tuple[str, ...]) -> tuple[str, float, int]:
    """The step, its seconds and the largest resident set of its process in bytes.

    Raises:
        SystemExit: If the command fails.
    """
    environment = os.environ | {"HABITUE_DATABASE": str(database)}
    started = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{step} failed")
    return step, time.monotonic() - started, usage.ru_maxrss * 1024


def busiest_user(database: Path) -> tuple[str, int, int]:
    """A user id, its rows, and the rows of all."""
    with duckdb.connect(str(database), read_only=True) as connection:
        [row] = connection.execute("""
            select any_value(raw_value), count(*),
                (select count(*) from intermediate.int_events__delivered)
            from intermediate.int_events__delivered
            inner join vault.identifiers on user_key = pseudonym
            group by user_key
            order by 2 desc, 1
            limit 1
        """).fetchall()
    return row


if __name__ == "__main__":
    main()
