"""What scales, components and scores cost: generated features of many customers.

Every number of customer_features is filled with random values (counts, amounts, shares,
a third of them unknown where that is possible), for the latest as-of date and one more;
then the models from the fills to customer_engagement are run.

    python benchmarks/feature_scaling.py --customers 1000000
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import yaml
from rich.console import Console
from rich.table import Table

PROJECT = Path(__file__).parents[1]
LATEST, EARLIER = "2025-03-01", "2025-02-01"
TELLING_SECONDS = 0.2
NUMBERS = ("bigint", "integer", "double precision", "decimal")
VALUES = (
    "floor(-ln(1 - random()) * 20)",
    "exp(3 * (random() + random() + random() - 1.5))",
    "random()",
    "case when random() < .05 then floor(random() * 20) else 0 end",
)


def main() -> None:
    """Time it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dbt(folder, "seed", "--select", "features")
        features = generate(folder, options.customers)
        dbt(
            folder,
            *("run", "--select", "int_feature_fills__measured+"),
            *("int_features__transformed+", "int_engagement__scored+"),
            *("--exclude", "k_evidence+", "segment_centroids+"),
        )
        seconds = timings(folder)
    show(seconds, title=f"{options.customers:,} customers, {features} features")


def dbt(folder: Path, *arguments: str) -> None:
    """Run dbt on the database of this folder."""
    subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), *arguments, "--quiet"),
            *("--target-path", str(folder / "target")),
            *("--log-path", str(folder / "logs")),
        ],
        cwd=PROJECT,
        env=os.environ | {"HABITUE_DATABASE": str(folder / "habitue.duckdb")},
        check=True,
    )


def generate(folder: Path, customers: int) -> int:
    """Write customer_features and the spine; gives the number of features."""
    path = PROJECT / "models/marts/features/_features__models.yml"
    models = yaml.safe_load(path.read_text())["models"]
    [columns] = [one["columns"] for one in models if one["name"] == "customer_features"]
    types = {one["name"]: one["data_type"] for one in columns}
    numbers = [name for name, kind in types.items() if kind.startswith(NUMBERS)]
    with duckdb.connect(str(folder / "habitue.duckdb")) as connection:
        labels = "select feature from lookups.features where fill != 'never'"
        nullable = {name for (name,) in connection.execute(labels).fetchall()}
        made = []
        for place, name in enumerate(numbers):
            value = VALUES[place % len(VALUES)]
            if name in nullable:
                value = f"case when random() < .67 then {value} end"
            made.append(f"cast({value} as {types[name]}) as {name}")
        for schema in ("marts", "intermediate"):
            connection.execute(f"create schema if not exists {schema}")
        connection.execute(
            "create table intermediate.int_as_of__dates as select * from (values "
            f"(date '{LATEST}', true), (date '{EARLIER}', false)) as dates "
            "(as_of_date, is_latest)"
        )
        connection.execute(
            "create table marts.customer_features as select cast(md5(cast(number as "
            f"varchar)) as uuid) as customer_id, as_of_date, {', '.join(made)} "
            f"from range({customers}) as customers (number) "
            "cross join intermediate.int_as_of__dates"
        )
    return len(numbers)


def timings(folder: Path) -> dict[str, float]:
    """Seconds by model, of those that compute something."""
    results = json.loads((folder / "target/run_results.json").read_text())["results"]
    return {
        one["unique_id"].split(".")[-1]: one["execution_time"]
        for one in results
        if one["unique_id"].startswith("model")
        and one["execution_time"] >= TELLING_SECONDS
    }


def show(seconds: dict[str, float], *, title: str) -> None:
    """Print a table, with the memory of the largest process."""
    table = Table(title=title, title_justify="left")
    table.add_column("model")
    table.add_column("seconds", justify="right")
    for name, value in seconds.items():
        table.add_row(name, f"{value:.1f}")
    table.add_section()
    table.add_row("all", f"{sum(seconds.values()):.1f}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    Console().print(table, f"Peak memory {peak:.1f} GB")


if __name__ == "__main__":
    main()
