"""What trends cost by series, and how planted spikes and level shifts are found.

python benchmarks/trends.py               # time: 9 metrics, 9 groups, 2 years of days
python benchmarks/trends.py --truth 10    # ten generated shops of two years
python benchmarks/trends.py --noise 200   # false alarms where nothing is planted
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from habitue.generation import generate
from habitue.trends import ForecastSettings, fit_series_once, forecast_series_once
from habitue.trends.analysis import analyse
from habitue.trends.series import Series, read_series

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

METRICS = (
    "active_customers", "sessions", "orders", "revenue", "conversion",
    "average_order_value", "new_customers", "returning_customers", "churned_customers",
)  # fmt: skip
DAYS = 730
NEAR_DAYS = 3
_VISITORS = """
    select
        cast(original_timestamp as date) as day,
        count(distinct coalesce(user_id, anonymous_id, context_device_id)) as visitors
    from '{folder}/raw/web_pages.parquet'
    where original_timestamp <= received_at
    group by 1
    order by 1
"""


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", type=int, default=0, help="Generated shops.")
    parser.add_argument("--noise", type=int, default=0, help="Series of each noise.")
    parser.add_argument("--customers", type=int, default=1200)
    options = parser.parse_args()
    console = Console(width=120)
    if options.truth:
        console.print(truth_table(options.truth, customers=options.customers))
    if options.noise:
        console.print(noise_table(options.noise))
    if not options.truth and not options.noise:
        console.print(time_table())


def truth_table(seeds: int, *, customers: int) -> Table:
    """Spikes and shifts of everybody's visits, found among a shop's daily visitors."""
    table = Table("seed", "spikes", "found", "false", "shifts", "dated", "false")
    totals = np.zeros(6, dtype=np.int64)
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as name:
            found = planted_and_found(Path(name), seed=seed, customers=customers)
        totals += found
        table.add_row(str(seed), *map(str, found))
    table.add_row("all", *map(str, totals))
    return table


def planted_and_found(folder: Path, *, seed: int, customers: int) -> NDArray[np.int64]:
    """Of one shop: spikes, found, false; shifts, dated within three days, false.

    A shift at the day from which one persona visits more often is planted as well: it
    is no false one.
    """
    generate(customers=customers, days=DAYS, seed=seed, out=folder)
    connection = duckdb.connect()
    days = connection.execute(_VISITORS.format(folder=folder)).df().iloc[:-1]
    series, _ = read_series(
        "day",
        days["day"].to_numpy(dtype="datetime64[D]"),
        days["visitors"].to_numpy(dtype=np.float64),
    )
    found = analyse(series)
    spikes, shifts, drift = (
        connection.execute(f"select {sql}").df().iloc[:, 0].to_numpy("datetime64[D]")
        for sql in (
            f"date from '{folder}/truth/anomalies.parquet' where person_id is null",
            f"date from '{folder}/truth/level_shifts.parquet'",
            f"starts_at from '{folder}/truth/drift.parquet'",
        )
    )
    flagged = series.dates[found.expectation.is_anomaly]
    changed = series.dates[[one.place for one in found.shifts]]
    known = np.concatenate([shifts, drift])
    return np.array(
        [
            len(spikes),
            np.isin(spikes, flagged).sum(),
            (~np.isin(flagged, spikes)).sum(),
            len(shifts),
            sum(_is_near(one, changed) for one in shifts),
            sum(not _is_near(one, known) for one in changed),
        ]
    )


def _is_near(day: np.datetime64, others: NDArray[np.datetime64]) -> bool:
    return bool((np.abs((others - day).astype(np.int64)) <= NEAR_DAYS).any())


def noise_table(count: int) -> Table:
    """Series of noise with an anomaly or a level shift in them."""
    table = Table("noise", "days", "with an anomaly", "with a shift")
    for name, draw in NOISES.items():
        for days in (60, 180, DAYS):
            anomalies = shifts = 0
            for seed in range(count):
                values = draw(np.random.default_rng(seed), days)
                dates = np.datetime64("2024-01-01") + np.arange(days)
                found = analyse(Series("day", dates, values))
                anomalies += bool(found.expectation.is_anomaly.any())
                shifts += bool(found.shifts)
            table.add_row(
                name, str(days), f"{anomalies / count:.1%}", f"{shifts / count:.1%}"
            )
    return table


def _week(days: int) -> NDArray[np.float64]:
    return 1 + 0.2 * np.sin(2 * np.pi * np.arange(days) / 7)


def _correlated(
    correlation: float,
) -> Callable[[np.random.Generator, int], NDArray[np.float64]]:
    def draw(rng: np.random.Generator, days: int) -> NDArray[np.float64]:
        noise = rng.normal(0, 0.1, days + 50)
        for place in range(1, len(noise)):
            noise[place] += correlation * noise[place - 1]
        return 500 * _week(days) * np.exp(noise[50:])

    return draw


NOISES: dict[str, Callable[[np.random.Generator, int], NDArray[np.float64]]] = {
    "normal": lambda rng, days: 200 + rng.normal(0, 20, days),
    "Poisson, mean 5": lambda rng, days: rng.poisson(5, days).astype(float),
    "Poisson, mean 100": lambda rng, days: rng.poisson(100 * _week(days)).astype(float),
    "lognormal, sd 50 %": lambda rng, days: np.exp(rng.normal(5, 0.5, days)),
    "AR(1) .5": _correlated(0.5),
    "AR(1) .8": _correlated(0.8),
    "Student t, 3 degrees": lambda rng, days: 200 + 10 * rng.standard_t(3, days),
}


def time_table() -> Table:
    """Seconds for a realistic set of series."""
    frame = realistic_frame()
    settings = ForecastSettings(
        ["revenue", "orders", "active_customers"], ["ets", "arima"], 28, 60
    )
    table = Table("what", "series", "seconds", "ms a series")
    fitted = _timed(table, "components, shifts, anomalies", 81, lambda: fit_series_once(
        frame, previous=None
    ))  # fmt: skip
    asked = _timed(table, "forecasts with backtests", 27, lambda: forecast_series_once(
        frame, previous=None, settings=settings
    ))  # fmt: skip
    _timed(table, "the same data again", 81, lambda: (
        fit_series_once(frame, previous=fitted),
        forecast_series_once(frame, previous=asked, settings=settings),
    ))  # fmt: skip
    return table


def _timed(table: Table, what: str, series: int, work: Callable[[], Any]) -> Any:
    begin = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - begin
    table.add_row(what, str(series), f"{seconds:.2f}", f"{1000 * seconds / series:.0f}")
    return result


def realistic_frame() -> pd.DataFrame:
    """Nine metrics of nine groups over two years of days, with one level shift each."""
    rng = np.random.default_rng(7)
    dates = pd.date_range("2024-01-01", periods=DAYS)
    parts = []
    for group in range(9):
        level = 400.0 / (group + 1) * _week(DAYS)
        level[400:] *= 1.4
        for metric in METRICS:
            values = rng.poisson(level).astype(float)
            is_ratio = metric in {"conversion", "average_order_value"}
            parts.append(
                pd.DataFrame(
                    {
                        "series_id": f"day {metric} {group or 'all'}",
                        "grain": "day",
                        "metric": metric,
                        "segment_id": group or None,
                        "period_start_date": dates,
                        "value": values / 1000 if metric == "conversion" else values,
                        "base_count": 100 if is_ratio else None,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    main()
