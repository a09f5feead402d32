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
from warehouse import WITHOUT_ANALYSES, Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CUT = "2025-04-01"
# What customer_value tells as of the latest date alone.
LATEST_ONLY = {
    "value_status",
    "expected_orders_30",
    "expected_orders_60",
    "expected_orders_90",
    "expected_orders_horizon",
    "discounted_expected_orders",
    "lifetime_value",
}
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
    """The shop without everything from CUT on, as of CUT."""
    warehouse = new_warehouse("cut")
    assert cut_off(shop, warehouse.folder / "raw") > 100_000
    warehouse.build(
        *WITHOUT_ANALYSES,
        raw_location=str(warehouse.folder / "raw"),
        as_of=CUT,
    )
    return warehouse


@pytest.fixture
def both(shop: Warehouse, cut: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads the whole shop and the one that was cut off."""
    with duckdb.connect() as connection:
        for name, warehouse in (("whole", shop), ("cut", cut)):
            connection.execute(f"attach '{warehouse.database}' as {name} (read_only)")
            connection.execute(
                f"create view {name}_features as "
                "select * exclude (is_identity_settled) "
                f"from {name}.marts.customer_features "
                f"where as_of_date = date '{CUT}'"
            )
        connection.execute(
            "create view settled as select customer_id "
            "from whole.marts.customer_features "
            f"where as_of_date = date '{CUT}' and is_identity_settled"
        )
        yield connection


def value(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    [(found,)] = connection.execute(sql).fetchall()
    return int(found)


def test_every_feature_is_the_same_without_what_came_after(
    both: duckdb.DuckDBPyConnection, record_property: Callable[[str, object], None]
) -> None:
    rows = value(both, "select count(*) from whole_features")
    settled = value(both, "select count(*) from settled")
    features = len(both.table("whole_features").columns) - 2
    record_property(
        "figure",
        f"leakage: {settled:,} of {rows:,} customers x {features} features as of {CUT} "
        f"compared, {rows - settled:,} with links that came later",
    )
    assert features >= 50
    assert settled > 0.85 * rows
    differing = both.execute(
        "select * from whole_features semi join settled using (customer_id) "
        "except select * from cut_features"
    ).fetchall()
    assert differing == []


def test_whoever_is_missing_or_new_has_links_that_came_later(
    both: duckdb.DuckDBPyConnection,
) -> None:
    strangers = both.execute(
        "select identifiers.customer_id from cut_features "
        "inner join whole.marts.customer_identifiers as identifiers "
        "on cut_features.customer_id = identifiers.pseudonym "
        "where cut_features.customer_id "
        "not in (select customer_id from whole_features) "
        "and identifiers.customer_id in (select customer_id from settled)"
    ).fetchall()
    assert strangers == []
    assert value(both, "select count(*) from cut_features") > 0


def test_everybody_is_settled_at_the_latest_date(
    shop: Warehouse, cut: Warehouse
) -> None:
    for warehouse in (shop, cut):
        assert warehouse.query(
            "select count(*) from marts.customer_features "
            "where not is_identity_settled and as_of_date = "
            "(select max(as_of_date) from marts.customer_features)"
        ) == [(0,)]


def test_history_before_the_cut_is_the_same_too(
    both: duckdb.DuckDBPyConnection,
) -> None:
    assert (
        value(
            both,
            "select count(distinct as_of_date) from cut.marts.customer_features "
            f"where as_of_date < date '{CUT}'",
        )
        == 2
    )
    # What was settled on the later date was so on the earlier ones.
    differing = both.execute(
        "select features.* exclude (is_identity_settled) "
        "from whole.marts.customer_features as features "
        f"where as_of_date < date '{CUT}' and is_identity_settled "
        "and customer_id in (select customer_id from settled) "
        "except select * exclude (is_identity_settled) from cut.marts.customer_features"
    ).fetchall()
    assert differing == []


# A real year: nobody is anonymous in its orders, so nothing may differ at all


UCI_CUT = "2011-09-01"


@pytest.fixture(scope="module")
def uci_cut(uci: Warehouse, new_warehouse: Callable[[str], Warehouse]) -> Warehouse:
    """The UCI orders before UCI_CUT, as of then."""
    warehouse = new_warehouse("uci_cut")
    path = warehouse.folder / "order_lines.parquet"
    duckdb.sql(
        f"select * from '{uci.folder}/order_lines.parquet' "
        f"where ordered_at < timestamp '{UCI_CUT}'"
    ).write_parquet(str(path))
    warehouse.build(
        *WITHOUT_ANALYSES,
        sources=["files"],
        files_order_lines_path=str(path),
        as_of=UCI_CUT,
    )
    return warehouse


@pytest.mark.parametrize(
    "mart", ["customer_features", "rfm_scores", "rfm_cuts", "customer_value"]
)
def test_a_real_year_says_the_same_of_every_customer_without_its_end(
    uci: Warehouse, uci_cut: Warehouse, mart: str
) -> None:
    columns = [
        name
        for (name,) in uci.query(
            "select column_name from duckdb_columns() "
            f"where schema_name = 'marts' and table_name = '{mart}'"
        )
        if name not in LATEST_ONLY
    ]
    sql = (
        f"select {', '.join(columns)} from marts.{mart} "
        f"where as_of_date = date '{UCI_CUT}'"
    )
    whole, cut = set(uci.query(sql)), set(uci_cut.query(sql))
    assert whole
    assert whole == cut
