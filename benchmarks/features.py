"""What features cost: a million customers, a year of activity, one date and thirteen.

The ledgers (customer_days, items, orders) are generated in SQL. Then dbt builds the
spine and customer_features from them, for the latest date alone and with a year of
month starts; and once more as a later build does, which computes the features of the
date that was scored last as well, to retrace who moved. Beside it stands the naive way
to sum up the same days: one range join of days and dates, one grouping.

    python benchmarks/features.py --customers 1000000
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
from typing import Any

import duckdb
import yaml
from rich.console import Console
from rich.table import Table

PROJECT = Path(__file__).parents[1]
MODELS = (
    *("int_as_of__dates", "int_scorings__recalled", "int_as_of__computed"),
    *("int_as_of__days", "int_customer_periods__summed"),
    "int_customer_behaviour__windowed",
    *("int_customer_items__windowed", "int_customer_items__accumulated"),
    *("int_customer_features__computed", "customer_features", "int_features__recalled"),
)
# A long tail: half of the customers have up to nine active days, one in fifty over 85.
PEOPLE = """
    create table people as
    select
        uuid() as customer_id,
        cast(random() * 330 as int) as first_day,
        least(200, greatest(1, cast(exp(
            2.2 + 1.1 * sqrt(-2 * ln(random() + 1e-12)) * cos(2 * pi() * random())
        ) as int))) as active_days
    from range({customers})
"""
DAYS = """
    create table active as
    with drawn as (
        select customer_id, first_day, unnest(range(active_days)) as number from people
    )
    select distinct
        customer_id,
        date '2024-12-20' + case
            when number = 0 then first_day
            else first_day + cast(floor((377 - first_day) * random()) as int)
        end as activity_date
    from drawn
"""
ITEMS = """
    create table intermediate.int_customer_items__counted as
    with drawn as (
        select
            customer_id, activity_date, random() as chance,
            cast(floor(12 * random() * random()) as int) as c,
            cast(floor(8 * random() * random()) as int) as f,
            unnest(range(2)) as number
        from active
    )
    select
        customer_id, activity_date,
        case when number = 0 then 'category' else 'feature' end as item_kind,
        case when number = 0 then 'category ' || c else 'feature ' || f end as item,
        cast(1 + floor(3 * random()) as bigint) as item_count,
        cast(number = 0 and chance < .2 as bigint) as bought_count,
        cast(0 as decimal(18, 4)) as score_sum, cast(0 as bigint) as score_count,
        cast(activity_date as timestamp) as first_viewed_at
    from drawn
    where (number = 0 and chance < .9) or (number = 1 and chance < .5)
"""


def main() -> None:
    """Time it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "benchmark.duckdb"
        days, items = write_ledgers(path, options.customers)
        runs, naive = {}, {}
        for months in (0, 12):
            runs[months] = build(path, months=months, target=Path(folder) / "target")
            naive[months] = sum_up_naively(path)
        record_scoring(path)
        later = build(path, months=12, target=Path(folder) / "target")
        later["recalled"] = recall(path)
    show(
        runs,
        later,
        naive,
        title=f"{options.customers:,} customers, {days:,} customer days, "
        f"{items:,} items",
    )


def write_ledgers(path: Path, customers: int) -> tuple[int, int]:
    """Generate what features are made of; the rows of customer days and items."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("set threads = 2; set preserve_insertion_order = false")
        connection.execute("select setseed(.5)")
        connection.execute("create schema marts; create schema intermediate")
        connection.execute(PEOPLE.format(customers=customers))
        connection.execute(DAYS)
        columns = [
            f"{value_of(name, kind)} as {name}"
            for name, kind in day_columns()
            if name not in ("customer_id", "activity_date")
        ]
        connection.execute(
            "create table marts.customer_days as select customer_id, activity_date, "
            f"{', '.join(columns)} from active"
        )
        connection.execute(ITEMS)
        connection.execute(
            "create table marts.orders as "
            "select cast(max(activity_date) as timestamp) as ordered_at from active"
        )
        # Nobody is anonymous here, so no identity is learned later.
        connection.execute(
            "create table intermediate.int_identities__unsettled as "
            "select customer_id, 1 as place from people where 1 = 0"
        )
        connection.execute("drop table people; drop table active; checkpoint")
        return tuple(
            connection.execute(f"select count(*) from {table}").fetchone()[0]
            for table in (
                "marts.customer_days",
                "intermediate.int_customer_items__counted",
            )
        )


def day_columns() -> list[tuple[str, str]]:
    """Names and types of customer_days, by its contract."""
    text = (PROJECT / "models/marts/core/_core__models.yml").read_text()
    models = yaml.safe_load(text)["models"]
    mart = next(model for model in models if model["name"] == "customer_days")
    return [(column["name"], column["data_type"]) for column in mart["columns"]]


def value_of(name: str, kind: str) -> str:
    """Something to add up: orders on a fifth of the days, amounts, small counts."""
    if name == "order_count":
        return "cast(random() < .2 as bigint)"
    if name == "days_since_previous_order":
        return "case when random() < .15 then cast(40 * random() as bigint) end"
    if kind == "bigint":
        return "cast(2 * random() as bigint)"
    return f"cast(200 * random() as {kind})"


def build(path: Path, *, months: int, target: Path) -> dict[str, Any]:
    """Build the features with dbt; seconds of its models, rows, peak memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    started = time.perf_counter()
    subprocess.run(
        [
            *(Path(sys.executable).with_name("dbt"), "run", "--quiet"),
            *("--select", *MODELS, "--target-path", target),
            *("--vars", json.dumps({"history_months": months})),
        ],
        cwd=PROJECT,
        env={**os.environ, "HABITUE_DATABASE": str(path)},
        check=True,
    )
    wall = time.perf_counter() - started
    results = json.loads((target / "run_results.json").read_text())["results"]
    with duckdb.connect(str(path), read_only=True) as connection:
        rows, dates = connection.execute(
            "select count(*), count(distinct as_of_date) from marts.customer_features"
        ).fetchone()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "seconds": sum(result["execution_time"] for result in results),
        "wall": wall,
        "rows": rows,
        "dates": dates,
        "peak": max(peak, before),
    }


def record_scoring(path: Path) -> None:
    """Everybody was scored a week before the latest date."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table intermediate.int_scorings__logged as "
            "select cast(as_of_date - 7 as date) as as_of_date, "
            "cast(1 as bigint) as model_version, cast(now() as timestamp) as scored_at "
            "from intermediate.int_as_of__dates where is_latest"
        )


def recall(path: Path) -> float:
    """Seconds for the features of the date that was scored last."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("set threads = 2; set preserve_insertion_order = false")
        started = time.perf_counter()
        connection.execute(
            "create temporary table recalled as "
            "select * from intermediate.int_features__recalled"
        )
        return time.perf_counter() - started


def sum_up_naively(path: Path) -> float:
    """Seconds for sums over all time and 90 days by a range join, as of the spine."""
    counts = [name for name, kind in day_columns() if kind == "bigint"]
    recent = [
        f"sum(case when age_days <= 90 then {name} end) as {name}_90" for name in counts
    ]
    with duckdb.connect(str(path)) as connection:
        connection.execute("set threads = 2; set preserve_insertion_order = false")
        started = time.perf_counter()
        connection.execute(
            "create or replace table naive as with aged as (select days.*, "
            "dates.as_of_date, dates.as_of_date - days.activity_date as age_days "
            "from marts.customer_days as days inner join "
            "intermediate.int_as_of__dates as dates "
            "on days.activity_date < dates.as_of_date) "
            "select customer_id, as_of_date, min(age_days), max(age_days), "
            f"{', '.join(f'sum({name}) as {name}' for name in counts)}, "
            f"{', '.join(recent)} from aged group by 1, 2"
        )
        seconds = time.perf_counter() - started
        connection.execute("drop table naive")
    return seconds


def show(
    runs: dict[int, dict[str, Any]],
    later: dict[str, Any],
    naive: dict[int, float],
    *,
    title: str,
) -> None:
    """Print seconds, rows and memory."""
    table = Table(title=title, title_justify="left")
    for name in ("as of", "rows", "seconds", "with dbt's start", "naive sums", "peak"):
        table.add_column(name, justify="left" if name == "as of" else "right")
    for months, run in runs.items():
        table.add_row(
            f"{run['dates']} date{'s' if run['dates'] > 1 else ''}",
            f"{run['rows']:,}",
            f"{run['seconds']:.1f}",
            f"{run['wall']:.1f}",
            f"{naive[months]:.1f}",
            f"{run['peak'] / 2**20:.1f} GB",
        )
    table.add_row(
        "13 dates, scored before",
        f"{later['rows']:,}",
        f"{later['seconds']:.1f}",
        f"{later['wall']:.1f}",
        "",
        f"{later['peak'] / 2**20:.1f} GB",
    )
    Console().print(table)
    Console().print(
        f"The features of the date that was scored last take {later['recalled']:.1f} s."
    )
    Console().print(
        f"Thirteen dates take {runs[12]['seconds'] / runs[0]['seconds']:.1f} times the "
        f"latest alone, for {runs[12]['rows'] / runs[0]['rows']:.1f} times the rows; "
        f"summed up naively {naive[12] / naive[0]:.1f} times."
    )


if __name__ == "__main__":
    main()
