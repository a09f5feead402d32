"""What looking for anomalies costs: fit on a sample, score a million customers.

Customers of eight planted personas with 1 % planted anomalies, read from a database in
chunks and written to it in chunks, as the build does. Every step has a process of its
own, so that its memory can be told: the peak of the process, Python, DuckDB and data
included.

    python benchmarks/anomalies.py --customers 1000000 --features 14
"""

from __future__ import annotations

import argparse
import json
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
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score

from habitue.anomalies import fit_detectors, score_customers

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = 20_000
PERSONAS = 8
PLANTED = 0.01
SEED = 20250106
GIGABYTES = 1024**2  # of kilobytes, in which Linux tells the peak
RULES = pd.DataFrame(
    {
        "subject": ["customer"],
        "priority": [10],
        "kind": ["wild"],
        "feature": ["feature_0"],
        "minimum": [4.0],
        "maximum": [np.nan],
        "unit": ["deviations"],
    }
)


def main() -> None:
    """Run the steps one after the other and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--features", type=int, default=14)
    parser.add_argument("--alone", nargs=2, metavar=("STEP", "DATABASE"))
    options = parser.parse_args()
    if options.alone:
        step, database = options.alone
        clock, work = time.perf_counter(), time.process_time()
        found = STEPS[step](database, options.customers, options.features)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIGABYTES
        told = {
            "seconds": time.perf_counter() - clock,
            "cpu": time.process_time() - work,
            "peak": peak,
            "found": found,
        }
        sys.stdout.write(json.dumps(told))
        return
    table = Table(
        title=f"{options.customers:,} customers, {options.features} features",
        title_justify="left",
    )
    table.add_column("step")
    for name in ("seconds", "of work", "peak GB"):
        table.add_column(name, justify="right")
    table.add_column("found")
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "habitue.duckdb")
        for step in STEPS:
            told = in_a_process(step, database, options.customers, options.features)
            numbers = (f"{told[name]:.2f}" for name in ("seconds", "cpu", "peak"))
            table.add_row(step, *numbers, told["found"])
    Console(width=120).print(table)


def in_a_process(
    step: str, database: str, customers: int, features: int
) -> dict[str, object]:
    """What a step tells, run in a process of its own."""
    command = [sys.executable, __file__, "--alone", step, database]
    sizes = ["--customers", str(customers), "--features", str(features)]
    ran = subprocess.run([*command, *sizes], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def plant(database: str, rows: int, features: int) -> str:
    """Write the customers, and which of them are planted anomalies."""
    rng = np.random.default_rng(7)
    centres = rng.normal(0, 1.6, (PERSONAS, features))
    values = centres[
        rng.choice(PERSONAS, rows, p=rng.dirichlet(np.full(PERSONAS, 9.0)))
    ]
    values += rng.normal(size=values.shape)
    planted = rng.random(rows) < PLANTED
    wild = rng.random((rows, features)) < 3 / features
    values += np.where(planted[:, None] & wild, rng.uniform(5, 8, values.shape), 0.0)
    frame = pd.DataFrame(values, columns=names_of(features))
    frame["is_planted"] = planted
    with duckdb.connect(database) as connection:
        connection.register("frame", frame)
        connection.execute(
            "create table customers as select "
            "cast(lpad(to_hex(hash(row_number() over ())), 32, '0') as uuid) "
            "as customer_id, * from frame"
        )
    return f"{planted.mean():.2%} planted anomalies"


def fit(database: str, _: int, features: int) -> str:
    """Fit to the sample and estimate how many anomalies there are."""
    with duckdb.connect(database) as connection:
        fits = fit_detectors(
            {
                "customer": sample(connection),
                "session": pd.DataFrame(columns=["session_id"]),
            },
            described(features),
            seed=SEED,
            minimum_rows=50,
        )
        connection.register("fits", fits)
        connection.execute("create table anomaly_fits as select * from fits")
    told = fits[fits["status"] == "fitted"]
    return "; ".join(
        f"{row.method} {row.contamination:.2%} "
        f"[{row.contamination_low:.2%}, {row.contamination_high:.2%}]"
        for row in told.itertuples()
    )


def score(database: str, _: int, features: int) -> str:
    """Score everybody in chunks, and write what is found."""
    with duckdb.connect(database) as connection:
        scored = score_customers(
            connection.table("customers"),
            sample=sample(connection),
            described=described(features),
            fits=connection.table("anomaly_fits").df(),
            rules=RULES,
        )
        writing = connection.cursor()
        writing.register("scored", scored)
        writing.execute("create table scores as select * from scored")
        return "written"


def judge(database: str, _rows: int, _features: int) -> str:
    """What was found beside what was planted."""
    with duckdb.connect(database) as connection:
        found = connection.execute(
            "select is_planted, score, is_isolated, is_noise from customers "
            "inner join scores on cast(customers.customer_id as varchar) = "
            "scores.customer_id"
        ).df()
    truth = found["is_planted"]
    told = [f"AUC {roc_auc_score(truth, found['score']):.4f}"]
    for name in ("is_isolated", "is_noise"):
        flagged = found[name]
        told.append(
            f"{name}: {flagged.sum():,}, {(flagged & truth).sum() / flagged.sum():.1%} "
            f"planted, {(flagged & truth).sum() / truth.sum():.1%} of the planted"
        )
    return "; ".join(told)


def sample(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The sample as the build draws it."""
    return connection.execute(
        "select * exclude (is_planted) from customers "
        f"order by md5(cast(customer_id as varchar)), customer_id limit {SAMPLE}"
    ).df()


def described(features: int) -> pd.DataFrame:
    """The features as int_anomaly_features__described has them."""
    names = names_of(features)
    return pd.DataFrame(
        {
            "subject": "customer",
            "feature": names,
            "place": range(features),
            "label": names,
            "unit": "",
            "transform": "none",
            "fill": "never",
            "is_used": True,
        }
    )


def names_of(features: int) -> list[str]:
    """Names of the columns."""
    return [f"feature_{number}" for number in range(features)]


STEPS: dict[str, Callable[[str, int, int], str]] = {
    "plant": plant,
    "fit": fit,
    "score": score,
    "judge": judge,
}


if __name__ == "__main__":
    main()
