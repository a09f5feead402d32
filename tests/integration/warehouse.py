"""A database of its own for a test, built by the real dbt."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 600
# What models find, and unit tests again, are not what most tests are about.
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
WITHOUT_ANALYSES = (
    "--exclude",
    *("segment_checks+", "feature_components+"),
    *("int_event_steps__numbered+", "int_periods__listed+"),
    *("int_anomaly_features__described+", "int_customer_profiles__measured+"),
    "int_session_profiles__measured+",
    *("int_experiments__described+", "int_experiment_arms__described+"),
    *("int_experiment_audiences__described+", "int_segments__in_force+"),
    "int_customers__disregarded+",
)
# Marts with a spine of dates have a row per customer at each of them.
IS_LATEST = (
    "as_of_date = "
    "(select as_of_date from intermediate.int_as_of__dates where is_latest)"
)


def write_parquet(sql: str, path: Path) -> str:
    """Save what a query gives and say where."""
    duckdb.connect().execute(f"copy ({sql}) to '{path}' (format parquet)")
    return str(path)


@dataclass(frozen=True)
class Build:
    """What one `dbt build` said."""

    exit_code: int
    output: str

    @property
    def succeeded(self) -> bool:
        return self.exit_code == 0


class BuildError(AssertionError):
    """A build failed that should have succeeded."""


@dataclass(frozen=True)
class Warehouse:
    """One DuckDB file, the folder that dbt works in, and the project it builds."""

    folder: Path
    project: Path = PROJECT

    @property
    def database(self) -> Path:
        return self.folder / "habitue.duckdb"

    def dbt(
        self,
        *arguments: str,
        variables: dict[str, Any] | None = None,
        environment: dict[str, str] | None = None,
    ) -> Build:
        """Run dbt in the project on this database, whatever it answers."""
        ran = subprocess.run(
            self._command(arguments, variables),
            cwd=self.project,
            env=self._environment(environment),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return Build(exit_code=ran.returncode, output=ran.stdout + ran.stderr)

    def kill_once(
        self, said: str, *arguments: str, variables: dict[str, Any] | None = None
    ) -> Build:
        """Run dbt and kill it, with all it started, once a line matches this."""
        with subprocess.Popen(
            self._command(arguments, variables),
            cwd=self.project,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as running:
            lines = []
            for line in running.stdout or ():
                lines.append(line)
                if re.search(said, line):
                    os.killpg(running.pid, signal.SIGKILL)
                    break
        return Build(exit_code=running.returncode, output="".join(lines))

    def _command(
        self, arguments: tuple[str, ...], variables: dict[str, Any] | None
    ) -> list[str]:
        return [
            str(Path(sys.executable).with_name("dbt")),
            *arguments,
            "--no-use-colors",
            "--target-path",
            str(self.folder / "target"),
            "--log-path",
            str(self.folder / "logs"),
            "--vars",
            json.dumps(variables or {}),
        ]

    def _environment(self, more: dict[str, str] | None = None) -> dict[str, str]:
        return os.environ | {"HABITUE_DATABASE": str(self.database)} | (more or {})

    def build(self, *arguments: str, **variables: Any) -> Build:
        """`dbt build` with these vars; it must succeed."""
        build = self.dbt("build", *WITHOUT_UNIT_TESTS, *arguments, variables=variables)
        if not build.succeeded:
            raise BuildError(build.output[-6000:])
        return build

    def query(self, sql: str, **tables: Any) -> list[tuple[Any, ...]]:
        """All rows of a query; data frames given by name can be selected from."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            for name, frame in tables.items():
                connection.register(name, frame)
            return connection.execute(sql).fetchall()

    def value(self, sql: str, **tables: Any) -> Any:
        """The only value of a query that gives one."""
        [(value,)] = self.query(sql, **tables)
        return value


@dataclass
class ResidentDbt:
    """dbt inside this process: a project parsed once, for many builds of little data.

    All builds have the same vars, so it is the files behind them that change. They run
    now, or at the time that `now` says.
    """

    folder: Path
    variables: dict[str, Any]
    now: datetime | None = None
    _manifest: Any = field(default=None, init=False)

    def empty(self, name: str) -> Warehouse:
        """A database that holds the lookups and nothing else."""
        lookups = Warehouse(self.folder / "lookups")
        if not lookups.database.exists():
            lookups.folder.mkdir(parents=True)
            self._invoke(lookups, "seed", "--select", "lookups")
        return self.copy(lookups, name)

    def copy(self, original: Warehouse, name: str) -> Warehouse:
        """The same database once more, under another name; with its vault."""
        warehouse = Warehouse(self.folder / name)
        shutil.rmtree(warehouse.folder, ignore_errors=True)
        warehouse.folder.mkdir()
        for path in original.folder.glob("*.duckdb"):
            shutil.copy(path, warehouse.folder)
        return warehouse

    def run(
        self, warehouse: Warehouse, *models: str, options: tuple[str, ...] = ()
    ) -> None:
        """Build these models and what they need, without tests and seeds."""
        selected = (f"+{name}" for name in models)
        self._invoke(warehouse, "run", *options, "--select", *selected)

    def command(self, warehouse: Warehouse, *arguments: str) -> None:
        """Any other command of dbt."""
        self._invoke(warehouse, *arguments)

    def compiled(self, warehouse: Warehouse, text: str) -> str:
        """What dbt makes of a model that is not in the project."""
        [one] = self._invoke(warehouse, "compile", "--inline", text).results
        return str(one.node.compiled_code)

    def _invoke(self, warehouse: Warehouse, *arguments: str) -> Any:
        settings = (
            *("--quiet", "--no-write-json", "--log-level-file", "none"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(self.folder / "target")),
            *("--vars", json.dumps(self.variables)),
        )
        environment = {"HABITUE_DATABASE": str(warehouse.database)}
        clock = mock.Mock(now=lambda tz: self.now or datetime.now(tz=tz))
        with (
            mock.patch.dict(os.environ, environment),
            mock.patch("dbt.tracking.datetime", clock),
        ):
            if self._manifest is None:
                self._manifest = dbtRunner().invoke(["parse", *settings]).result
            answer = dbtRunner(manifest=self._manifest).invoke([*arguments, *settings])
            DuckDBConnectionManager.close_all_connections()
        if not answer.success:
            said = [answer.exception, *(one.message for one in answer.result or ())]
            raise BuildError("\n".join(str(line) for line in said if line)[-6000:])
        return answer.result
