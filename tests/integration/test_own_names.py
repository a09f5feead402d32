"""Names that people give stand everywhere, and those that cannot stop the build."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from warehouse import Warehouse

NAMED = (
    "segment_names",
    "segment_traits",
    "customer_segments",
    "int_segments__counted",
    "segment_profiles",
    "segments",
)


def _give(warehouse: Warehouse, segment_id: int, name: str) -> None:
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute(
            "insert into lookups.segment_own_names values (?, ?)", [segment_id, name]
        )


def test_an_own_name_stands_everywhere_and_a_wrong_one_is_refused_in_words(
    shop: Warehouse, warehouse: Warehouse
) -> None:
    shutil.copy(shop.database, warehouse.database)
    variables = {"raw_location": str(shop.folder / "raw")}
    rules = dict(shop.query("select segment_name, segment_id from marts.segments"))
    _give(warehouse, rules["Dormant"], "power users")

    built = warehouse.dbt("run", "--select", *NAMED, variables=variables)

    assert built.succeeded, built.output[-3000:]
    for mart in ("segments", "customer_segments", "segment_profiles"):
        named = dict(
            warehouse.query(
                f"select distinct segment_name, segment_id from marts.{mart}"
            )
        )
        assert named["power users"] == rules["Dormant"]
        # Whom the rules called so is called something else.
        assert "Power users" not in named
        assert len(named) == len(rules)

    _give(warehouse, 99, "Nobody")
    refused = warehouse.dbt("run", "--select", "segment_names", variables=variables)
    assert not refused.succeeded
    assert "no version ever had a segment 99" in refused.output
