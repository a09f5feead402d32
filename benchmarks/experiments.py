"""What an experiment of many customers costs: sums, quantile, verdicts.

The wide table of values is generated, 20 metrics (8 proportions, 7 means, 4 ratios and
a quantile), two arms and eight segments; then dbt runs the project's own models from it
to the results. Beside them stands a plain copy of the same table, in the same run, and
numpy checks that the sums are right.

    python benchmarks/experiments.py --customers 10000000
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
from typing import Any

import duckdb
import numpy as np
from rich.console import Console
from rich.table import Table

PROJECT = Path(__file__).parents[1]
KINDS = {"proportion": 8, "mean": 7, "ratio": 4, "quantile": 1}
SEGMENTS = 8
START, END, AS_OF = "2025-01-01", "2025-01-31", "2025-02-01"
ORDERS = {"model": "orders", "at": "ordered_at", "column": "amount"}
AMOUNT = "case when random() < 0.2 then 20 * exp(2 * random()) else 0 end"
COUNT = "floor(-ln(1 - random()) * 3)"
PARTS = {
    "proportion": {
        "value": "cast(random() < 0.1 as double)",
        "past_value": "cast(random() < 0.1 as double)",
    },
    "mean": {"value": AMOUNT, "past_value": AMOUNT},
    "ratio": {
        "value": AMOUNT,
        "past_value": AMOUNT,
        "base": COUNT,
        "past_base": COUNT,
    },
    "quantile": {"value": AMOUNT},
}
MODELS = (
    "int_experiments__described",
    "int_experiment_arms__described",
    "int_experiments__dated",
    "int_experiment_metrics__asked",
    "int_experiment_arms__counted",
    "int_experiment_segments__named",
    "int_experiment_sums__totalled",
    "int_experiment_sums__counted",
    "int_experiment_quantiles__measured",
    "int_experiment_groups__numbered",
    "int_experiment_ranks__kept",
    "experiment_effects",
    "experiment_metrics",
    "experiment_results",
)


def metrics() -> dict[str, dict[str, Any]]:
    """The metrics by name, as settings."""
    described = {}
    for kind, count in KINDS.items():
        for number in range(count):
            one: dict[str, Any] = {"kind": kind, "value": ORDERS}
            if kind == "ratio":
                one["base"] = {"model": "orders", "at": "ordered_at"}
            if kind == "quantile":
                one["quantile"] = 0.9
            described[f"{kind}_{number}"] = one
    return described


def generate(folder: Path, customers: int) -> float:
    """Write the tables that models read; seconds of a plain copy of the wide one."""
    columns = [
        f"{sql} as {name}_{part}"
        for name, metric in metrics().items()
        for part, sql in PARTS[metric["kind"]].items()
    ]
    with duckdb.connect(str(folder / "habitue.duckdb")) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set threads = 2")
        connection.execute("create schema intermediate; create schema marts")
        connection.execute("select setseed(0.5)")
        connection.execute(
            "create table intermediate.int_experiment_values__measured as "
            "select 'shown' as experiment_id, md5(range::text)::uuid as customer_id, "
            "case when random() < 0.5 then 'control' else 'treatment' end as arm, "
            f"cast(1 + floor(random() * {SEGMENTS}) as bigint) as segment_id, "
            f"{', '.join(columns)}, timestamp '{START}' as assigned_at "
            f"from range({customers})"
        )
        connection.execute(
            "create table marts.experiment_assignments as select experiment_id, "
            "customer_id, arm, segment_id, 'segment ' || segment_id as segment_name, "
            "true as is_analysed, assigned_at "
            "from intermediate.int_experiment_values__measured"
        )
        connection.execute(
            "create table intermediate.int_as_of__dates as "
            f"select date '{AS_OF}' as as_of_date, true as is_latest"
        )
        connection.execute("checkpoint")
        started = time.perf_counter()
        connection.execute(
            "create table copied as "
            "select * from intermediate.int_experiment_values__measured"
        )
        seconds = time.perf_counter() - started
        connection.execute("drop table copied; checkpoint")
    return seconds


def build(folder: Path) -> dict[str, Any]:
    """Run the models and say what each one took, and all of dbt.

    Raises:
        SystemExit: If dbt fails.
    """
    experiment = {
        "assigned_by": "events",
        "arms": {"control": 0.5, "treatment": 0.5},
        "start": START,
        "end": END,
        "metrics": list(metrics()),
        "minimum_effect": 0.05,
    }
    variables = {
        "experiments": {"shown": experiment},
        "experiment_metrics": metrics(),
    }
    command = [
        str(Path(sys.executable).with_name("dbt")),
        *("run", "--quiet", "--project-dir", str(PROJECT)),
        *("--profiles-dir", str(PROJECT), "--target-path", str(folder / "target")),
        *("--log-path", str(folder / "logs"), "--vars", json.dumps(variables)),
        *("--select", *MODELS),
    ]
    environment = os.environ | {"HABITUE_DATABASE": str(folder / "habitue.duckdb")}
    started = time.monotonic()
    process = subprocess.Popen(command, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("dbt failed")
    wall = time.monotonic() - started
    report = json.loads((folder / "target/run_results.json").read_text())
    return {
        "wall_seconds": wall,
        "peak_memory_bytes": usage.ru_maxrss * 1024,
        "models": {
            result["unique_id"].split(".")[-1]: result["execution_time"]
            for result in report["results"]
            if result["unique_id"].startswith("model.")
        },
    }


def largest_error(folder: Path) -> float:
    """Of all sums of one metric of each kind, relative, against numpy.

    Raises:
        SystemExit: If not every comparison has a row.
    """
    worst = 0.0
    with duckdb.connect(str(folder / "habitue.duckdb"), read_only=True) as connection:
        for kind in ("proportion", "mean", "ratio"):
            values = connection.execute(
                f"select arm, segment_id, columns('^{kind}_0_') "
                "from intermediate.int_experiment_values__measured "
                "where arm = 'treatment' and segment_id = 3"
            ).df()
            found = connection.execute(
                "select * from intermediate.int_experiment_sums__counted where arm = "
                f"'treatment' and segment_id = 3 and metric = '{kind}_0'"
            ).df()
            parts = {
                part: values[f"{kind}_0_{part}"].to_numpy()
                if f"{kind}_0_{part}" in values
                else np.ones(len(values))
                for part in ("past_value", "past_base", "value", "base")
            }
            for name in (column for column in found if column.endswith("_sum")):
                product, rest = np.ones(len(values)), name.removesuffix("_sum")
                while rest:
                    part = next(one for one in parts if rest.startswith(one))
                    product, rest = product * parts[part], rest[len(part) + 1 :]
                expected = float(product.sum())
                worst = max(worst, abs(found[name].iloc[0] - expected) / expected)
        [(rows,)] = connection.execute(
            "select count(*) from marts.experiment_results "
            "where method in ('unadjusted', 'bootstrap') and status = 'told'"
        ).fetchall()
    if rows != sum(KINDS.values()) * (SEGMENTS + 1):
        raise SystemExit(f"{rows} comparisons have a result")
    return worst


def show(report: dict[str, Any]) -> None:
    """The figures as a table."""
    console = Console()
    built = report["build"]
    table = Table("models", "s", "of a copy")
    total = sum(built["models"].values())
    rows = sorted(built["models"].items(), key=lambda pair: -pair[1])
    for name, seconds in [*rows, ("all models", total), ("dbt", built["wall_seconds"])]:
        share = seconds / report["copy_seconds"]
        table.add_row(name, f"{seconds:.2f}", f"{share:.2f}")
    console.print(table)
    console.print(
        f"{report['customers']:,} customers, {sum(KINDS.values())} metrics, "
        f"{SEGMENTS} segments; a copy of the table {report['copy_seconds']:.1f} s; "
        f"peak {built['peak_memory_bytes'] / 2**30:.2f} GB; sums beside numpy's: "
        f"off by {report['largest_error']:.0e} at most"
    )


def main() -> None:
    """Run the benchmark and leave its figures in a JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=10_000_000)
    parser.add_argument("--out", type=Path, default=PROJECT / "target/benchmarks")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.out) as name:
        folder = Path(name)
        report = {
            "customers": options.customers,
            "copy_seconds": generate(folder, options.customers),
            "build": build(folder),
            "largest_error": largest_error(folder),
        }
    show(report)
    written = options.out / f"experiments_{options.customers}.json"
    written.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
