"""How often the uplift that was planted in a generated shop is inside the interval.

The generator raises the probability of an order, once the checkout is reached and the
experiment shown there, by a fifth. What measures just that is orders by exposures, a
ratio over customers who visit more than once. Many small shops are generated and summed
in DuckDB, persons told apart by the truth beside the data; the comparison is the one
that habitue's models call. Beside it are the same shops with the arms drawn again.

    python benchmarks/experiment_uplift.py --shops 100
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track
from scipy import stats

from habitue.experiments.effects import compare
from habitue.experiments.sums import Sums
from habitue.generation import generate

PLANTED = 0.2
LEVEL = 0.95
# Rows of the web, each once, with the person they belong to: by the user who is named,
# else by a cookie that nobody shares.
PERSONS = """
    with identifiers as (
        select raw_value, min(person_id) as person_id
        from read_parquet('{folder}/truth/identifiers.parquet')
        where not is_shared
        group by raw_value
        having count(distinct person_id) = 1
    ),
    rows as (
        select distinct on (id) id, event, user_id, anonymous_id, original_timestamp
        from read_parquet('{folder}/raw/web_tracks.parquet')
        where event in ('Experiment Viewed', 'Order Completed')
        order by id
    ),
    events as (
        select
            coalesce(users.person_id, cookies.person_id) as person_id,
            event = 'Experiment Viewed' as is_exposure,
            original_timestamp as occurred_at
        from rows
        left join identifiers as users on rows.user_id = users.raw_value
        left join identifiers as cookies on rows.anonymous_id = cookies.raw_value
    ),
    exposures as (
        select
            person_id,
            min(occurred_at) as assigned_at,
            count(*) as base
        from events, read_parquet('{folder}/truth/experiment.parquet') as experiment
        where is_exposure and occurred_at >= starts_at and occurred_at < ends_at
        group by person_id
    )
    select
        persons.experiment_arm as arm,
        exposures.person_id,
        any_value(exposures.base) as base,
        count(events.person_id) as value
    from exposures
    inner join read_parquet('{folder}/truth/persons.parquet') as persons
        using (person_id)
    cross join read_parquet('{folder}/truth/experiment.parquet') as experiment
    left join events
        on exposures.person_id = events.person_id
        and not events.is_exposure
        and events.occurred_at >= exposures.assigned_at
        and events.occurred_at < experiment.ends_at
    group by persons.experiment_arm, exposures.person_id
    order by exposures.person_id
"""


def main() -> None:
    """Print how often the interval holds what was planted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=100)
    parser.add_argument("--customers", type=int, default=1500)
    parser.add_argument("--days", type=int, default=60)
    options = parser.parse_args()
    planted, found, sizes = [], [], []
    for seed in track(range(1, options.shops + 1), description="shops"):
        people = _draw(options.customers, options.days, seed)
        planted.append(_interval(people))
        arms = np.random.default_rng(seed).permutation(people["arm"].to_numpy())
        found.append(_interval(people.assign(arm=arms)))
        sizes.append(len(people))
    console = Console()
    console.print(f"{np.mean(sizes):,.0f} exposed customers a shop", highlight=False)
    _report(console, "planted +20 %", np.array(planted), PLANTED)
    _report(console, "arms drawn again, nothing planted", np.array(found), 0.0)


def _draw(customers: int, days: int, seed: int) -> pd.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        generate(customers=customers, days=days, seed=seed, out=Path(folder))
        return duckdb.sql(PERSONS.format(folder=folder)).df()


def _interval(people: pd.DataFrame) -> tuple[float, float, float]:
    """The relative effect with its limits, by habitue's own comparison."""
    control, treatment = (
        Sums.of(_sums(people[people["arm"] == arm])) for arm in ("control", "treatment")
    )
    told = compare(control, treatment, adjusted=False, alpha=1 - LEVEL)
    return (
        float(told.relative_low[0]),
        float(told.relative_difference[0]),
        float(told.relative_high[0]),
    )


def _sums(people: pd.DataFrame) -> pd.DataFrame:
    value, base = (
        people[name].to_numpy(dtype=np.float64) for name in ("value", "base")
    )
    sums = dict.fromkeys((f"{name}_sum" for name in Sums._fields[1:]), 0.0)
    sums |= {
        "value_sum": value.sum(),
        "base_sum": base.sum(),
        "value_value_sum": value @ value,
        "base_base_sum": base @ base,
        "value_base_sum": value @ base,
    }
    return pd.DataFrame([sums | {"customer_count": len(people)}])


def _report(console: Console, name: str, told: np.ndarray, truth: float) -> None:
    low, middle, high = told.T
    held = int(((low <= truth) & (truth <= high)).sum())
    rate = stats.binomtest(held, len(told)).proportion_ci()
    console.print(
        f"{name}: inside {held} of {len(told)} intervals of {LEVEL:.0%} "
        f"({rate.low:.1%} to {rate.high:.1%}); mean effect {middle.mean():+.1%}, "
        f"mean width {(high - low).mean():.1%}",
        highlight=False,
    )


if __name__ == "__main__":
    main()
