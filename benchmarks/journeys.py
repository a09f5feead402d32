"""What journeys cost beside everything that a full refresh makes, and exact absorption.

A shop is generated and built once, all models up to segments and journeys, no tests.
What the models of journeys took is set beside what the others took, in the same run.
Then a chain of 500 states is solved.

    python benchmarks/journeys.py --events 20000000
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import sparse

from habitue.generation import generate
from habitue.journeys import Chain, absorb, removal_effects

PROJECT = Path(__file__).parents[1]
# What the generator gives, measured.
EVENTS_PER_CUSTOMER_DAY = 1.53
STATES = 500
TRANSITIONS = (
    "int_event_steps__numbered",
    "int_visit_steps__numbered",
    "int_journey_steps__numbered",
    "int_journeys__measured",
    "int_journey_transitions__counted",
    "journey_transitions",
)
FOLDERS = ("journeys", "markov")
SEGMENTS = ("clustering", "segments")


def build(raw: Path, place: Path) -> dict[str, Any]:
    """Build everything up to segments and journeys and say what each model took.

    Raises:
        SystemExit: If dbt fails.
    """
    database = place / "habitue.duckdb"
    command = [
        str(Path(sys.executable).with_name("dbt")),
        *("run", "--quiet", "--project-dir", str(PROJECT)),
        *("--profiles-dir", str(PROJECT), "--target-path", str(place / "target")),
        *("--log-path", str(place / "logs")),
        *("--vars", json.dumps({"raw_location": str(raw)})),
    ]
    selected = ("--select", "+customer_segments", "+segments")
    selected += tuple(f"+path:models/marts/{name}" for name in FOLDERS[:1])
    environment = os.environ | {"HABITUE_DATABASE": str(database)}
    seeded = [part if part != "run" else "seed" for part in command]
    for step in (seeded, [*command, *selected]):
        started = time.monotonic()
        process = subprocess.Popen(step, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit("dbt failed")
    report = json.loads((place / "target/run_results.json").read_text())
    seconds = {
        result["unique_id"].split(".")[-1]: result["execution_time"]
        for result in report["results"]
        if result["unique_id"].startswith("model.")
    }
    manifest = json.loads((place / "target/manifest.json").read_text())
    folders = {
        node["name"]: node["fqn"][-2]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    ours = {name: s for name, s in seconds.items() if folders[name] in FOLDERS}
    segmentation = sum(s for name, s in seconds.items() if folders[name] in SEGMENTS)
    return {
        "wall_seconds": time.monotonic() - started,
        "peak_memory_bytes": usage.ru_maxrss * 1024,
        "all_models": sum(seconds.values()),
        "other_models": sum(seconds.values()) - sum(ours.values()),
        "up_to_features": sum(seconds.values()) - sum(ours.values()) - segmentation,
        "journeys": sum(ours.values()),
        "transitions": sum(ours.get(name, 0.0) for name in TRANSITIONS),
        "models": dict(sorted(ours.items(), key=lambda pair: -pair[1])),
    }


def absorption_seconds(*, states: int, density: float) -> dict[str, float]:
    """Median seconds of five solutions of a random chain, and of all its removals."""
    rng = np.random.default_rng(1)
    moves = rng.integers(1, 50, (states, states)) * (
        rng.random((states, states)) < density
    )
    ends = rng.integers(1, 5, (2, states)).astype(np.float64)
    chain = Chain(sparse.csr_array(moves.astype(np.float64)), ends[0], ends[1])
    found: dict[str, list[float]] = {"absorption": [], "removals of all states": []}
    for _ in range(5):
        started = time.perf_counter()
        absorb(chain)
        solved = time.perf_counter()
        removal_effects(chain, 0)
        found["absorption"].append(solved - started)
        found["removals of all states"].append(time.perf_counter() - solved)
    return {name: statistics.median(values) for name, values in found.items()}


def show(report: dict[str, Any]) -> None:
    """The figures as tables."""
    console = Console()
    built = report["build"]
    table = Table("models", "s", "of all others", "of those up to features")
    for name in ("other_models", "up_to_features", "transitions", "journeys"):
        shares = [built[name] / built[of] for of in ("other_models", "up_to_features")]
        told = (f"{share:.1%}" for share in shares)
        table.add_row(name.replace("_", " "), f"{built[name]:.1f}", *told)
    console.print(table)
    slowest = Table("models of journeys", "s")
    for name, seconds in built["models"].items():
        slowest.add_row(name, f"{seconds:.2f}")
    console.print(slowest)
    console.print(
        f"{report['events']:,} events; wall {built['wall_seconds']:.0f} s, "
        f"peak {built['peak_memory_bytes'] / 2**30:.2f} GB"
    )
    for name, seconds in report["chain"].items():
        console.print(f"{STATES} states, {name}: {seconds:.3f} s")


def main() -> None:
    """Run the benchmark and leave its figures in a JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=PROJECT / "target/benchmarks")
    parser.add_argument("--raw", type=Path, help="a generated shop, to use it again")
    options = parser.parse_args()
    place = options.out.resolve() / "journeys"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    raw = options.raw
    if raw is None:
        customers = round(options.events / options.days / EVENTS_PER_CUSTOMER_DAY)
        generate(customers=customers, days=options.days, seed=options.seed, out=place)
        raw = place / "raw"
    report = {
        "events": options.events,
        "build": build(raw.resolve(), place),
        "chain": absorption_seconds(states=STATES, density=0.3),
    }
    show(report)
    written = options.out / f"journeys_{options.events}.json"
    written.write_text(json.dumps(report, indent=2))
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
