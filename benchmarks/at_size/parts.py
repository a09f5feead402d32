"""Parts with budgets of their own: scoring, evidence and fit, the demo."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from at_size.builds import BuildError
from at_size.results import Figure
from at_size.settings import BENCHMARKS, PROJECT

if TYPE_CHECKING:
    from at_size.builds import Place

CUSTOMERS, FEATURES = 1_000_000, 12
# What `make demo` runs once everything is installed; nothing is known from before.
DEMO = (
    '"$1" build --log-level warn --exclude-resource-type unit_test --project-dir "$3" '
    '--profiles-dir "$3" --target-path target --log-path logs && "$2" summary'
)


class Part(NamedTuple):
    """A part and its step of benchmarks/segmentation.py; the demo has none.

    Attributes:
        key: Its name.
        label: The same in words.
        step: The step that measures it.
    """

    key: str
    label: str
    step: str | None = None

    def measure(self, place: Place) -> Figure:
        """Run it in a process of its own; a failure is a figure, too."""
        try:
            return self._demo(place) if self.step is None else self._step(place)
        except BuildError as error:
            note = str(error).splitlines()[-1]
            return Figure(self.key, self.label, "", 0, "failed", note)

    def _step(self, place: Place) -> Figure:
        sizes = ("--customers", str(CUSTOMERS), "--features", str(FEATURES))
        command = [sys.executable, str(BENCHMARKS / "segmentation.py"), *sizes]
        ran = place.run([*command, "--alone", str(self.step)])
        told = json.loads(ran.last_lines.splitlines()[-1])
        return Figure(
            self.key,
            self.label,
            size="",
            events=0,
            note=told["found"],
            # The step's own watch: making its customers is not what is measured.
            wall_seconds=told["seconds"],
            cpu_seconds=told["cpu"],
            peak_memory_bytes=ran.peak_memory_bytes,
        )

    def _demo(self, place: Place) -> Figure:
        folder = place.folder / "demo"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        programs = [
            str(Path(sys.executable).with_name(name)) for name in ("dbt", "habitue")
        ]
        script = f'cd "$4" && {DEMO}'
        ran = place.run(
            ["sh", "-c", script, "sh", *programs, str(PROJECT), str(folder)],
            environment={
                "HABITUE_DATABASE": str(folder / "habitue.duckdb"),
                "HABITUE_TARGET": "demo",
            },
        )
        shutil.rmtree(folder)
        return Figure(
            self.key,
            self.label,
            size="",
            events=0,
            wall_seconds=ran.wall_seconds,
            cpu_seconds=ran.cpu_seconds,
            peak_memory_bytes=ran.peak_memory_bytes,
        )


PARTS = (
    Part(
        "scoring",
        "SQL scoring, 1M customers, 12 features, 8 segments",
        "SQL scoring, all",
    ),
    Part("evidence", "k evidence and fit, 1M customers", "evidence and fit, all"),
    Part("demo", "make demo, installed"),
)
