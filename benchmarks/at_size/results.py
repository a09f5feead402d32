"""Figures of a run, written to a file after each step, so that a failure loses none."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from at_size.settings import PROJECT

if TYPE_CHECKING:
    from at_size.processes import Ran
    from at_size.settings import Settings, Size

PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "polars", "pandas", "pyspark")


@dataclass
class Figure:
    """What one step took.

    Attributes:
        key: What was measured; several figures of one key are repetitions.
        label: The same in words.
        size: Name of the size it was measured at.
        events: Rows of the raw events there.
        status: "ok", "failed", "differs" or "not installed".
        note: What is to be said about it.
        wall_seconds: By the clock.
        cpu_seconds: Work of all cores.
        peak_memory_bytes: Largest resident set of the process.
        peak_spill_bytes: Most that was spilled at a time, as far as it was seen.
        details: Nodes of a build, checksums, and the like.
    """

    key: str
    label: str
    size: str
    events: int
    status: str = "ok"
    note: str = ""
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    peak_spill_bytes: int = 0
    details: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, key: str, label: str, size: Size, events: int, ran: Ran) -> Figure:
        """A step that went well."""
        return cls(
            key=key,
            label=label,
            size=size.name,
            events=events,
            wall_seconds=ran.wall_seconds,
            cpu_seconds=ran.cpu_seconds,
            peak_memory_bytes=ran.peak_memory_bytes,
            peak_spill_bytes=ran.peak_spill_bytes,
        )


@dataclass
class Results:
    """All figures of a run, and the file that they are kept in.

    Attributes:
        path: The file.
        facts: Size, machine, data.
        figures: In the order they were measured.
    """

    path: Path
    facts: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)
    _measured: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, settings: Settings) -> Results:
        """A run that begins now."""
        now = datetime.now(tz=UTC)
        name = f"{now:%Y-%m-%d}-{settings.size.name}"
        if settings.memory_limit != type(settings).memory_limit:
            name += f"-{settings.memory_limit}"
        facts = {
            "size": settings.size.name,
            "started_at": f"{now:%Y-%m-%d %H:%M} UTC",
            "memory_limit": settings.memory_limit,
            "cores": settings.cores,
            "seed": settings.seed,
            "machine": machine(),
        }
        return cls(path=settings.results / f"{name}.json", facts=facts)

    @classmethod
    def read(cls, path: Path) -> Results:
        """A run that was written to a file."""
        told = json.loads(path.read_text())
        figures = [Figure(**one) for one in told.pop("figures")]
        return cls(path=path, facts=told, figures=figures)

    def go_on(self) -> None:
        """Take over what the file of the same day holds, until it is measured again."""
        if self.path.exists():
            earlier = Results.read(self.path)
            self.figures = earlier.figures
            self.facts["data"] = earlier.facts.get("data", {})

    def add(self, figure: Figure) -> None:
        """Keep a figure, and write the file again; figures of earlier runs give way."""
        measured = (figure.key, figure.size)
        if measured not in self._measured:
            self._measured.add(measured)
            self.figures = [
                one for one in self.figures if (one.key, one.size) != measured
            ]
        self.figures.append(figure)
        self.write()

    def write(self) -> None:
        """Write the file aside and put it in place of the old one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        told = {**self.facts, "figures": [asdict(one) for one in self.figures]}
        unfinished = self.path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(told, indent=1) + "\n")
        unfinished.replace(self.path)


def machine() -> dict[str, Any]:
    """What the figures depend on: processor, memory, system and versions."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.system(),
        "python": platform.python_version(),
        "commit": _commit(),
        **{name: _version(name) for name in PACKAGES},
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    ran = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout.strip() or None
