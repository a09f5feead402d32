"""What builds cost at size, beside what a user would write instead.

python benchmarks/at_size --size 20m
python benchmarks/at_size --size 100m --memory-limit 4GB --only copy whole
python benchmarks/at_size --render benchmarks/results/2026-01-31-20m.json
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console

from at_size import report
from at_size.builds import BuildError
from at_size.results import Figure, Results
from at_size.settings import OUT, RESULTS, Settings, Size, SizeError
from at_size.steps import Steps

# In this order; C is measured before, between and after.
WIDTH = 140
STEPS = ("fixed", "growing", "whole", "equal", "consents", "growth", "parts")


def size_of(name: str) -> Size:
    """Read a size, with a message that the parser shows."""
    try:
        return Size.of(name)
    except SizeError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main() -> None:
    """Measure, and leave figures and a report; exit code 1 if a step failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=size_of, default=Size.of("1m"))
    parser.add_argument("--memory-limit", default=Settings.memory_limit)
    parser.add_argument("--cores", type=int, default=Settings.cores)
    parser.add_argument(
        "--only",
        nargs="+",
        choices=("copy", *STEPS),
        help="these steps; other figures of the same day are kept",
    )
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--render", type=Path, help="write the report of such figures")
    options = parser.parse_args()
    # Into a file, tables are as wide as they need.
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    if options.render:
        results = Results.read(options.render)
    else:
        settings = Settings(
            size=options.size,
            memory_limit=options.memory_limit,
            cores=options.cores,
            out=options.out.resolve(),
            results=options.results.resolve(),
        )
        results = Results.of(settings)
        if options.only:
            results.go_on()
        measure(settings, results, console, options.only or ("copy", *STEPS))
        console.print(report.terminal_table(results))
    console.print(report.budget_table(results))
    console.print(f"report: {report.write_report(results)}")
    sys.exit(any(one.status in ("failed", "differs") for one in results.figures))


def measure(
    settings: Settings, results: Results, console: Console, chosen: tuple[str, ...]
) -> None:
    """Run the chosen steps; one that fails leaves the others to go on."""
    settings.out.mkdir(parents=True, exist_ok=True)
    settings.log.write_text("")
    started = time.monotonic()

    def say(line: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - started), 60)
        console.print(f"[dim]{minutes:3}:{seconds:02}[/dim] {line}", highlight=False)

    steps = Steps(settings, results, say)
    for place, name in enumerate(STEPS):
        if place in (0, 3, len(STEPS) - 1) and "copy" in chosen:
            run(steps, "copy")
        if name in chosen:
            run(steps, name)


def run(steps: Steps, name: str) -> None:
    """Run a step; what fails is told and kept."""
    arguments = () if name in ("fixed", "growth", "parts") else (steps.settings.size,)
    try:
        getattr(steps, name)(*arguments)
    except BuildError as error:
        steps.say(f"[red]{name} failed[/red]: {error}")
        if not any(one.status == "failed" for one in steps.results.figures):
            size = steps.settings.size.name
            steps.results.add(Figure(name, name, size, 0, "failed", str(error)))


if __name__ == "__main__":
    main()
