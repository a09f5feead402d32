"""Hand-written DuckDB: the floor that the project is compared with.

The SQL beside this file makes the project's sessions and the latest features straight
from the raw files. It leaves out what the project does besides: the vault and the other
pseudonyms, the ledger and the quarantine, redaction of texts, consent, finding out who
is who (identity is given), traffic sources and devices of sessions, stitched sessions,
features at earlier dates and the other forty, tests, and everything that makes a second
build cheap. Copies of one event that agree in all three times, but not in what they
say, are told apart by their place in the table.

    python duckdb_by_hand.py --raw data/raw --identities who.parquet --out results
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import duckdb
from same_ground import (
    ACTIVE_DAYS,
    BOT_EVENTS_PER_MINUTE,
    BOT_MINUTE_SPREAD_SECONDS,
    BOT_VIEWS_WITHOUT_ENGAGEMENT,
    CANCELLED,
    COUNTED,
    DOUBLE_FIRE_SECONDS,
    EVENT_NUMBERS,
    EVENT_TEXTS,
    EVENT_TIMES,
    HEARTBEAT_SECONDS,
    IDLE_VIEWS,
    LATE_AFTER_DAYS,
    LINE_NUMBERS,
    LINE_TEXTS,
    LINE_TIMES,
    LONGEST_GAP_SECONDS,
    LOOKUPS,
    MINIMUM_VISIT_SECONDS,
    RECENT_DAYS,
    SCORE_CUTS,
    SESSION_CAP_DAYS,
    SESSION_TIMEOUT_SECONDS,
    padded_keys,
    read_task,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from same_ground import Task

SCRIPT = Path(__file__).with_suffix(".sql")
DATABASE = "by_hand.duckdb"
SECOND = 1_000_000


def columns_as_read(
    connection: duckdb.DuckDBPyConnection, files: str, *, types: dict[str, str]
) -> str:
    """A relation of the files in which columns that no file has are null."""
    reader = f"read_parquet('{files}', union_by_name = true, filename = true)"
    found = {row[0] for row in connection.execute(f"describe from {reader}").fetchall()}
    missing = [
        f"cast(null as {kind}) as {name}"
        for name, kind in types.items()
        if name not in found
    ]
    if not missing:
        return reader
    return f"(select *, {', '.join(missing)} from {reader})"


def types_of(
    texts: tuple[str, ...], numbers: tuple[str, ...], times: tuple[str, ...]
) -> dict[str, str]:
    """Columns and their DuckDB types."""
    return (
        dict.fromkeys(texts, "varchar")
        | dict.fromkeys(numbers, "decimal(18, 4)")
        | dict.fromkeys(times, "timestamp")
    )


def filled_script(connection: duckdb.DuckDBPyConnection, task: Task) -> str:
    """The script for this task."""
    counts = [
        f"        count(case when event_type in {_listed(kinds)} then 1 end) as {name},"
        for name, kinds in COUNTED.items()
    ]
    totals = [f"        cast(sum({name}) as bigint) as {name}," for name in COUNTED]
    day_totals = [f"        sum({name}) as {name}," for name in COUNTED]
    event_types = types_of(EVENT_TEXTS, EVENT_NUMBERS, EVENT_TIMES)
    line_types = types_of(LINE_TEXTS, LINE_NUMBERS, LINE_TIMES)
    return Template(SCRIPT.read_text()).substitute(
        events=columns_as_read(connection, task.events, types=event_types),
        order_lines=columns_as_read(connection, task.order_lines, types=line_types),
        identities=task.identities,
        lookups=LOOKUPS,
        out=task.out,
        late_after_days=LATE_AFTER_DAYS,
        double_fire=DOUBLE_FIRE_SECONDS * SECOND,
        spread=BOT_MINUTE_SPREAD_SECONDS * SECOND,
        idle_views=_listed(IDLE_VIEWS),
        timeout=SESSION_TIMEOUT_SECONDS * SECOND,
        cap=SESSION_CAP_DAYS * 86_400 * SECOND,
        longest_gap=LONGEST_GAP_SECONDS * SECOND,
        heartbeat=HEARTBEAT_SECONDS * SECOND,
        minimum_visit=MINIMUM_VISIT_SECONDS * SECOND,
        active_days=ACTIVE_DAYS,
        recent_days=RECENT_DAYS,
        score_cuts=list(SCORE_CUTS),
        events_per_minute=BOT_EVENTS_PER_MINUTE,
        views_without_engagement=BOT_VIEWS_WITHOUT_ENGAGEMENT,
        cancelled=_listed(CANCELLED),
        counts="\n".join(counts),
        totals="\n".join(totals),
        day_totals="\n".join(day_totals),
    )


def _listed(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


def parts_of(script: str) -> Iterator[tuple[str, str]]:
    """The named parts of a script, in order."""
    found = re.split(r"^-- part: (\w+)$", script, flags=re.MULTILINE)
    yield from zip(found[1::2], found[2::2], strict=True)


def main() -> None:
    """Make the sessions and features, and write what each part took."""
    task = read_task(__doc__ or "")
    database = task.out / DATABASE
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"set threads = {task.threads}")
        connection.execute(f"set memory_limit = '{task.memory_limit}'")
        connection.execute(f"set temp_directory = '{task.out / 'spill'}'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set timezone = 'UTC'")
        keys = padded_keys()
        connection.execute("set variable inner_key = ?", [keys.inner])
        connection.execute("set variable outer_key = ?", [keys.outer])
        for name, statements in parts_of(filled_script(connection, task)):
            with task.part(name):
                connection.execute(statements)
    database.unlink()
    task.finish()


if __name__ == "__main__":
    main()
