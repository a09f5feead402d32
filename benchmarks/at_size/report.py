"""The figures of a run told: a table on the terminal, a page and its charts."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from rich.table import Table

from at_size.budgets import Found, judge, per_event, share_beyond_fixed
from at_size.chart import Bar, Line, draw_bars, draw_growth
from at_size.contenders import CONTENDERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from at_size.results import Figure, Results

MOST_MODELS, MOST_TESTS = 20, 10
GIGABYTE = 1e9
# These do not read all events, so time per event would mean nothing.
_OF_FEW_EVENTS = (
    *("start", "start_again", "fixed_refresh", "fixed_day"),
    *("day", "nothing", "rescore"),
)
# Names of tests hold all their columns.
_LONGEST_NAME = 80
_SMALLEST_FOR_GROWTH = 2
HEADINGS = (
    "",
    "events",
    "wall s",
    "C",
    "µs an event",
    "work s",
    "peak GB",
    "spilled GB",
)


def rows_of(figure: Figure, found: Found) -> tuple[str, ...]:
    """A line of the table: what it is, events, wall, C, and so on."""
    if figure.status != "ok" and not figure.wall_seconds:
        said = (
            figure.status
            if figure.status == "not installed"
            else (f"{figure.status}: {figure.note}")
        )
        return (figure.label, f"{figure.events:,}", said, "", "", "", "", "")
    copy = found.wall("copy", figure.size)
    has_rate = figure.events and figure.key not in _OF_FEW_EVENTS
    return (
        figure.label + ("" if figure.status == "ok" else f" ({figure.status})"),
        f"{figure.events:,}" if figure.events else "",
        f"{figure.wall_seconds:.1f}",
        f"{figure.wall_seconds / copy:.2f}" if copy else "",
        f"{figure.wall_seconds / figure.events * 1e6:.2f}" if has_rate else "",
        f"{figure.cpu_seconds:.1f}",
        f"{figure.peak_memory_bytes / GIGABYTE:.2f}",
        f"{figure.peak_spill_bytes / GIGABYTE:.1f}" if figure.peak_spill_bytes else "",
    )


def terminal_table(results: Results) -> Table:
    """All figures, in the order they were measured."""
    found = Found(results.figures, results.facts["size"])
    table = Table(title=f"{results.facts['size']}, C is the copy of the raw events")
    for place, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if place else "left")
    for one in results.figures:
        table.add_row(*rows_of(one, found))
    return table


def budget_table(results: Results) -> Table:
    """Every budget, and whether it is met."""
    table = Table("budget", "limit", "measured", "")
    for one in judge(results.figures, results.facts["size"]):
        table.add_row(one.what, one.limit, one.measured, one.told)
    return table


def write_report(results: Results) -> Path:
    """Write the page and its charts beside the figures, and say where the page is."""
    path = results.path.with_suffix(".md")
    size = results.facts["size"]
    found = Found(results.figures, size)
    parts = [f"# {size} events, {results.facts['started_at']}", _circumstances(results)]
    bars = _bars(results.figures, found)
    if bars:
        drawn = draw_bars(
            bars,
            title="Raw events to sessions and features",
            subtitle="Wall-clock time as multiples of C, at each one's own size",
            notes=("C: DuckDB's create table as select * of the same Parquet files.",),
        )
        parts.append(_saved(path, "contenders", drawn, "Times as multiples of C"))
    parts += ["## Budgets", _budgets(results), "## What was measured"]
    parts.append(_figures(results.figures, found))
    notes = [
        f"- {one.label} ({one.size}): {one.note}" for one in results.figures if one.note
    ]
    parts.append("\n".join(notes))
    lines = _growth(results.figures)
    if lines:
        drawn = draw_growth(
            lines,
            title="Growth",
            subtitle="Wall-clock microseconds an event, full refresh with tests",
            notes=("A flat line is time that grows as the events do.",),
        )
        parts += ["## Growth", _saved(path, "growth", drawn, "Time per event")]
        parts.append(_by_size(results))
    for key, heading in {
        "whole": "Where the time of a full refresh goes",
        "equal": "Where the time of the tables that scripts make too goes",
        "day": "Where the time of one more day goes",
    }.items():
        figure = found.one(key)
        if figure and "models" in figure.details:
            parts += [f"## {heading}", *_nodes(figure.details)]
    day, nothing = (share_beyond_fixed(found, key) for key in ("day", "nothing"))
    if day is not None and nothing is not None:
        parts.append(
            "Beyond what the same build costs with next to nothing in it, one more day "
            f"takes {day:.1%} of a full refresh. A build with nothing new takes "
            f"{nothing:.1%}: what is made again and tested whatever arrived. The rest, "
            f"{day - nothing:.1%}, is due to the day's rows."
        )
    path.write_text("\n\n".join(part for part in parts if part) + "\n")
    return path


def _circumstances(results: Results) -> str:
    facts, machine = results.facts, results.facts["machine"]
    versions = ", ".join(
        f"{name} {machine[name]}"
        for name in ("duckdb", "dbt-core", "polars", "pandas", "pyspark")
        if machine.get(name)
    )
    data = facts.get("data", {}).get(facts["size"], {})
    told = ", ".join(
        f"{one['rows']:,} {kind.replace('_', ' ')} ({one['bytes'] / GIGABYTE:.2f} GB)"
        for kind, one in data.items()
    )
    return (
        f"{told}; {facts['cores']} cores of {machine['processor']}, "
        f"{machine['memory_bytes'] / GIGABYTE:.0f} GB of memory, of which DuckDB "
        f"may use {facts['memory_limit']}. Python {machine['python']}, {versions}; "
        f"commit {machine['commit']}. How to read this: docs/performance.md."
    )


def _table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    marks = ["---", *("--:" for _ in headings[1:])]
    lines = [headings, marks, *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _budgets(results: Results) -> str:
    rows = [
        (one.what, one.limit, one.measured, one.told)
        for one in judge(results.figures, results.facts["size"])
    ]
    return _table(("budget", "limit", "measured", ""), rows)


def _figures(figures: Sequence[Figure], found: Found) -> str:
    return _table(HEADINGS, [rows_of(one, found) for one in figures])


def _saved(path: Path, name: str, drawn: str, told: str) -> str:
    picture = path.with_name(f"{path.stem}-{name}.svg")
    picture.write_text(drawn)
    return f"![{told}]({picture.name})"


def _bars(figures: Sequence[Figure], found: Found) -> list[Bar]:
    bars = []
    sizes = {one.size for one in figures if one.key == "equal"}
    names = {one.name for one in CONTENDERS}
    for size in sorted(sizes, key=lambda one: one != found.size):
        copy = found.wall("copy", size)
        if copy is None:
            continue
        bars.append(Bar(f"C, {size}", 1.0, f"{copy:.1f} s", "unit"))
        for one in figures:
            value = found.times_copy(one.key, size)
            if one.size != size or one.status != "ok" or value is None:
                continue
            if one.key in names or one.key in ("equal", "whole"):
                told = f"{value:.2f} C, {one.wall_seconds:.1f} s"
                kind = "theirs" if one.key in names else "ours"
                bars.append(Bar(one.label, value, told, kind))
    return bars


def _growth(figures: Sequence[Figure]) -> list[Line]:
    found = Found(figures, "")
    sizes = {one.size: one.events for one in figures if one.key == "whole"}
    ordered = sorted(sizes, key=lambda size: sizes[size])
    if len(ordered) < _SMALLEST_FOR_GROWTH:
        return []
    fixed = found.wall("fixed_refresh", "10k") or 0.0
    whole, beyond, copy = [], [], []
    for size in ordered:
        events, microseconds = sizes[size], per_event(found, "whole", size)
        if microseconds is None:
            continue
        whole.append((events, microseconds))
        beyond.append((events, microseconds - fixed / events * 1e6))
        seconds = found.wall("copy", size)
        if seconds is not None:
            copy.append((events, seconds / events * 1e6))
    lines = [Line("full refresh", whole, "ours")]
    if fixed:
        lines.append(Line("beyond fixed overhead", beyond, "theirs"))
    return [*lines, Line("C", copy, "unit")] if copy else lines


def _by_size(results: Results) -> str:
    """What an event costs at every size: where growth is more than linear."""
    data = results.facts.get("data", {})
    refreshes = {
        one.size: one
        for one in sorted(results.figures, key=lambda one: one.events)
        if one.key == "whole" and one.status == "ok" and "database_bytes" in one.details
    }
    if not refreshes:
        return ""
    lines: dict[str, dict[str, str]] = defaultdict(dict)
    for size, one in refreshes.items():
        raw = sum(kind["bytes"] for kind in data.get(size, {}).values())
        for told, value in {
            "raw files, bytes an event": f"{raw / one.events:.0f}",
            "database, bytes an event": (
                f"{one.details['database_bytes'] / one.events:.0f}"
            ),
            "peak memory, GB": f"{one.peak_memory_bytes / GIGABYTE:.1f}",
            "spilled, GB": f"{one.peak_spill_bytes / GIGABYTE:.1f}",
            "wall, µs an event": f"{one.wall_seconds / one.events * 1e6:.2f}",
            "work, µs an event": f"{one.cpu_seconds / one.events * 1e6:.2f}",
        }.items():
            lines[told][size] = value
        for room, seconds in _rooms(one.details).most_common():
            lines[f"{room}, µs an event"][size] = f"{seconds / one.events * 1e6:.2f}"
    return _table(
        ("full refresh, with tests", *refreshes),
        [
            (told, *(values.get(size, "") for size in refreshes))
            for told, values in lines.items()
        ],
    )


def _rooms(details: dict[str, Any]) -> Counter[str]:
    rooms: Counter[str] = Counter()
    for one in details["models"].values():
        rooms[one["room"]] += one["seconds"]
    return rooms


def _nodes(details: dict[str, Any]) -> list[str]:
    kinds = _table(
        ("kind", "nodes", "seconds"),
        [(kind, f"{n:.0f}", f"{s:.1f}") for kind, (n, s) in details["kinds"].items()],
    )
    rooms = _rooms(details)
    counts = Counter(one["room"] for one in details["models"].values())
    total = sum(rooms.values()) or 1
    by_room = _table(
        ("folder of models", "models", "seconds", "share"),
        [
            (room, counts[room], f"{seconds:.1f}", f"{seconds / total:.0%}")
            for room, seconds in rooms.most_common()
        ],
    )
    read = details.get("rows_read", {})
    headings = ("model", "seconds", "share", "rows") + (("rows read",) if read else ())
    by_model = _table(
        headings,
        [
            (
                name,
                f"{one['seconds']:.2f}",
                f"{one['seconds'] / total:.0%}",
                "" if one["rows"] is None else f"{one['rows']:,}",
                *(_rows_read(read, f"model.habitue.{name}") if read else ()),
            )
            for name, one in list(details["models"].items())[:MOST_MODELS]
        ],
    )
    tests = _table(
        ("test", "seconds"),
        [
            (shorten(name, _LONGEST_NAME), f"{seconds:.2f}")
            for name, seconds in list(details["tests"].items())[:MOST_TESTS]
        ],
    )
    return [kinds, by_room, by_model, *([tests] if details["tests"] else [])]


def shorten(name: str, most: int) -> str:
    """A name, cut where it is longer."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _rows_read(read: dict[str, dict[str, int]], node: str) -> tuple[str]:
    return (f"{sum(read.get(node, {}).values()):,}",)
