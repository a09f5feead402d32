"""What segments tell about later, recomputed from orders and days; planted personas."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.stats import chi2_contingency, kruskal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from warehouse import Warehouse


@pytest.fixture(scope="module")
def window(shop: Warehouse) -> tuple[date, date]:
    """The date that the shop is validated at, and the end of its outcomes."""
    [(as_of, days)] = shop.query(
        "select as_of_date, window_days from intermediate.int_validation__dated"
    )
    return as_of, as_of + timedelta(days=days)


@pytest.fixture(scope="module")
def segment_of(shop: Warehouse, window: tuple[date, date]) -> dict[Any, int]:
    """Customer → segment as of that date."""
    return dict(
        shop.query(
            "select customer_id, segment_id from intermediate.int_segments__backcast "
            f"where as_of_date = '{window[0]}'"
        )
    )


def told(shop: Warehouse, kpi: str) -> dict[int, tuple[int, float]]:
    """Segment → customers asked and value, of the segments that are told."""
    rows = shop.query(
        "select segment_id, customer_count, kpi_value from marts.segment_validation "
        f"where kpi = '{kpi}' and status = 'told'"
    )
    return {segment: (count, value) for segment, count, value in rows}


def by_segment(
    segment_of: dict[Any, int], value_of: Callable[[Any], float]
) -> dict[int, list[float]]:
    values: dict[int, list[float]] = {}
    for customer, segment in segment_of.items():
        values.setdefault(segment, []).append(value_of(customer))
    return values


def later_orders(
    shop: Warehouse, window: tuple[date, date]
) -> dict[Any, list[tuple[date, int, float]]]:
    """Customer → days of the window with orders: orders sold and revenue."""
    rows = shop.query(
        "select customer_id, activity_date, order_count, revenue "
        "from marts.customer_days"
    )
    found: dict[Any, list[tuple[date, int, float]]] = {}
    for customer, day, orders, revenue in rows:
        if window[0] <= day < window[1]:
            found.setdefault(customer, []).append((day, orders, float(revenue)))
    return found


def test_kpis_of_segments_are_those_of_orders_and_days(
    shop: Warehouse, window: tuple[date, date], segment_of: dict[Any, int]
) -> None:
    days = later_orders(shop, window)
    orders = {who: sum(n for _, n, _ in rows) for who, rows in days.items()}
    revenue = {who: sum(r for _, _, r in rows) for who, rows in days.items()}
    conversion = by_segment(segment_of, lambda who: orders.get(who, 0) > 0)
    amounts = by_segment(segment_of, lambda who: revenue.get(who, 0.0))
    active = by_segment(segment_of, lambda who: who in days)

    assert len(conversion) >= 2
    for naive, kpi in (
        (conversion, "conversion"),
        (amounts, "revenue"),
        (active, "retention"),
    ):
        assert told(shop, kpi) == {
            segment: (len(values), pytest.approx(np.mean(values)))
            for segment, values in naive.items()
        }


def test_orders_of_the_window_are_those_of_the_order_table(
    shop: Warehouse, window: tuple[date, date]
) -> None:
    as_of, end = window
    naive = shop.value(
        "select count(*) from marts.orders "
        "where is_purchase and customer_id is not null "
        f"and ordered_at >= '{as_of}' and ordered_at < '{end}'"
    )
    days = later_orders(shop, window)
    # Orders of customers first seen in the window are in the days too.
    assert sum(n for rows in days.values() for _, n, _ in rows) == naive


def test_the_tests_are_scipys(
    shop: Warehouse, window: tuple[date, date], segment_of: dict[Any, int]
) -> None:
    days = later_orders(shop, window)
    revenue = by_segment(
        segment_of, lambda who: round(sum(r for _, _, r in days.get(who, [])), 4)
    )
    bought = by_segment(
        segment_of, lambda who: sum(n for _, n, _ in days.get(who, [])) > 0
    )
    table = [[sum(rows), len(rows) - sum(rows)] for rows in bought.values()]
    expected = {
        "revenue": kruskal(*revenue.values()).statistic,
        "conversion": chi2_contingency(table, correction=False).statistic,
    }
    found = dict(
        shop.query(
            "select kpi, statistic from marts.segment_validation_tests "
            "where grouped_by = 'segment' and kpi in ('revenue', 'conversion')"
        )
    )
    assert found == pytest.approx(expected)


def test_personas_differ_later_and_random_groups_do_not(
    shop: Warehouse, record_property: Callable[[str, object], None]
) -> None:
    rows = shop.query(
        "select kpi, grouped_by, corrected_p_value, lift_low, verdict "
        "from marts.segment_validation_tests where is_tested"
    )
    for kpi, grouped_by, p_value, lift_low, verdict in rows:
        record_property("figure", f"{kpi} by {grouped_by}: {verdict}")
        if grouped_by == "segment":
            assert p_value < 0.001
        if grouped_by == "random":
            assert p_value is None
            assert lift_low > 0


def test_features_are_tried_once_and_not_again(shop: Warehouse) -> None:
    [(reports, rows, features)] = shop.query(
        "select count(distinct data_fingerprint), count(*), count(distinct feature) "
        "from marts.feature_refinements"
    )
    assert reports == 1
    assert rows == features + 1
    before = shop.value("select count(*) from models.refinement_trials")
    shop.build(
        "--select",
        "refinement_trials",
        raw_location=str(shop.folder / "raw"),
    )
    assert shop.value("select count(*) from models.refinement_trials") == before
