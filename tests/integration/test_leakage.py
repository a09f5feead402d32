"""No leakage: a feature as of a date is the same whether or not the data go on.

The shop is built whole. Then everything that happened on or after a date of its spine
is cut off the raw tables, the rest is built in a database of its own, as of that date,
and both must say the same of every customer. What identity learned later is the one
thing that truly changes the past, so the rows that it can touch are told apart by
`is_identity_settled`, and everybody else must agree to the last bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from warehouse import WITHOUT_SEGMENTS, Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CUT = "2025-04-01"
# When a row of a raw table happened, where that is not for the events to say.
HAPPENED = {
    "shop_orders": "ordered_at",
    "web_consents": "changed_at",
}
EVENT_IDS = {
    "web_pages": "id",
    "web_tracks": "id",
    "web_identifies": "id",
    "support_tickets": "'ticket-' || ticket_id",
    "support_chats": "'chat-' || chat_id",
    "support_feedback": "'feedback-' || feedback_id",
}


def cut_off(whole: Warehouse, folder: Path) -> int:
    """Write the raw tables without what happened from the date on; rows left out."""
    folder.mkdir()
    left_out = 0
    with duckdb.connect(str(whole.database), read_only=True) as connection:
        for source in sorted((whole.folder / "raw").glob("*.parquet")):
            name = source.stem
            if name in EVENT_IDS:
                late = (
                    f"{EVENT_IDS[name]} in (select event_id from "
                    "intermediate.int_events__delivered group by event_id "
                    f"having min(occurred_at) >= timestamp '{CUT}')"
                )
            elif name == "shop_order_lines":
                late = (
                    f"order_id in (select order_id from '{whole.folder}/raw/"
                    f"shop_orders.parquet' where ordered_at >= timestamp '{CUT}')"
                )
            else:
                late = f"{HAPPENED[name]} >= timestamp '{CUT}'"
            connection.execute(
                f"copy (select * from '{source}' where not coalesce({late}, false)) "
                f"to '{folder / source.name}' (format parquet)"
            )
            [(before, after)] = connection.execute(
                f"select (select count(*) from '{source}'), "
                f"(select count(*) from '{folder / source.name}')"
            ).fetchall()
            left_out += before - after
    return left_out


@pytest.fixture(scope="module")
def cut(shop: Warehouse, new_warehouse: Callable[[str], Warehouse]) -> Warehouse:
    warehouse = new_warehouse("cut")
    assert cut_off(shop, warehouse.folder / "raw") > 100_000
    warehouse.build(
        *WITHOUT_SEGMENTS,
        raw_location=str(warehouse.folder / "raw"),
        as_of=CUT,
    )
    return warehouse
