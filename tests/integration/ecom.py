"""A shop of 600 users, retentioneering's ecom, as files that habitue reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse import write_parquet

if TYPE_CHECKING:
    from pathlib import Path


def ecom_variables(shared_data: Path, folder: Path) -> dict[str, Any]:
    """The vars that read it, one journey per user, told up to the end.

    Event ids sort as the file does, which orders what happened at one moment. Products
    differ, so that nothing is taken for a double fire.
    """
    events = shared_data / "retentioneering/ecom.parquet"
    path = write_parquet(
        "select user_id, event as event_type, "
        "strftime(timestamp, '%Y-%m-%d %H:%M:%S') as occurred_at, "
        "'e' || lpad(file_row_number::varchar, 6, '0') as event_id, "
        "'p' || file_row_number as product_id "
        f"from read_parquet('{events}', file_row_number = true)",
        folder / "ecom.parquet",
    )
    return {
        "sources": ["files"],
        "files_events_path": path,
        "journey_unit": "customer",
        "journey_ends_at_conversion": False,
        "fixed_segment_count": 2,
        "feature_refinement": False,
    }
