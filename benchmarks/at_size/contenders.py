"""What a user would write instead: scripts in `rivals/`, and whether they agree."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from at_size.processes import run_alone
from at_size.results import Figure
from at_size.settings import BENCHMARKS, ENVIRONMENT, Size

if TYPE_CHECKING:
    from pathlib import Path

    from at_size.builds import Place
    from at_size.settings import Settings

RIVALS = BENCHMARKS / "at_size/rivals"
AGREEMENT = BENCHMARKS / "at_size/agreement.py"
NOT_INSTALLED = 3


class Contender(NamedTuple):
    """A script that makes the same sessions and features.

    Attributes:
        name: Its file, without the ending.
        label: What it is, in words.
        largest: The most events it is run on; None for any number.
    """

    name: str
    label: str
    largest: Size | None = None

    @property
    def script(self) -> Path:
        """Its file."""
        return RIVALS / f"{self.name}.py"

    def size(self, asked: Size) -> Size:
        """The size it is run on when another one was asked for."""
        if self.largest is None or asked.events <= self.largest.events:
            return asked
        return self.largest


# Polars holds the rows in memory, pandas several times over.
CONTENDERS = (
    Contender("duckdb_by_hand", "DuckDB SQL by hand"),
    Contender("polars_frames", "Polars", largest=Size.of("20m")),
    Contender("pandas_frames", "pandas", largest=Size.of("1m")),
    Contender("spark_local", "PySpark, local", largest=Size.of("20m")),
)


def contend(
    one: Contender, place: Place, database: Path, *, size: Size, events: int
) -> Figure:
    """Run a script and compare what it made with a database of the same files.

    No time of a script that disagrees is told, nor of one that fails.
    """
    settings: Settings = place.settings
    out = place.folder / one.name
    out.mkdir(exist_ok=True)
    identities = place.folder / "identities.parquet"
    place.run(
        settings.module("tables", "identities", database, identities),
        environment=ENVIRONMENT,
    )
    ran = run_alone(
        [
            *(sys.executable, str(one.script), "--raw", str(place.inbox)),
            *("--identities", str(identities), "--out", str(out)),
            *("--threads", str(settings.cores)),
            *("--memory-limit", settings.memory_limit),
        ],
        log=settings.log,
        cores=settings.cores,
        spill_folder=out / "spill",
    )
    if ran.exit_code:
        is_missing = ran.exit_code == NOT_INSTALLED
        return Figure(
            key=one.name,
            label=one.label,
            size=size.name,
            events=events,
            status="not installed" if is_missing else "failed",
            note=ran.last_lines.splitlines()[-1] if ran.last_lines else "",
        )
    figure = Figure.of(one.name, one.label, size, events, ran)
    compared = run_alone(
        [
            *(sys.executable, str(AGREEMENT)),
            *("--database", str(database), "--out", str(out)),
        ],
        log=settings.log,
        cores=settings.cores,
    )
    figure.note = compared.last_lines.replace("\n", ". ")
    if compared.exit_code:
        figure.status = "differs"
        figure.wall_seconds = figure.cpu_seconds = 0.0
        figure.peak_memory_bytes = figure.peak_spill_bytes = 0
    return figure
