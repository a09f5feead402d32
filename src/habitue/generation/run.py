"""Generate a shop's raw data with planted truth."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from habitue.generation import shop_tables, truth_tables, web_tables
from habitue.generation.catalogue import Catalogue, build_catalogue
from habitue.generation.chunks import Chunk, draw_chunk
from habitue.generation.delivery import UNPARSABLE_TIME, Delivery
from habitue.generation.errors import GenerationError
from habitue.generation.plan import Plan, make_plan
from habitue.generation.writers import FileFormat, TableFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RAW_TABLES = (
    "web_pages",
    "web_tracks",
    "web_identifies",
    "web_consents",
    "shop_orders",
    "shop_order_lines",
    "support_tickets",
    "support_chats",
    "support_feedback",
)
TRUTH_TABLES = (
    "persons",
    "identifiers",
    "row_labels",
    "experiment",
    "drift",
    "level_shifts",
    "anomalies",
)
MOST_CUSTOMERS = 4_000_000
MOST_DAYS = 3_660
_FORMATS = ("csv", "parquet")


class GenerationReport(NamedTuple):
    """What one run wrote.

    Attributes:
        row_counts: Rows of each raw table, in the order they are listed.
        truth_counts: Rows of each truth table.
        event_count: Rows of the web events: pages, tracks and identifies calls.
        raw_folder: Folder of the raw tables.
        truth_folder: Folder of the truth tables.
    """

    row_counts: dict[str, int]
    truth_counts: dict[str, int]
    event_count: int
    raw_folder: Path
    truth_folder: Path


def generate(
    *,
    customers: int,
    days: int,
    seed: int,
    out: Path,
    file_format: FileFormat = "parquet",
    start: date = date(2025, 1, 6),
    intensity: float = 1.0,
    progress: Callable[[int, int], None] | None = None,
) -> GenerationReport:
    """Write raw tables to `out/raw` and what was planted in them to `out/truth`.

    The same arguments give the same bytes. Chunks of customers are drawn one after
    the other from their own seeds, so memory does not grow with the data.

    Args:
        customers: Number of persons, at least 1.
        days: Number of days from start on, at least 1.
        seed: Seed of everything drawn, not negative.
        out: Folder to write to; created when missing.
        file_format: "csv" or "parquet".
        start: First day (UTC).
        intensity: Factor on how often everybody visits; 1 gives some 40 events a
            customer and month, lower values a smaller sample of the same persons.
        progress: Called with (chunks done, chunks in all), first with 0 done.

    Raises:
        GenerationError: If an argument is out of range, or a folder to write to is a
            file or holds files this function does not write.
    """
    _check(
        customers=customers,
        days=days,
        seed=seed,
        start=start,
        intensity=intensity,
        file_format=file_format,
    )
    raw, truth = _prepare(out)
    plan = make_plan(
        customers=customers, days=days, seed=seed, start=start, intensity=intensity
    )
    catalogue = build_catalogue()
    with ExitStack() as stack:
        files = {
            name: stack.enter_context(TableFile(folder, name, file_format))
            for folder, names in ((raw, RAW_TABLES), (truth, TRUTH_TABLES))
            for name in names
        }
        files["experiment"].write(truth_tables.experiment_table(plan))
        files["drift"].write(truth_tables.drift_table(plan))
        files["level_shifts"].write(truth_tables.shifts_table(plan))
        for number in range(plan.chunk_count):
            if progress:
                progress(number, plan.chunk_count)
            chunk = draw_chunk(plan, number, catalogue)
            _write_chunk(plan, chunk, catalogue, files, is_text=file_format == "csv")
    if progress:
        progress(plan.chunk_count, plan.chunk_count)
    counts = {name: files[name].row_count for name in RAW_TABLES}
    return GenerationReport(
        row_counts=counts,
        truth_counts={name: files[name].row_count for name in TRUTH_TABLES},
        event_count=sum(counts[name] for name in RAW_TABLES[:3]),
        raw_folder=raw,
        truth_folder=truth,
    )


def _write_chunk(
    plan: Plan,
    chunk: Chunk,
    catalogue: Catalogue,
    files: dict[str, TableFile],
    *,
    is_text: bool,
) -> None:
    pages = web_tables.pages_table(chunk, catalogue)
    tracks = web_tables.tracks_table(chunk, catalogue)
    if is_text:
        pages = _spoil(pages, chunk.page_delivery)
        tracks = _spoil(tracks, chunk.action_delivery)
    files["web_pages"].write(pages)
    files["web_tracks"].write(tracks)
    files["web_identifies"].write(web_tables.identifies_table(chunk))
    files["web_consents"].write(web_tables.consents_table(chunk))
    files["shop_orders"].write(shop_tables.orders_table(chunk))
    files["shop_order_lines"].write(shop_tables.lines_table(chunk))
    files["support_tickets"].write(shop_tables.tickets_table(chunk))
    files["support_chats"].write(shop_tables.chats_table(chunk))
    files["support_feedback"].write(shop_tables.feedback_table(chunk))
    identifiers = truth_tables.identifiers_table(chunk)
    files["identifiers"].write(identifiers)
    files["persons"].write(truth_tables.persons_table(chunk, identifiers))
    files["row_labels"].write(truth_tables.labels_table(chunk, is_text=is_text))
    files["anomalies"].write(truth_tables.anomalies_table(plan, chunk))


def _spoil(table: pa.Table, delivery: Delivery) -> pa.Table:
    """Text can hold what is no time at all; a typed column cannot."""
    name = "original_timestamp"
    bad = pa.array(delivery.fault == UNPARSABLE_TIME)
    text = pc.if_else(bad, web_tables.UNPARSABLE, table[name].cast(pa.string()))
    return table.set_column(table.column_names.index(name), name, text)


def _check(
    *,
    customers: int,
    days: int,
    seed: int,
    start: date,
    intensity: float,
    file_format: str,
) -> None:
    if not 1 <= customers <= MOST_CUSTOMERS:
        raise GenerationError(
            f"customers must be from 1 to {MOST_CUSTOMERS}, got {customers}"
        )
    if not 1 <= days <= MOST_DAYS:
        raise GenerationError(f"days must be from 1 to {MOST_DAYS}, got {days}")
    if seed < 0:
        raise GenerationError(f"seed must not be negative, got {seed}")
    if not np.isfinite(intensity) or not 0 < intensity <= 10:  # noqa: PLR2004
        raise GenerationError(f"intensity must be in (0, 10], got {intensity}")
    if file_format not in _FORMATS:
        raise GenerationError(
            f"file_format must be one of {', '.join(_FORMATS)}, got {file_format!r}"
        )
    latest = date.max.toordinal() - MOST_DAYS
    if not date(1970, 1, 1).toordinal() <= start.toordinal() <= latest:
        raise GenerationError(f"start must be from 1970 on, got {start}")


def _prepare(out: Path) -> tuple[Path, Path]:
    """Create the folders; files of an earlier run make room, others are refused."""
    folders = (out / "raw", out / "truth")
    ours = [
        {f"{name}.{ending}" for name in names for ending in _FORMATS}
        for names in (RAW_TABLES, TRUTH_TABLES)
    ]
    for folder in (out, *folders):
        if folder.exists() and not folder.is_dir():
            raise GenerationError(f"{folder} is a file; choose a folder to write to")
    for folder, names in zip(folders, ours, strict=True):
        found = sorted(entry.name for entry in folder.glob("*"))
        foreign = [name for name in found if name not in names]
        if foreign:
            raise GenerationError(
                f"{folder} holds {foreign[0]!r}, which is not generated; "
                "choose an empty folder"
            )
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for entry in folder.glob("*"):
            entry.unlink()
    return folders
