"""What must agree between two databases, and what must add up in one."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from warehouse import Warehouse

Content = dict[str, Counter[tuple[Any, ...]]]


def content_of(warehouse: Warehouse, tables: Iterable[str]) -> Content:
    """Every row of the tables that must agree, however often it is there."""
    return {
        table: Counter(
            tuple(round(v, 6) if isinstance(v, float) else v for v in row)
            for row in warehouse.query(f"select * from {table}")
        )
        for table in tables
    }


def assert_same(found: Content, expected: Content) -> None:
    """Both hold the same rows; a failure shows some of those that differ."""
    wrong = {
        table: {
            "too much": list((found[table] - rows).elements())[:3],
            "missing": list((rows - found[table]).elements())[:3],
        }
        for table, rows in expected.items()
        if found[table] != rows
    }
    assert not wrong, json.dumps(wrong, indent=2, default=str)


def assert_ledger_adds_up(warehouse: Warehouse, rows: int) -> None:
    """All rows delivered so far are in one bucket each."""
    assert warehouse.value("select sum(bucket_row_count) from marts.row_ledger") == rows
    assert (
        warehouse.query(
            "select dataset, input_name, max(input_row_count), sum(bucket_row_count) "
            "from marts.row_ledger group by 1, 2 having max(input_row_count) "
            "!= sum(bucket_row_count)"
        )
        == []
    )
    assert (
        warehouse.query(
            "select source, max(raw_row_count), sum(bucket_row_count) "
            "from marts.row_ledger group by 1 having max(raw_row_count) "
            "!= sum(bucket_row_count)"
        )
        == []
    )
