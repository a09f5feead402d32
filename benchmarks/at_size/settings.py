"""What is measured, and where it is kept."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

BENCHMARKS = Path(__file__).parents[1]
PROJECT = BENCHMARKS.parent
OUT = PROJECT / "target/benchmarks"
RESULTS = BENCHMARKS / "results"
# Children are modules of this package.
ENVIRONMENT = {"PYTHONPATH": str(BENCHMARKS)}
_UNITS = {"k": 1_000, "m": 1_000_000}


class SizeError(ValueError):
    """A size that cannot be read."""


class Size(NamedTuple):
    """A number of events, and its short name.

    Attributes:
        name: Digits and k or m, such as 20m.
        events: The number it stands for.
    """

    name: str
    events: int

    @classmethod
    def of(cls, name: str) -> Size:
        """Read a size.

        Raises:
            SizeError: If it is not digits and k or m.
        """
        found = re.fullmatch(r"([1-9]\d*)([km])", name.lower())
        if not found:
            raise SizeError(f"a size is digits and k or m, such as 20m; got {name!r}")
        return cls(name.lower(), int(found[1]) * _UNITS[found[2]])


# Sizes that a run of a large one also builds, so that growth is seen in one run.
SMALLER = {
    "20m": (Size.of("1m"), Size.of("10m")),
    "100m": (Size.of("1m"), Size.of("10m"), Size.of("20m")),
}


@dataclass(frozen=True)
class Settings:
    """What one run of the benchmark was asked for.

    Attributes:
        size: How many events.
        memory_limit: What DuckDB may use, for all who take such a limit.
        cores: Cores that everything measured may use; also dbt's nodes at a time.
        out: Folder of data, databases and logs.
        results: Folder of the figures and the report.
        seed: Seed of the generated shop.
    """

    size: Size
    memory_limit: str = "8GB"
    cores: int = 2
    out: Path = OUT
    results: Path = RESULTS
    seed: int = 1

    def data(self, size: Size) -> Path:
        """Folder of the files of a size."""
        return self.out / "data" / size.name

    @property
    def log(self) -> Path:
        """File with what the measured processes said."""
        return self.out / "at_size.log"

    def module(self, name: str, *arguments: object) -> list[str]:
        """Command that runs a module of this package in a process of its own."""
        told = [str(argument) for argument in arguments]
        return [sys.executable, "-m", f"at_size.{name}", *told]
