"""PySpark on this machine: the same sessions and features, in Spark SQL.

Each table of the script beside this file is written as Parquet under the output folder
and removed at the end. What is left out is what ``duckdb_by_hand`` leaves out.

    python spark_local.py --raw data/raw --identities who.parquet --out results
"""

from __future__ import annotations

import re
import shutil
import uuid
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

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
    MINIMUM_VISIT_SECONDS,
    RECENT_DAYS,
    SCORE_CUTS,
    SESSION_CAP_DAYS,
    SESSION_TIMEOUT_SECONDS,
    event_type_names,
    leave_uninstalled,
    names_of_nothing,
    padded_keys,
    read_task,
    robots_among,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from same_ground import Task

try:
    import pyarrow.parquet
    from pyspark.sql import DataFrame, SparkSession
except ImportError:
    leave_uninstalled("pyspark")

SCRIPT = Path(__file__).with_suffix(".sql")
SECOND = 1_000_000
DAY = 86_400 * SECOND
PATH = r"^(?:[a-z]+://[^/?#]*)?(/[^?#]*)"
GIB = 1 << 30
KINDS = ("anonymous_id", "device_id", "user_id")


def start_spark(task: Task) -> SparkSession:
    """A local session within the threads and memory of the task."""
    memory = task.memory_limit.upper().removesuffix("B").lower()
    session = (
        SparkSession.builder.master(f"local[{task.threads}]")
        .config("spark.driver.memory", memory)
        .config("spark.local.dir", str(task.out / "spill"))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(16 * task.threads))
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


def read(
    spark: SparkSession,
    files: str,
    texts: tuple[str, ...],
    numbers: tuple[str, ...],
    times: tuple[str, ...],
) -> DataFrame:
    """The columns of the files, times in microseconds; missing ones are null."""
    frame = spark.read.parquet(files)
    found = frame.columns

    def column(name: str, kind: str) -> str:
        return f"cast({name if name in found else 'null'} as {kind})"

    return frame.selectExpr(
        *(f"{column(name, 'string')} as {name}" for name in texts),
        *(f"{column(name, 'decimal(18, 4)')} as {name}" for name in numbers),
        *(f"unix_micros({column(name, 'timestamp')}) as {name}" for name in times),
        "input_file_name() as input_name",
    )


def is_nothing(kind: str) -> str:
    """SQL that says whether an identifier stands for nothing."""
    texts = _listed(tuple(names_of_nothing()[kind]))
    return f"({kind} is null or lower(trim({kind})) in {texts})"


def _listed(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


def uuid_of(digest: str) -> str:
    """SQL for the UUID text of the first 128 bits of a hexadecimal digest."""
    parts = [
        f"substr({digest}, {start}, {length})"
        for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    ]
    return f"concat_ws('-', {', '.join(parts)})"


def fillings() -> dict[str, str]:
    """What stands for the names in the script."""
    keys = padded_keys()
    counts = [
        f"        count(case when event_type in {_listed(kinds)} then 1 end) as {name},"
        for name, kinds in COUNTED.items()
    ]
    totals = [f"        sum({name}) as {name}," for name in COUNTED]
    return {
        "inner_key": f"X'{keys.inner.hex()}'",
        "outer_key": f"X'{keys.outer.hex()}'",
        "uuid_of_visitors": uuid_of("visitors.digest"),
        "uuid_of_users": f"case when users.digest is not null "
        f"then {uuid_of('users.digest')} end",
        "uuid_of_identifiers": uuid_of("identifiers.digest"),
        "uuid_of_pseudonyms": uuid_of("pseudonyms.digest"),
        "path_of_page_path": _path_of("timed.page_path"),
        "path_of_page_url": _path_of("timed.page_url"),
        "late_after": str(LATE_AFTER_DAYS * DAY),
        "double_fire": str(DOUBLE_FIRE_SECONDS * SECOND),
        "events_per_minute": str(BOT_EVENTS_PER_MINUTE),
        "spread": str(BOT_MINUTE_SPREAD_SECONDS * SECOND),
        "views_without_engagement": str(BOT_VIEWS_WITHOUT_ENGAGEMENT),
        "idle_views": _listed(IDLE_VIEWS),
        "cancelled": _listed(CANCELLED),
        "timeout": str(SESSION_TIMEOUT_SECONDS * SECOND),
        "cap": str(SESSION_CAP_DAYS * DAY),
        "longest_gap": str(LONGEST_GAP_SECONDS * SECOND),
        "heartbeat": str(HEARTBEAT_SECONDS * SECOND),
        "minimum_visit": str(MINIMUM_VISIT_SECONDS * SECOND),
        "active_days": str(ACTIVE_DAYS),
        "recent_days": str(RECENT_DAYS),
        "score_cuts": str(SCORE_CUTS),
        "counts": "\n".join(counts),
        "totals": "\n".join(totals),
    } | {
        f"nothings_of_{kind}": _listed(tuple(texts))[1:-1]
        for kind, texts in names_of_nothing().items()
    }


def _path_of(column: str) -> str:
    return f"nullif(regexp_extract({column}, r'{PATH}', 1), '')"


def tables_of(script: str) -> Iterator[tuple[str, str, str]]:
    """Part of the work, name and query of each table, in order."""
    found = re.split(r"^-- table: (\w+)\.(\w+)$", script, flags=re.MULTILINE)
    yield from zip(found[1::3], found[2::3], found[3::3], strict=True)


def offer_inputs(spark: SparkSession, task: Task) -> None:
    """Make the raw rows, lookups and identities known by name."""
    events = read(spark, task.events, EVENT_TEXTS, EVENT_NUMBERS, EVENT_TIMES)
    nobody = " and ".join(is_nothing(kind) for kind in KINDS)
    events.selectExpr(
        "*", f"case when {nobody} then client_session_id end as standing_in"
    ).createOrReplaceTempView("raw_events")
    lines = read(spark, task.order_lines, LINE_TEXTS, LINE_NUMBERS, LINE_TIMES)
    lines.createOrReplaceTempView("raw_lines")
    types = list(event_type_names().items())
    spark.createDataFrame(types, "event_name string, event_type string").createTempView(
        "event_types"
    )
    agents = spark.sql(
        "select distinct user_agent from raw_events where user_agent is not null"
    ).collect()
    robots = [(robot,) for robot in robots_among(row[0] for row in agents)]
    spark.createDataFrame(robots, "user_agent string").createTempView("robots")
    texts = task.out / "tables" / "identities.parquet"
    write_identities_as_texts(task, texts)
    spark.read.parquet(str(texts)).createTempView("identities")


def write_identities_as_texts(task: Task, written: Path) -> None:
    """Spark reads no UUIDs from Parquet: texts stand for them."""
    table = pyarrow.parquet.read_table(
        task.identities, columns=["pseudonym", "customer_id"]
    )
    columns = [
        [_text_of(key) for key in table.column(name).to_pylist()]
        for name in table.column_names
    ]
    written.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(
        pyarrow.table(columns, names=table.column_names), written
    )


def _text_of(key: object) -> str:
    return str(uuid.UUID(bytes=key)) if isinstance(key, bytes) else str(key)


def stop_spark(spark: SparkSession) -> None:
    """Stop Java as well and wait for it, so that its time and memory are counted."""
    gateway = spark.sparkContext._gateway  # noqa: SLF001 (there is no public way)
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


def main() -> None:
    """Make the sessions and features, and write what each part took."""
    task = read_task(__doc__ or "")
    tables = task.out / "tables"
    with task.part("start"):
        spark = start_spark(task)
    with task.part("identifiers"):
        offer_inputs(spark, task)
    script = Template(SCRIPT.read_text()).substitute(fillings())
    for part, name, query in tables_of(script):
        with task.part(part):
            spark.sql(query).write.mode("overwrite").parquet(str(tables / name))
            spark.read.parquet(str(tables / name)).createTempView(name)
    with task.part("results"):
        for name in ("sessions", "features"):
            result = spark.table(name).coalesce(1)
            result.write.mode("overwrite").parquet(str(tables / f"{name}_in_one"))
            [file] = (tables / f"{name}_in_one").glob("*.parquet")
            file.replace(task.out / f"{name}.parquet")
    stop_spark(spark)
    shutil.rmtree(tables)
    shutil.rmtree(task.out / "spill", ignore_errors=True)
    task.finish()


if __name__ == "__main__":
    main()
