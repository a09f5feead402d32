"""What one more day costs: seconds, memory, rows read; against a build of all days.

A shop is generated and its rows are laid out as files, one of each kind per day of
receipt. All days but the last are built, then the last day arrives and is built, then
nothing arrives. A second database is built of all files at once and must hold the same.

    python benchmarks/one_more_day.py --events 10000000
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper
from dbt.cli.main import dbtRunner
from rich.console import Console
from rich.table import Table

from habitue.generation import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[1]
START = date(2025, 1, 6)
# What the generator gives, measured.
EVENTS_PER_CUSTOMER_DAY = 1.53
KINDS = ("events", "order_lines", "consents")
# Segments remember the models before them, so they may differ from a first build.
COMPARED = (
    *("events", "sessions", "stitched_sessions", "customers", "customer_identifiers"),
    *("customer_days", "orders", "order_lines", "customer_features", "rfm_scores"),
    *("row_ledger", "quarantined_rows"),
)
MOST_MODELS = 10

CONTEXT = """
    anonymous_id, user_id, context_device_id as device_id,
    context_session_id as client_session_id, context_user_agent as user_agent,
    original_timestamp as device_created_at, sent_at, received_at
"""
CANONICAL = {
    "events": f"""
        with named as (
            select
                id as event_id, 'page' as event_name, page_view_id, url as page_url,
                path as page_path, referrer, context_campaign_source as utm_source,
                context_campaign_medium as utm_medium,
                context_campaign_name as utm_campaign, product_id, category, {CONTEXT}
            from read_parquet('{{raw}}/web_pages.parquet')
            union all by name
            select
                id as event_id, lower(replace(event, ' ', '_')) as event_name,
                page_view_id, url as page_url, product_id, category, quantity,
                price as unit_price, currency, order_id, feature as feature_name,
                engaged_seconds, scroll_ratio, experiment_id, experiment_arm, {CONTEXT}
            from read_parquet('{{raw}}/web_tracks.parquet')
            union all by name
            select id as event_id, 'identify' as event_name, email, {CONTEXT}
            from read_parquet('{{raw}}/web_identifies.parquet')
        )
        select named.* exclude (event_name), coalesce(types.event_type, 'other')
            as event_type, received_at as arrived_at
        from named
        left join read_csv('{PROJECT}/seeds/lookups/event_types.csv') as types
            on types.producer = 'web' and named.event_name = types.event_name
    """,
    "order_lines": """
        select
            lines.*, orders.user_id, orders.anonymous_id, orders.email,
            orders.ordered_at, orders.status, orders.channel, orders.payment_method,
            orders.currency, lines.received_at as arrived_at
        from read_parquet('{raw}/shop_order_lines.parquet') as lines
        inner join read_parquet('{raw}/shop_orders.parquet') as orders using (order_id)
    """,
    "consents": """
        select * exclude (id), changed_at as arrived_at
        from read_parquet('{raw}/web_consents.parquet')
    """,
}


@dataclass
class Build:
    """What one build took.

    Attributes:
        name: What was built.
        wall_seconds: From start to end of the process.
        peak_memory_bytes: Largest resident set of the process.
        group_seconds: Seconds of nodes by kind and folder; two run at a time.
        slowest_models: Seconds of the slowest models, slowest first.
    """

    name: str
    wall_seconds: float
    peak_memory_bytes: int
    group_seconds: dict[str, float] = field(default_factory=dict)
    slowest_models: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Workplace:
    """A folder with the files that have arrived and the databases built of them."""

    folder: Path

    @property
    def inbox(self) -> Path:
        """The files that have arrived."""
        return self.folder / "inbox"

    @property
    def aside(self) -> Path:
        """The files that are to come."""
        return self.folder / "aside"

    def database(self, name: str) -> Path:
        """The file of a database."""
        return self.folder / name / "habitue.duckdb"

    def arguments(self, *command: str) -> list[str]:
        """A dbt command with the vars and folders of this place."""
        paths = {
            f"files_{kind}_path": str(self.inbox / f"{kind}_*.parquet")
            for kind in KINDS
        }
        variables = {"sources": ["files"]} | paths
        return [
            *command,
            *("--quiet", "--project-dir", str(PROJECT)),
            *("--profiles-dir", str(PROJECT), "--vars", json.dumps(variables)),
            *("--target-path", str(self.folder / "target")),
            *("--log-path", str(self.folder / "logs")),
        ]

    def run(self, name: str, database: str, *command: str) -> Build:
        """Run dbt in a process of its own and say what it took.

        Raises:
            SystemExit: If dbt fails.
        """
        path = self.database(database)
        path.parent.mkdir(exist_ok=True)
        dbt = str(Path(sys.executable).with_name("dbt"))
        started = time.monotonic()
        process = subprocess.Popen(
            [dbt, *self.arguments(*command)],
            env=os.environ | {"HABITUE_DATABASE": str(path)},
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{name}: dbt failed")
        build = Build(name, time.monotonic() - started, usage.ru_maxrss * 1024)
        if command[0] == "build":
            self._add_nodes(build)
        return build

    def _add_nodes(self, build: Build) -> None:
        results = json.loads((self.folder / "target/run_results.json").read_text())
        groups: Counter[str] = Counter()
        models: Counter[str] = Counter()
        for result in results["results"]:
            kind, _, name = result["unique_id"].split(".")[:3]
            seconds = result["execution_time"]
            groups[f"{kind}s"] += seconds
            if kind == "model":
                models[name] += seconds
        build.group_seconds = dict(groups.most_common())
        build.slowest_models = dict(models.most_common(MOST_MODELS))


def lay_out(place: Workplace, *, events: int, days: int, seed: int) -> None:
    """Generate a shop and write a file of each kind per day of receipt."""
    customers = max(round(events / (days * EVENTS_PER_CUSTOMER_DAY)), 1)
    report = generate(customers=customers, days=days, seed=seed, out=place.folder)
    place.inbox.mkdir()
    place.aside.mkdir()
    end = START + timedelta(days=days)
    connection = duckdb.connect()
    for kind, sql in CANONICAL.items():
        parts = place.folder / "parts" / kind
        parts.parent.mkdir(exist_ok=True)
        canonical = sql.format(raw=report.raw_folder)
        connection.execute(
            f"copy (select * exclude (arrived_at), cast(arrived_at as date) as day "
            f"from ({canonical}) where arrived_at < date '{end}' order by arrived_at) "
            f"to '{parts}' (format parquet, partition_by (day))"
        )
        for number, path in enumerate(sorted(parts.rglob("*.parquet"))):
            day = path.parent.name.removeprefix("day=")
            path.rename(place.inbox / f"{kind}_{day}_{number}.parquet")
    shutil.rmtree(place.folder / "parts")
    shutil.rmtree(report.raw_folder)
    last = end - timedelta(days=1)
    for path in place.inbox.glob(f"*_{last}_*.parquet"):
        path.rename(place.aside / path.name)


def count_rows(folder: Path) -> dict[str, int]:
    """Rows of the files in a folder, by kind."""
    return {
        kind: duckdb.sql(
            f"select sum(num_rows) from parquet_file_metadata("
            f"'{folder}/{kind}_*.parquet')"
        ).fetchall()[0][0]
        for kind in KINDS
        if any(folder.glob(f"{kind}_*.parquet"))
    }


def checksums(database: Path) -> dict[str, tuple[int, int]]:
    """Rows and an order-free checksum of every table that must agree."""
    found = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        for table in COMPARED:
            described = connection.execute(f"describe marts.{table}").fetchall()
            columns = ", ".join(
                f'round("{name}", 6)' if kind == "DOUBLE" else f'"{name}"'
                for name, kind, *_ in described
            )
            [row] = connection.execute(
                f"select count(*), sum(cast(hash({columns}) as hugeint)) "
                f"from marts.{table}"
            ).fetchall()
            found[table] = row
    return found


def count_rows_read(place: Workplace, database: str) -> dict[str, dict[str, int]]:
    """Build in this process, under DuckDB's profiler: rows scanned by node and table.

    The profiler counts what a scan really reads: row groups that a condition rules out
    are not in it. Files are one table.
    """
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    execute = DuckDBCursorWrapper.execute

    def profiled(self: Any, sql: str, bindings: Any = None) -> Any:
        cursor = self._cursor
        cursor.execute("pragma enable_profiling = 'no_output'")
        answer = execute(self, sql, bindings)
        node = _node_of(sql)
        if node:
            profile = json.loads(cursor.get_profiling_information(format="json"))
            for table, count in _scans(profile):
                rows[node][table] += count
        return answer

    os.environ["HABITUE_DATABASE"] = str(place.database(database))
    DuckDBCursorWrapper.execute = profiled
    arguments = place.arguments("build", "--exclude-resource-type", "unit_test")
    if not dbtRunner().invoke(arguments).success:
        raise SystemExit("the profiled build failed")
    return {node: dict(tables) for node, tables in rows.items()}


def _node_of(sql: str) -> str | None:
    """The node that dbt names in the comment before a statement."""
    if not sql.lstrip().startswith("/*"):
        return None
    comment = sql.split("/*", 1)[1].split("*/", 1)[0]
    return json.loads(comment).get("node_id")


def _scans(operator: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Tables below an operator of a profile, with the rows read of each."""
    count = operator.get("operator_rows_scanned") or 0
    if count:
        told = operator.get("extra_info") or {}
        name = told.get("Table") or told.get("Function") or "other"
        yield name.strip().split(".")[-1], count
    for child in operator.get("children", []):
        yield from _scans(child)


def show(report: dict[str, Any], builds: list[Build]) -> None:
    """The figures as tables."""
    console = Console()
    table = Table("build", "wall s", "peak GB", "seconds of nodes")
    for build in builds:
        table.add_row(
            build.name,
            f"{build.wall_seconds:.1f}",
            f"{build.peak_memory_bytes / 2**30:.2f}",
            ", ".join(f"{name} {s:.1f}" for name, s in build.group_seconds.items()),
        )
    console.print(table)
    day = next(build for build in builds if build.name == "one more day")
    slowest = Table("slowest models of one more day", "s", "rows read")
    for name, seconds in day.slowest_models.items():
        tables = report["rows_read"].get(f"model.habitue.{name}", {})
        slowest.add_row(name, f"{seconds:.2f}", f"{sum(tables.values()):,}")
    console.print(slowest)
    most_read = Table("model", "table read most", "rows")
    for (model, table), rows in _scans_of_models(report["rows_read"])[:MOST_MODELS]:
        most_read.add_row(model, table, f"{rows:,}")
    console.print(most_read)
    console.print(f"rows held before: {report['rows_before']}")
    console.print(f"rows of the day: {report['rows_of_the_day']}")
    console.print(f"rows read by models: {report['rows_read_by_models']:,}")
    console.print(f"rows read by tests: {report['rows_read_by_tests']:,}")
    console.print(
        f"tables that differ from one refresh: {report['differing'] or 'none'}"
    )


def measure(place: Workplace) -> tuple[dict[str, Any], list[Build]]:
    """All builds of the benchmark, one after the other."""
    build = ("build", "--exclude-resource-type", "unit_test")
    rows_before, rows_of_the_day = count_rows(place.inbox), count_rows(place.aside)
    builds = [place.run("all days but one", "growing", *build)]
    builds.append(place.run("start only (parse)", "growing", "parse"))
    place.database("profiled").parent.mkdir()
    shutil.copy(place.database("growing"), place.database("profiled"))
    for path in place.aside.iterdir():
        path.rename(place.inbox / path.name)
    builds.append(place.run("one more day", "growing", *build))
    builds.append(place.run("nothing new", "growing", *build))
    builds.append(place.run("all days at once", "refreshed", *build))
    rows_read = count_rows_read(place, "profiled")
    found, expected = (
        checksums(place.database(name)) for name in ("growing", "refreshed")
    )
    report = {
        "rows_before": rows_before,
        "rows_of_the_day": rows_of_the_day,
        "rows_read": rows_read,
        "rows_read_by_models": _sum_of(rows_read, "model."),
        "rows_read_by_tests": _sum_of(rows_read, "test."),
        "differing": [name for name in COMPARED if found[name] != expected[name]],
        "builds": [asdict(one) for one in builds],
    }
    return report, builds


def _sum_of(rows_read: dict[str, dict[str, int]], start: str) -> int:
    return sum(
        sum(tables.values())
        for node, tables in rows_read.items()
        if node.startswith(start)
    )


def _scans_of_models(
    rows_read: dict[str, dict[str, int]],
) -> list[tuple[tuple[str, str], int]]:
    """Model, table and rows read; most first."""
    return Counter(
        {
            (node.split(".")[2], table): rows
            for node, tables in rows_read.items()
            if node.startswith("model.")
            for table, rows in tables.items()
        }
    ).most_common()


def main() -> None:
    """Run the benchmark and leave its figures in a JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=PROJECT / "target/benchmarks")
    options = parser.parse_args()
    place = Workplace(options.out.resolve() / "one_more_day")
    shutil.rmtree(place.folder, ignore_errors=True)
    place.folder.mkdir(parents=True)
    # In a process of its own: a child starts with the peak memory of its parent.
    settings = {name: getattr(options, name) for name in ("events", "days", "seed")}
    drawing = multiprocessing.get_context("spawn").Process(
        target=lay_out, args=(place,), kwargs=settings
    )
    drawing.start()
    drawing.join()
    if drawing.exitcode:
        raise SystemExit("the shop could not be generated")
    report, builds = measure(place)
    show(report, builds)
    written = options.out / f"one_more_day_{options.events}.json"
    written.write_text(json.dumps(report, indent=2))
    if report["differing"]:
        raise SystemExit("one more day did not give the tables of one refresh")


if __name__ == "__main__":
    main()
