"""Where the time of a build goes: dbt's start, parsing, every node, the engine.

The demo is built in this process, with a watch around dbt's stages and around whatever
runs inside DuckDB. Only what is left of a node's time is overhead: rendering, the
adapter, logging, waiting for Python's lock.

    python benchmarks/build_profile.py
    python benchmarks/build_profile.py --select +customer_features
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROJECT = Path(__file__).parents[1]
FOLDER = PROJECT / "target/benchmarks/profile"
SHOWN = 12
START_BUDGET_SECONDS, NODE_BUDGET_SECONDS = 6.0, 0.035


class Watch:
    """Seconds of dbt's stages and of nodes inside the engine, while it is in place."""

    def __init__(self) -> None:
        self.stages: Counter[str] = Counter()
        self.engine: Counter[str] = Counter()
        self.python: Counter[str] = Counter()
        self.statements: Counter[str] = Counter()

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Wrap what is measured."""
        # Importing dbt is one of the things that are measured.
        from dbt.adapters.duckdb.environments import local  # noqa: PLC0415
        from dbt.parser.manifest import ManifestLoader  # noqa: PLC0415
        from dbt.task.build import BuildTask  # noqa: PLC0415
        from dbt.task.run import RunTask  # noqa: PLC0415
        from dbt.task.runnable import GraphRunnableTask  # noqa: PLC0415

        wrapped = [
            (ManifestLoader, "get_full_manifest", "parse the project"),
            (BuildTask, "compile_manifest", "graph of nodes"),
            (RunTask, "before_run", "before nodes: schemas, on-run-start"),
            (GraphRunnableTask, "execute_nodes", "nodes"),
            (RunTask, "after_run", "after nodes: on-run-end"),
        ]
        kept = [(owner, name, owner.__dict__[name]) for owner, name, _ in wrapped]
        cursor, environment = local.DuckDBCursorWrapper, local.LocalEnvironment
        kept += [
            (cursor, "execute", cursor.execute),
            (environment, "submit_python_job", environment.submit_python_job),
        ]
        for owner, name, stage in wrapped:
            setattr(owner, name, self._timed(owner.__dict__[name], stage))
        cursor.execute = self._counted(cursor.execute, self.engine)
        environment.submit_python_job = self._counted(
            environment.submit_python_job, self.python
        )
        try:
            yield
        finally:
            for owner, name, original in kept:
                setattr(owner, name, original)

    def _timed(self, method: Any, stage: str) -> Any:
        call = method.__func__ if isinstance(method, classmethod) else method

        def timed(*arguments: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return call(*arguments, **options)
            finally:
                self.stages[stage] += time.perf_counter() - started

        return classmethod(timed) if isinstance(method, classmethod) else timed

    def _counted(
        self, call: Callable[..., Any], seconds: Counter[str]
    ) -> Callable[..., Any]:
        from dbt_common.events.contextvars import get_node_info  # noqa: PLC0415

        def counted(*arguments: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return call(*arguments, **options)
            finally:
                node = str(get_node_info().get("unique_id", ""))
                seconds[node] += time.perf_counter() - started
                self.statements[node] += 1

        return counted


def main() -> None:
    """Build, and tell stages, kinds of nodes, and the nodes with most overhead."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--select", nargs="+", help="build these, not everything")
    options = parser.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    selection = ["--select", *options.select] if options.select else []
    os.environ["HABITUE_DATABASE"] = str(FOLDER / "habitue.duckdb")
    places = [
        *("--quiet", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", str(FOLDER / "target"), "--log-path", str(FOLDER / "logs")),
    ]
    started = time.perf_counter()
    dbt = str(Path(sys.executable).with_name("dbt"))
    subprocess.run([dbt, "parse", *places], check=True)
    anew = time.perf_counter() - started
    started = time.perf_counter()
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    imported = time.perf_counter() - started
    watch = Watch()
    with watch.in_place():
        build = ["build", *places, "--exclude-resource-type", "unit_test", *selection]
        answer = dbtRunner().invoke(build)
    whole = time.perf_counter() - started
    if not answer.success:
        raise SystemExit("the build failed")
    results = json.loads((FOLDER / "target/run_results.json").read_text())["results"]
    tell(watch, results, whole=whole, imported=imported, anew=anew)


def tell(
    watch: Watch,
    results: list[dict[str, Any]],
    *,
    whole: float,
    imported: float,
    anew: float,
) -> None:
    """Print what was found."""
    console = Console(width=None if sys.stdout.isatty() else 110)
    stages = Table("stage", "seconds", title="A build of the demo")
    rest = whole - imported - sum(watch.stages.values())
    rows = {"import dbt": imported, **watch.stages, "the rest": rest, "in all": whole}
    for name, seconds in rows.items():
        stages.add_row(name, f"{seconds:.2f}")
    stages.add_row("dbt parse, project parsed anew", f"{anew:.2f}")
    console.print(stages)
    kinds = defaultdict(lambda: [0, 0.0, 0.0, 0.0, 0.0, 0])
    overheads = {}
    for one in results:
        node = one["unique_id"]
        steps = {step["name"]: _seconds(step) for step in one["timing"]}
        engine, python = watch.engine[node], watch.python[node]
        overhead = one["execution_time"] - engine - python
        overheads[node] = (overhead, one["execution_time"], watch.statements[node])
        kind = kinds[node.split(".")[0]]
        added = (1, one["execution_time"], engine, python, steps.get("compile", 0.0))
        for place, value in enumerate((*added, watch.statements[node])):
            kind[place] += value
    table = Table(
        *("nodes", "count", "seconds", "in DuckDB", "in Python models", "compiled"),
        *("overhead, ms a node", "statements a node"),
    )
    for name, (count, spent, engine, python, compiled, statements) in kinds.items():
        table.add_row(
            *(name, f"{count:.0f}"),
            *(f"{value:.1f}" for value in (spent, engine, python, compiled)),
            f"{(spent - engine - python) / count * 1000:.1f}",
            f"{statements / count:.1f}",
        )
    console.print(table)
    slowest = Table("most overhead", "ms", "of ms", "statements")
    ordered = sorted(overheads.items(), key=lambda one: -one[1][0])
    for node, (overhead, spent, statements) in ordered[:SHOWN]:
        name = node.split(".")[2]
        figures = (f"{overhead * 1000:.0f}", f"{spent * 1000:.0f}", f"{statements}")
        slowest.add_row(name, *figures)
    console.print(slowest)
    work = sum(watch.engine.values()) + sum(watch.python.values())
    most = START_BUDGET_SECONDS + NODE_BUDGET_SECONDS * len(results)
    console.print(
        f"{len(results)} nodes: {whole:.1f} s of {most:.1f} s "
        f"(6 s + 35 ms a node), {work:.1f} s of them in DuckDB and Python models by "
        "two nodes at a time"
    )


def _seconds(step: dict[str, str]) -> float:
    started, ended = (
        datetime.fromisoformat(step[name]) for name in ("started_at", "completed_at")
    )
    return (ended - started).total_seconds()


if __name__ == "__main__":
    main()
