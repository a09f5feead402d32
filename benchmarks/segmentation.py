"""What segments cost: evidence, fit, hierarchy and scoring of many customers.

Customers of eight planted personas that overlap. Every step has a process of its own,
so that its memory can be told: the peak of the process, Python and data included. What
was found is compared with what was planted: the adjusted Rand index.

    python benchmarks/segmentation.py --customers 1000000 --features 12
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd
import yaml
from rich.console import Console
from rich.table import Table
from sklearn.metrics import adjusted_rand_score

from habitue.clustering import (
    SegmentationSettings,
    evaluate_candidates,
    fit_segments,
    predict_segments,
)
from habitue.clustering.dendrogram import top_of
from habitue.clustering.hierarchy import ward_tree
from habitue.clustering.matrix import Customers
from habitue.clustering.scaling import read_scaler

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

PROJECT = Path(__file__).parents[1]
SCORING = (
    *("int_segment_models__adopted", "int_segment_parameters__widened"),
    *("int_customers__measured", "customer_segments"),
)
SHOWN = {"seconds": 1, "cpu": 1, "peak": 2}
PERSONAS = 8
# What the project reads of all customers to look for segments (segment_sample_size).
SAMPLE = 50_000
EXACT = 10_000
# Standard deviation of the centres; that of a persona is 1.
OVERLAPPING, APART = 1.6, 3.0
GIGABYTES = 1024**2  # of kilobytes, in which Linux tells the peak


class Watch:
    """Seconds since it was made, by the clock and of this process's own work."""

    def __init__(self) -> None:
        self.clock, self.work = time.perf_counter(), time.process_time()

    def told(self) -> dict[str, object]:
        """Both, by name."""
        return {
            "seconds": time.perf_counter() - self.clock,
            "cpu": time.process_time() - self.work,
        }


def main() -> None:
    """Run the steps one after the other and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--features", type=int, default=12)
    parser.add_argument("--steps", nargs="*", choices=STEPS, default=list(STEPS))
    parser.add_argument("--alone", choices=STEPS)
    options = parser.parse_args()
    if options.alone:
        told = STEPS[options.alone](options.customers, options.features)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIGABYTES
        sys.stdout.write(json.dumps({**told, "peak": peak}))
        return
    table = Table(
        title=f"{options.customers:,} customers, {options.features} features",
        title_justify="left",
    )
    table.add_column("step")
    for name in ("seconds", "of work", "peak GB"):
        table.add_column(name, justify="right")
    table.add_column("found")
    for step in options.steps:
        told = in_a_process(step, options.customers, options.features)
        numbers = (f"{told[name]:.{n}f}" for name, n in SHOWN.items())
        table.add_row(step, *numbers, told["found"])
    Console(width=120).print(table)


def in_a_process(step: str, customers: int, features: int) -> dict[str, object]:
    """What a step tells, run in a process of its own."""
    command = [sys.executable, __file__, "--alone", step]
    sizes = ["--customers", str(customers), "--features", str(features)]
    ran = subprocess.run([*command, *sizes], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def personas(
    rows: int, features: int, *, apart: float = OVERLAPPING
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Scaled values and the persona of each row."""
    rng = np.random.default_rng(7)
    centres = rng.normal(0, apart, (PERSONAS, features))
    truth = rng.choice(PERSONAS, rows, p=rng.dirichlet(np.full(PERSONAS, 9.0)))
    values = rng.normal(size=(rows, features))
    values += centres[truth]
    values -= values.mean(axis=0)
    values /= values.std(axis=0)
    return values, truth


def customers_of(
    values: NDArray[np.float64], names: list[str] | None = None
) -> Customers:
    """The same as customers, whose features need no scaling."""
    names = names or [f"feature_{number}" for number in range(values.shape[1])]
    scaling = pd.DataFrame({"feature": names, "transform": "none", "fill": np.nan})
    scaling = scaling.assign(lower=-np.inf, upper=np.inf, centre=0.0, scale=1.0)
    return Customers(values, values, read_scaler(scaling, features=names))


def evidence_and_fit(rows: int, features: int) -> dict[str, object]:
    """All four algorithms compared, and the chosen one fitted."""
    values, truth = personas(rows, features)
    customers = customers_of(values)
    settings = SegmentationSettings()
    watch = Watch()
    evidence = evaluate_candidates(customers.scaled, settings=settings)
    gathered = watch.told()
    fit = fit_segments(customers, evidence, history=None, settings=settings)
    both = watch.told()
    scored = predict_segments(customers.natural[:SAMPLE], fit.centroids)
    score = adjusted_rand_score(truth[:SAMPLE], scored.labels)
    best = evidence[evidence["is_best"]]
    told = ", ".join(f"{row.algorithm} {row.k}" for row in best.itertuples())
    return {
        **both,
        "found": f"{told}; evidence {gathered['cpu']:.1f} s of work; "
        f"ARI to the personas {score:.3f}",
    }


def hierarchy(rows: int, features: int) -> dict[str, object]:
    """Ward's hierarchy and the table of its last merges."""
    values, truth = personas(rows, features)
    watch = Watch()
    tree = ward_tree(values, seed=1)
    table = top_of(tree, truth)
    both = watch.told()
    score = adjusted_rand_score(truth, tree.cut(PERSONAS))
    return {
        **both,
        "found": f"{len(table)} nodes; ARI of the cut into {PERSONAS} to the personas "
        f"{score:.3f}",
    }


def accuracy(features: int, *, apart: float) -> dict[str, object]:
    """The cut of micro-clusters beside that of the rows themselves."""
    values, truth = personas(EXACT, features, apart=apart)
    exact = ward_tree(values, seed=1).cut(PERSONAS)
    watch = Watch()
    micro = ward_tree(values, seed=1, exact_rows=0).cut(PERSONAS)
    return {
        **watch.told(),
        "found": f"ARI to the exact cut {adjusted_rand_score(exact, micro):.4f}; to "
        f"the personas: exact {adjusted_rand_score(truth, exact):.4f}, "
        f"micro-clusters {adjusted_rand_score(truth, micro):.4f}",
    }


def scoring(rows: int, features: int) -> dict[str, object]:
    """Everybody placed by the models from the parameters to customer_segments."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    known = project["vars"]["habitue"]["segment_features"]
    names = list(known)[:features]
    values, _ = personas(rows, len(names))
    fitted = customers_of(values[:SAMPLE], names)
    settings = SegmentationSettings(fixed_k=PERSONAS, compared=(), bootstraps=1)
    evidence = evaluate_candidates(fitted.scaled, settings=settings)
    fit = fit_segments(fitted, evidence, history=None, settings=settings)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "habitue.duckdb"
        save(database, values, names, fit.centroids)
        seconds = dbt_seconds(Path(folder), dict.fromkeys(names, "none"))
        with duckdb.connect(str(database)) as connection:
            placed = connection.execute(
                "select segment_id from marts.customer_segments order by customer_id"
            ).fetchnumpy()["segment_id"]
            compiled = next(Path(folder).rglob("compiled/**/customer_segments.sql"))
            watch = Watch()
            connection.execute(
                "select count(segment_id), sum(distance), sum(margin) from "
                f"({compiled.read_text()})"
            ).fetchall()
            bare = watch.told()
    expected = predict_segments(values, fit.centroids, features=names).labels
    return {
        **bare,
        "found": f"{(placed != expected).sum()} rows differ from NumPy; by dbt, "
        "written: "
        + ", ".join(f"{name} {value:.2f} s" for name, value in seconds.items()),
    }


def save(
    database: Path,
    values: NDArray[np.float64],
    names: list[str],
    centroids: pd.DataFrame,
) -> None:
    """Write what the scoring reads: features of one date, a model and its names."""
    frame = pd.DataFrame(values, columns=names)
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema intermediate; create schema models")
        connection.register("features", frame)
        connection.register("centroids", centroids)
        connection.execute(
            "create table intermediate.int_features__transformed as select "
            "cast(lpad(to_hex(row_number() over ()), 32, '0') as uuid) as customer_id, "
            "date '2025-03-01' as as_of_date, * from features"
        )
        connection.execute(
            "create table models.segment_centroids as "
            "select *, true as is_adopted from centroids"
        )
        connection.execute(
            "create table models.segment_names as select distinct model_version, "
            "segment_id, 'segment ' || segment_id as segment_name from centroids"
        )


def dbt_seconds(folder: Path, features: dict[str, str]) -> dict[str, float]:
    """Seconds of each model, by dbt's own watch."""
    subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "run", "--quiet"),
            *("--vars", json.dumps({"segment_features": features})),
            *("--target-path", str(folder / "target")),
            *("--log-path", str(folder / "logs"), "--select", *SCORING),
        ],
        cwd=PROJECT,
        env=os.environ | {"HABITUE_DATABASE": str(folder / "habitue.duckdb")},
        check=True,
        stdout=sys.stderr,
    )
    results = json.loads((folder / "target/run_results.json").read_text())["results"]
    return {
        one["unique_id"].split(".")[-1]: float(one["execution_time"])
        for one in results
        if one["unique_id"].startswith("model")
    }


STEPS: dict[str, Callable[[int, int], dict[str, object]]] = {
    f"evidence and fit, sample of {SAMPLE:,}": lambda rows, features: evidence_and_fit(
        min(rows, SAMPLE), features
    ),
    "evidence and fit, all": evidence_and_fit,
    "hierarchy, 100,000": lambda rows, features: hierarchy(
        min(rows, 100_000), features
    ),
    "hierarchy, all": hierarchy,
    f"micro-clusters of {EXACT:,}, overlapping": lambda _, features: accuracy(
        features, apart=OVERLAPPING
    ),
    f"micro-clusters of {EXACT:,}, apart": lambda _, features: accuracy(
        features, apart=APART
    ),
    "SQL scoring, all": scoring,
}


if __name__ == "__main__":
    main()
