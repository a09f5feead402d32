"""A generated shop as files that arrive day by day.

One Parquet file of each kind per day of receipt, in canonical columns, ordered by
receipt. The files of the last day lie apart, so that one more day can arrive. They are
written aside and renamed when all are whole; settings beside them say what they are of,
so that data of another generator is not taken for this one's.

    python -m at_size.data 20m target/benchmarks/data/20m
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from at_size.settings import PROJECT, Size
from habitue import generation
from habitue.generation import generate

KINDS = ("events", "order_lines", "consents")
DAYS = 365
START = date(2025, 1, 6)
INTENSITY = 0.2
# What the generator gives at this intensity, measured.
EVENTS_PER_CUSTOMER = 152.9
SETTINGS, FACTS = "settings.json", "facts.json"
LAST_DAY = "last_day"
MEMORY_LIMIT = "6GB"

CONTEXT = """
    anonymous_id, user_id, context_device_id as device_id,
    context_session_id as client_session_id, context_user_agent as user_agent,
    original_timestamp as device_created_at, sent_at, received_at
"""
CANONICAL = {
    "events": f"""
        with named as (
            select
                id as event_id, 'page' as event_name, page_view_id, url as page_url,
                path as page_path, referrer, context_campaign_source as utm_source,
                context_campaign_medium as utm_medium,
                context_campaign_name as utm_campaign, product_id, category, {CONTEXT}
            from read_parquet('{{raw}}/web_pages.parquet')
            union all by name
            select
                id as event_id, lower(replace(event, ' ', '_')) as event_name,
                page_view_id, url as page_url, product_id, category, quantity,
                price as unit_price, currency, order_id, feature as feature_name,
                engaged_seconds, scroll_ratio, experiment_id, experiment_arm, {CONTEXT}
            from read_parquet('{{raw}}/web_tracks.parquet')
            union all by name
            select id as event_id, 'identify' as event_name, email, {CONTEXT}
            from read_parquet('{{raw}}/web_identifies.parquet')
        )
        select named.* exclude (event_name), coalesce(types.event_type, 'other')
            as event_type, received_at as arrived_at
        from named
        left join read_csv('{PROJECT}/seeds/lookups/event_types.csv') as types
            on types.producer = 'web' and named.event_name = types.event_name
    """,
    "order_lines": """
        select
            lines.*, orders.user_id, orders.anonymous_id, orders.email,
            orders.ordered_at, orders.status, orders.channel, orders.payment_method,
            orders.currency, lines.received_at as arrived_at
        from read_parquet('{raw}/shop_order_lines.parquet') as lines
        inner join read_parquet('{raw}/shop_orders.parquet') as orders using (order_id)
    """,
    "consents": """
        select * exclude (id), changed_at as arrived_at
        from read_parquet('{raw}/web_consents.parquet')
    """,
}
ORDER = {"events": "event_id", "order_lines": "line_id", "consents": "anonymous_id"}


def settings_of(size: Size, *, seed: int) -> dict[str, Any]:
    """What decides the files: arguments, and a checksum of the code that makes them."""
    checksum = hashlib.sha256()
    code = sorted(Path(generation.__file__).parent.rglob("*.py"))
    for path in (*code, PROJECT / "seeds/lookups/event_types.csv"):
        checksum.update(path.read_bytes())
    checksum.update(json.dumps([CANONICAL, ORDER]).replace(str(PROJECT), "").encode())
    return {
        "customers": max(round(size.events / EVENTS_PER_CUSTOMER), 1),
        "days": DAYS,
        "start": str(START),
        "intensity": INTENSITY,
        "seed": seed,
        "code": checksum.hexdigest()[:16],
    }


def is_there(folder: Path, size: Size, *, seed: int) -> bool:
    """Whether a folder holds the files of just these settings."""
    path = folder / SETTINGS
    return path.exists() and json.loads(path.read_text()) == settings_of(
        size, seed=seed
    )


def make_data(folder: Path, size: Size, *, seed: int) -> None:
    """Generate a shop and lay out its files; whatever lay in the folder goes."""
    settings = settings_of(size, seed=seed)
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    for path in (unfinished, folder):
        shutil.rmtree(path, ignore_errors=True)
    (unfinished / LAST_DAY).mkdir(parents=True)
    report = generate(
        customers=settings["customers"],
        days=DAYS,
        seed=seed,
        out=unfinished / "generated",
        start=START,
        intensity=INTENSITY,
    )
    for kind in KINDS:
        _lay_out(kind, report.raw_folder, unfinished)
    shutil.rmtree(unfinished / "generated")
    (unfinished / FACTS).write_text(json.dumps(_facts(unfinished), indent=2))
    (unfinished / SETTINGS).write_text(json.dumps(settings, indent=2))
    unfinished.rename(folder)


def facts_of(folder: Path) -> dict[str, Any]:
    """Rows, rows of the last day, and bytes of the files of a folder, by kind."""
    facts: dict[str, Any] = json.loads((folder / FACTS).read_text())
    return facts


def _facts(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for kind in KINDS:
        paths = [*folder.rglob(f"{kind}_*.parquet")]
        counts = duckdb.execute(
            "select file_name, num_rows from parquet_file_metadata(?)",
            [[str(path) for path in paths]],
        ).fetchall()
        facts[kind] = {
            "rows": sum(count for _, count in counts),
            "rows_of_last_day": sum(
                count for name, count in counts if Path(name).parent.name == LAST_DAY
            ),
            "bytes": sum(path.stat().st_size for path in paths),
        }
    return facts


def _lay_out(kind: str, raw: Path, folder: Path) -> None:
    """Split rows into days first, then sort each day: neither needs much memory."""
    parts = folder / "parts"
    end = START + timedelta(days=DAYS)
    canonical = CANONICAL[kind].format(raw=raw)
    with duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"set temp_directory = '{folder}/spill'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set partitioned_write_max_open_files = 1000")
        connection.execute("set partitioned_write_flush_threshold = 2000000")
        connection.execute(
            f"copy (select *, cast(arrived_at as date) as day from ({canonical}) "
            f"where arrived_at < date '{end}') "
            f"to '{parts}' (format parquet, partition_by (day))"
        )
        for number, part in enumerate(sorted(parts.iterdir())):
            day = part.name.removeprefix("day=")
            home = folder / LAST_DAY if day == str(end - timedelta(days=1)) else folder
            connection.execute(
                "copy (select * exclude (arrived_at) from read_parquet("
                f"'{part}/*.parquet', hive_partitioning = false) "
                f"order by arrived_at, {ORDER[kind]}) "
                f"to '{home}/{kind}_{day}_{number}.parquet' (format parquet)"
            )
            shutil.rmtree(part)
    shutil.rmtree(parts)
    shutil.rmtree(folder / "spill", ignore_errors=True)


def main() -> None:
    """Make the files of a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("size", type=Size.of)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    make_data(options.folder, options.size, seed=options.seed)


if __name__ == "__main__":
    main()
