"""Real and published data, held against readings of the same files made here.

Nothing below repeats the project's SQL: totals are published or taken from the files,
sessions are worked out a second time, naively. RFM has a file of its own, test_rfm.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from warehouse import IS_LATEST, WITHOUT_ANALYSES, write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from warehouse import Warehouse

GAP = timedelta(seconds=1800)


def rows_of(sql: str) -> list[tuple[Any, ...]]:
    return duckdb.connect().execute(sql).fetchall()


def kept_and_raw(warehouse: Warehouse, dataset: str) -> tuple[int, int]:
    """Rows kept and rows read of one dataset, by the ledger."""
    [(kept, raw)] = warehouse.query(
        "select sum(bucket_row_count) filter (where bucket = 'kept'), "
        "sum(bucket_row_count) "
        f"from marts.row_ledger where dataset = '{dataset}'"
    )
    return int(kept), int(raw)


# UCI Online Retail: 541,909 real invoice lines


def test_every_uci_line_is_in_the_ledger_and_kept(uci: Warehouse) -> None:
    assert kept_and_raw(uci, "order_lines") == (541_909, 541_909)
    assert uci.value("select count(*) from marts.order_lines") == 541_909
    assert uci.value("select count(*) from marts.quarantined_rows") == 0


def test_every_uci_customer_is_identified_and_nobody_else(uci: Warehouse) -> None:
    assert uci.query(
        "select count(*), sum(case when is_identified then 1 else 0 end), "
        "max(user_count) from marts.customers"
    ) == [(4_372, 4_372, 1)]


def test_uci_lines_without_customer_are_kept_and_counted(uci: Warehouse) -> None:
    assert (
        uci.value("select count(*) from marts.order_lines where customer_id is null")
        == 135_080
    )


def test_uci_lines_reconcile_one_by_one(uci: Warehouse, uci_lines: str) -> None:
    total = uci.value("select sum(gross_amount) from marts.order_lines")
    assert total == Decimal("9747747.934")
    raw = (
        "select InvoiceNo, StockCode, Quantity, "
        f"cast(UnitPrice as decimal(18, 4)) as price from {uci_lines}"
    )
    ours = "select order_id, product_id, quantity, unit_price from marts.order_lines"
    assert uci.query(f"{raw} except all {ours}") == []
    assert uci.query(f"{ours} except all {raw}") == []


def test_uci_currency_and_price_are_as_delivered(uci: Warehouse) -> None:
    assert uci.query(
        "select currency, sum(case when is_unit_price_imputed or is_quantity_imputed "
        "or is_currency_imputed then 1 else 0 end) from marts.order_lines group by 1"
    ) == [("GBP", 0)]


def test_a_uci_customer_who_cancelled_everything_is_worth_nothing(
    uci: Warehouse,
) -> None:
    assert uci.query(
        "select scores.order_count, scores.revenue from marts.rfm_scores as scores "
        "inner join marts.customer_identifiers as names using (customer_id) "
        "inner join vault.identifiers as vault using (pseudonym) "
        "where vault.identifier_kind = 'user_id' and vault.raw_value = '12346' "
        f"and scores.{IS_LATEST}"
    ) == [(1, Decimal(0))]


def test_uci_cancellations_are_netted_against_the_customer(
    uci: Warehouse, uci_lines: str
) -> None:
    expected = dict(
        rows_of(
            "select CustomerID, "
            "sum(Quantity * cast(UnitPrice as decimal(18, 4))) "
            f"from {uci_lines} where CustomerID is not null group by 1"
        )
    )
    found = dict(
        uci.query(
            "select cast(vault.raw_value as bigint), sum(orders.amount) "
            "from marts.orders "
            "inner join marts.customer_identifiers as names using (customer_id) "
            "inner join vault.identifiers as vault using (pseudonym) group by 1"
        )
    )
    assert found == expected


def test_every_uci_customer_has_one_segment_and_the_counts_add_up(
    uci: Warehouse,
) -> None:
    assert uci.query(
        "select count(*), count(distinct customer_id), count(segment_id), "
        "count(segment_name), min(as_of_date) from marts.customer_segments"
    ) == [(4_372, 4_372, 4_372, 4_372, date(2011, 12, 10))]
    assert uci.value("select sum(customer_count) from marts.segments") == 4_372
    assert (
        uci.query(
            "select segment_id, segment_name, customer_count from marts.segments "
            "where customer_count > 0 except "
            "select segment_id, segment_name, count(*) from marts.customer_segments "
            "group by 1, 2"
        )
        == []
    )


# REES46: the head of a real shop's day, all events with a user


@pytest.fixture(scope="session")
def rees46_events(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, list[dict[str, Any]]]:
    """Where the canonical events are, and what is left of them read naively."""
    raw = f"'{shared_data}/rees46_sample/events_2019_10_01_head.parquet'"
    path = write_parquet(
        "select event_type, event_time as occurred_at, user_id, "
        "user_session as client_session_id, product_id, category_code as category, "
        f"price as unit_price, 'USD' as currency from {raw}",
        tmp_path_factory.mktemp("rees46_events") / "events.parquet",
    )
    read = duckdb.connect().execute(
        "select distinct event_time, event_type, product_id, category_code, price, "
        f"user_id, user_session from {raw}"
    )
    names = [column[0] for column in read.description]
    unique = [dict(zip(names, row, strict=True)) for row in read.fetchall()]
    return path, unique


def without_double_fires(
    rows: list[dict[str, Any]], visitor: str
) -> list[dict[str, Any]]:
    """Events that no equal event of the same visitor precedes by a second or less."""
    kept, latest = [], {}
    for row in sorted(rows, key=lambda row: row["event_time"]):
        key = (row[visitor], row["event_type"], row["product_id"])
        if key not in latest or row["event_time"] - latest[key] > timedelta(seconds=1):
            kept.append(row)
        latest[key] = row["event_time"]
    return kept


def sessions_by_gap(
    moments: list[tuple[Any, Any]],
) -> Counter[tuple[str, Any, Any, int]]:
    """(visitor, start, end, events) of every session; a gap beyond 30 min ends one."""
    by_visitor = defaultdict(list)
    for visitor, moment in moments:
        by_visitor[str(visitor)].append(moment)
    sessions: Counter[tuple[str, Any, Any, int]] = Counter()
    for visitor, times in by_visitor.items():
        times.sort()
        start, previous, count = times[0], times[0], 0
        for moment in times:
            if moment - previous > GAP:
                sessions[visitor, start, previous, count] += 1
                start, count = moment, 0
            previous, count = moment, count + 1
        sessions[visitor, start, previous, count] += 1
    return sessions


@pytest.fixture(scope="session")
def rees46(
    rees46_events: tuple[str, list[dict[str, Any]]],
    built_once: Callable[..., Warehouse],
) -> Warehouse:
    return built_once(
        "rees46",
        lambda warehouse: warehouse.build(
            sources=["files"], files_events_path=rees46_events[0]
        ),
    )


def test_every_rees46_row_is_in_the_ledger(
    rees46: Warehouse, rees46_events: tuple[str, list[dict[str, Any]]]
) -> None:
    unique = rees46_events[1]
    buckets = dict(
        rees46.query(
            "select bucket, sum(bucket_row_count) from marts.row_ledger "
            "where bucket_row_count > 0 group by 1"
        )
    )
    assert sum(buckets.values()) == 17_434
    assert buckets["duplicate"] == 17_434 - len(unique)
    assert buckets["kept"] == len(without_double_fires(unique, "user_id"))
    assert set(buckets) <= {"kept", "duplicate", "double_fired"}
    assert rees46.query(
        "select max(raw_row_count), min(raw_row_count) from marts.row_ledger"
    ) == [(17_434, 17_434)]


def test_every_rees46_user_is_one_customer(rees46: Warehouse) -> None:
    assert rees46.query(
        "select count(*), max(user_count), min(user_count) from marts.customers"
    ) == [(4_504, 1, 1)]


def test_rees46_sessions_are_those_of_a_naive_reading(
    rees46: Warehouse, rees46_events: tuple[str, list[dict[str, Any]]]
) -> None:
    expected = sessions_by_gap(
        [
            (row["user_id"], row["event_time"])
            for row in without_double_fires(rees46_events[1], "user_id")
        ]
    )
    found = Counter(
        rees46.query(
            "select vault.raw_value, started_at, ended_at, event_count "
            "from marts.sessions inner join vault.identifiers as vault "
            "on sessions.visitor_id = vault.pseudonym "
            "where vault.identifier_kind = 'user_id'"
        )
    )
    assert found == expected


def test_rees46_orders_are_read_off_the_purchase_events(
    rees46: Warehouse, rees46_events: tuple[str, list[dict[str, Any]]]
) -> None:
    expected = Counter(
        (str(row["user_id"]), row["event_time"], round(Decimal(str(row["price"])), 4))
        for row in without_double_fires(rees46_events[1], "user_id")
        if row["event_type"] == "purchase"
    )
    found = Counter(
        rees46.query(
            "select vault.raw_value, ordered_at, amount from marts.orders "
            "inner join marts.customer_identifiers as names using (customer_id) "
            "inner join vault.identifiers as vault using (pseudonym) "
            "where vault.identifier_kind = 'user_id'"
        )
    )
    assert 200 < sum(expected.values()) <= 214
    assert found == expected


def test_rees46_sessions_of_the_producer_are_kept_as_they_are(
    rees46_events: tuple[str, list[dict[str, Any]]], warehouse: Warehouse
) -> None:
    warehouse.build(
        *WITHOUT_ANALYSES,
        sources=["files"],
        files_events_path=rees46_events[0],
        session_mode="client",
    )
    assert warehouse.query(
        "select count(*), count(distinct client_session_id) from marts.sessions"
    ) == [(5_066, 5_066)]
    assert warehouse.value("select count(*) from marts.customers") == 4_504
    assert (
        warehouse.value("select count(*) from marts.events where session_id is null")
        == 0
    )
