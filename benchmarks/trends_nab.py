"""Anomalies of the business-like series of NAB, beside its labels and 3-sigma.

Series are added up (visits, mentions) or averaged (prices) by day, which is what
behaviour_anomalies is made for; days that are not whole are left out. A labelled window
is found if a day in it is flagged. A flagged day in no window is a false alarm.

    python benchmarks/trends_nab.py --data ../shared/data/nab
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from habitue.trends.analysis import analyse
from habitue.trends.series import read_series, what_is_missing

FAMILIES = ("realKnownCause/nyc_taxi", "realAdExchange", "realTweets")
_DAYS = """
    select
        series,
        cast("timestamp" as date) as day,
        case when series like 'realAdExchange%' then avg(value) else sum(value) end,
        count(*) as point_count
    from (
        select series, "timestamp", avg(value) as value
        from '{folder}/series.parquet' group by 1, 2
    )
    where starts_with(series, '{family}')
    group by 1, 2
    order by 1, 2
"""
_WINDOWS = """
    select series, cast(window_start as date), cast(window_end as date)
    from '{folder}/label_windows.csv'
"""
# A day with fewer of its points than this is not whole.
_WHOLE = 0.9
_TRAILING = 14

Flags = NDArray[np.bool_]


class Score(NamedTuple):
    """How flags lie beside labels.

    Attributes:
        windows: Labelled windows with a day in the series.
        found: Those with a flagged day.
        flagged: Flagged days.
        false: Those in no window.
    """

    windows: int
    found: int
    flagged: int
    false: int

    @property
    def text(self) -> str:
        """For a table."""
        share = f"{1 - self.false / self.flagged:.2f}" if self.flagged else "none"
        return f"{self.found} of {self.windows} | {share} | {self.false}"


def score(days: NDArray[np.datetime64], flags: Flags, windows: list[tuple]) -> Score:
    """Score flags of days against labelled windows, both ends included."""
    inside = [
        (days >= np.datetime64(start)) & (days <= np.datetime64(end))
        for start, end in windows
    ]
    inside = [one for one in inside if one.any()]
    labelled = np.any(inside, axis=0) if inside else np.zeros(len(days), dtype=np.bool_)
    return Score(
        windows=len(inside),
        found=sum(bool(flags[one].any()) for one in inside),
        flagged=int(flags.sum()),
        false=int((flags & ~labelled).sum()),
    )


def trailing_sigma(values: NDArray[np.float64]) -> Flags:
    """What many dashboards do: three deviations from the mean of the last two weeks."""
    flags = np.zeros(len(values), dtype=np.bool_)
    for place in range(_TRAILING, len(values)):
        last = values[place - _TRAILING : place]
        flags[place] = abs(values[place] - np.nanmean(last)) > 3 * np.nanstd(last)
    return flags


def say(line: str) -> None:
    """Print a line as it is."""
    Console(soft_wrap=True).print(line, markup=False, highlight=False)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    connection = duckdb.connect()
    windows: dict[str, list[tuple]] = {}
    for series, start, end in connection.execute(
        _WINDOWS.format(folder=folder)
    ).fetchall():
        windows.setdefault(series, []).append((start, end))
    say(
        "| series | days | found | precision | false "
        "| 3 sigma: found | precision | false |"
    )
    say("|---|---|---|---|---|---|---|---|")
    totals = np.zeros((2, 4), dtype=np.int64)
    for family in FAMILIES:
        rows = connection.execute(
            _DAYS.format(folder=folder, family=family)
        ).fetchnumpy()
        names, days, values, counts = rows.values()
        for name in np.unique(names):
            own = names == name
            whole = own & (counts >= _WHOLE * np.median(counts[own]))
            series, _ = read_series("day", days[whole], values[whole])
            label = name.partition("/")[2].removesuffix(".csv")
            missing = what_is_missing(series)
            if missing:
                say(f"| {label} | {len(series.dates)} | {missing} | | | | | |")
                continue
            both = [
                score(series.dates, flags, windows.get(name, []))
                for flags in (
                    analyse(series).expectation.is_anomaly,
                    trailing_sigma(series.values),
                )
            ]
            totals += np.array(both)
            say(f"| {label} | {len(series.dates)} | {both[0].text} | {both[1].text} |")
    ours, theirs = (Score(*row.tolist()) for row in totals)
    say(f"| **all** | | {ours.text} | {theirs.text} |")


if __name__ == "__main__":
    main()
