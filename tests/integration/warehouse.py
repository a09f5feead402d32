"""A database of its own for a test, built by the real dbt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 600


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
    """One DuckDB file and the folder that dbt works in."""

    folder: Path

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
        command = [
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
        ran = subprocess.run(
            command,
            cwd=PROJECT,
            env=os.environ
            | {"HABITUE_DATABASE": str(self.database)}
            | (environment or {}),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return Build(exit_code=ran.returncode, output=ran.stdout + ran.stderr)

    def build(self, *arguments: str, **variables: Any) -> Build:
        """`dbt build` with these vars; it must succeed."""
        build = self.dbt("build", *arguments, variables=variables)
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
