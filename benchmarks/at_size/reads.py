"""Which rows a build reads: dbt in this process, under DuckDB's profiler.

The profiler counts what a scan really reads: row groups that a condition rules out are
not in it. All files count as one table.

    python -m at_size.reads <file to write> <dbt command and options>
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper
from dbt.cli.main import dbtRunner

if TYPE_CHECKING:
    from collections.abc import Iterator


def count_rows_read(arguments: list[str]) -> dict[str, dict[str, int]]:
    """Build, and say how many rows were scanned, by node and table.

    Raises:
        SystemExit: If the build fails.
    """
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    execute = DuckDBCursorWrapper.execute

    def profiled(self: Any, sql: str, bindings: Any = None) -> Any:
        cursor = self._cursor
        cursor.execute("pragma enable_profiling = 'no_output'")
        answer = execute(self, sql, bindings)
        node = node_of(sql)
        if node:
            profile = json.loads(cursor.get_profiling_information(format="json"))
            for table, count in scans(profile):
                rows[node][table] += count
        return answer

    DuckDBCursorWrapper.execute = profiled
    if not dbtRunner().invoke(arguments).success:
        raise SystemExit("the profiled build failed")
    return {node: dict(tables) for node, tables in rows.items()}


def node_of(sql: str) -> str | None:
    """The node that dbt names in the comment before a statement."""
    if not sql.lstrip().startswith("/*"):
        return None
    comment = sql.split("/*", 1)[1].split("*/", 1)[0]
    node: str | None = json.loads(comment).get("node_id")
    return node


def scans(operator: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Tables below an operator of a profile, with the rows read of each."""
    count = operator.get("operator_rows_scanned") or 0
    if count:
        told = operator.get("extra_info") or {}
        name = told.get("Table") or told.get("Function") or "other"
        yield name.strip().split(".")[-1], count
    for child in operator.get("children", []):
        yield from scans(child)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(count_rows_read(sys.argv[2:])))
