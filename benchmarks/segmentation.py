"""What segments cost: evidence, fit, hierarchy and scoring of many customers.

Customers of eight planted personas that overlap. Every step has a process of its own,
so that its memory can be told: the peak of the process, Python and data included. What
was found is compared with what was planted: the adjusted Rand index.

    python benchmarks/segmentation.py --customers 1000000 --features 12
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
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

PERSONAS = 8
# What the project reads of all customers to look for segments (segment_sample_size).
SAMPLE = 50_000
EXACT = 10_000
GIGABYTES = 1024**2  # of kilobytes, in which Linux tells the peak


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
    for name in ("seconds", "peak GB"):
        table.add_column(name, justify="right")
    table.add_column("found")
    for step in options.steps:
        told = in_a_process(step, options.customers, options.features)
        table.add_row(
            step, f"{told['seconds']:.1f}", f"{told['peak']:.2f}", told["found"]
        )
    Console(width=120).print(table)


def in_a_process(step: str, customers: int, features: int) -> dict[str, object]:
    """What a step tells, run in a process of its own."""
    command = [sys.executable, __file__, "--alone", step]
    sizes = ["--customers", str(customers), "--features", str(features)]
    ran = subprocess.run([*command, *sizes], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def personas(rows: int, features: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Scaled values and the persona of each row."""
    rng = np.random.default_rng(7)
    centres = rng.normal(0, 1.6, (PERSONAS, features))
    truth = rng.choice(PERSONAS, rows, p=rng.dirichlet(np.full(PERSONAS, 9.0)))
    values = rng.normal(size=(rows, features))
    values += centres[truth]
    values -= values.mean(axis=0)
    values /= values.std(axis=0)
    return values, truth


def customers_of(values: NDArray[np.float64]) -> Customers:
    """The same as customers, whose features need no scaling."""
    names = [f"feature_{number}" for number in range(values.shape[1])]
    scaling = pd.DataFrame({"feature": names, "transform": "none", "fill": np.nan})
    scaling = scaling.assign(lower=-np.inf, upper=np.inf, centre=0.0, scale=1.0)
    return Customers(values, values, read_scaler(scaling, features=names))


def evidence_and_fit(rows: int, features: int) -> dict[str, object]:
    """All four algorithms compared, and the chosen one fitted."""
    values, truth = personas(rows, features)
    customers = customers_of(values)
    settings = SegmentationSettings()
    started = time.perf_counter()
    evidence = evaluate_candidates(customers.scaled, settings=settings)
    between = time.perf_counter()
    fit = fit_segments(customers, evidence, history=None, settings=settings)
    seconds = time.perf_counter() - started
    scored = predict_segments(customers.natural[:SAMPLE], fit.centroids)
    score = adjusted_rand_score(truth[:SAMPLE], scored.labels)
    best = evidence[evidence["is_best"]]
    told = ", ".join(f"{row.algorithm} {row.k}" for row in best.itertuples())
    return {
        "seconds": seconds,
        "found": f"{told}; evidence {between - started:.1f} s; ARI to the personas "
        f"{score:.3f}",
    }


def hierarchy(rows: int, features: int) -> dict[str, object]:
    """Ward's hierarchy and the table of its last merges."""
    values, truth = personas(rows, features)
    started = time.perf_counter()
    tree = ward_tree(values, seed=1)
    table = top_of(tree, truth)
    seconds = time.perf_counter() - started
    score = adjusted_rand_score(truth, tree.cut(PERSONAS))
    return {
        "seconds": seconds,
        "found": f"{len(table)} nodes; ARI of the cut into {PERSONAS} to the personas "
        f"{score:.3f}",
    }


def accuracy(_: int, features: int) -> dict[str, object]:
    """The cut of micro-clusters beside that of the rows themselves."""
    values, truth = personas(EXACT, features)
    exact = ward_tree(values, seed=1).cut(PERSONAS)
    started = time.perf_counter()
    micro = ward_tree(values, seed=1, exact_rows=0).cut(PERSONAS)
    return {
        "seconds": time.perf_counter() - started,
        "found": f"ARI to the exact cut {adjusted_rand_score(exact, micro):.4f}; to "
        f"the personas: exact {adjusted_rand_score(truth, exact):.4f}, "
        f"micro-clusters {adjusted_rand_score(truth, micro):.4f}",
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
    f"hierarchy, micro-clusters of {EXACT:,}": accuracy,
}


if __name__ == "__main__":
    main()
