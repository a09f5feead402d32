"""RFM worked out a second time, in NumPy and pandas, and shops with planted customers.

The rule is the one printed beside the published example: cuts are the type 7 quantiles
plus 1, a bin holds its lower cut, recency counts backwards, the first rule that fits
names the segment.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from warehouse import Warehouse

MEASURES = {
    "recency_days": "recency",
    "order_count": "frequency",
    "revenue": "monetary",
}
SCORE = ["recency_score", "frequency_score", "monetary_score", "rfm_segment"]


def cuts_of(values: Any) -> list[float]:
    """The four cuts of one measure."""
    quantiles = np.quantile(np.asarray(values, dtype=float), [0.2, 0.4, 0.6, 0.8])
    return [float(cut) for cut in quantiles + 1]


def scored(customers: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Customers (recency_days, order_count, revenue) with their scores and segments."""
    table = customers.copy()
    for measure, name in MEASURES.items():
        values = table[measure].to_numpy(dtype=float)
        bins = 1 + np.searchsorted(cuts_of(values), values, side="right")
        table[f"{name}_score"] = 6 - bins if name == "recency" else bins
    table["rfm_segment"] = "Others"
    for rule in rules.sort_values("priority", ascending=False).itertuples():
        fits = (
            table.recency_score.between(rule.r_min, rule.r_max)
            & table.frequency_score.between(rule.f_min, rule.f_max)
            & table.monetary_score.between(rule.m_min, rule.m_max)
        )
        table.loc[fits, "rfm_segment"] = rule.segment
    return table


def customers_before(lines: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Who bought before a date: from lines (customer, order, day, amount, is_sale)."""
    past = lines[lines.day < as_of]
    sales = past[past.is_sale].groupby("customer")
    table = pd.DataFrame(
        {
            "recency_days": (as_of - sales.day.max()).dt.days,
            "order_count": sales.order.nunique(),
        }
    )
    revenue = past.groupby("customer").amount.sum().round(4)
    return table.join(revenue.rename("revenue"))


def migrations(
    earlier: pd.DataFrame, later: pd.DataFrame
) -> dict[Any, tuple[Any, ...]]:
    """(from, to) -> customers, share of those from there, revenue at the later date."""
    both = later.join(earlier.rfm_segment.rename("before"))
    both["before"] = both.before.fillna("No order yet")
    sizes = both.groupby("before").size()
    return {
        (before, after): (
            len(group),
            round(len(group) / sizes[before], 9),
            round(group.revenue.sum(), 3),
        )
        for (before, after), group in both.groupby(["before", "rfm_segment"])
    }


def segments(table: pd.DataFrame) -> dict[str, tuple[Any, ...]]:
    """What rfm_segments says of every segment that somebody is in."""
    return {
        str(name): (
            len(group),
            round(len(group) / len(table), 9),
            group.order_count.sum(),
            round(group.revenue.sum(), 3),
            round(group.revenue.sum() / table.revenue.sum(), 9),
            *(round(float(group[measure].median()), 6) for measure in MEASURES),
        )
        for name, group in table.groupby("rfm_segment")
    }


def assert_rfm_is(
    warehouse: Warehouse, expected: dict[pd.Timestamp, pd.DataFrame]
) -> None:
    """All tables of RFM, at all as-of dates, are those of scored customers.

    The index of each table is the raw user id, as text.
    """
    dates = sorted(expected)
    assert warehouse.query(
        "select distinct as_of_date from marts.rfm_cuts order by 1"
    ) == [(day.date(),) for day in dates]
    for day in dates:
        _assert_scores(warehouse, day, expected[day])
        _assert_segments(warehouse, day, expected[day])
    for earlier, later in pairwise(dates):
        found = {
            tuple(row[:2]): (row[2], round(row[3], 9), round(float(row[4]), 3))
            for row in warehouse.query(
                "select from_segment, to_segment, customer_count, from_segment_share, "
                "revenue from marts.rfm_migrations "
                f"where as_of_date = '{later.date()}' "
                f"and previous_as_of_date = '{earlier.date()}'"
            )
        }
        assert found == migrations(expected[earlier], expected[later])
    count = sum(
        len(migrations(expected[earlier], expected[later]))
        for earlier, later in pairwise(dates)
    )
    assert warehouse.value("select count(*) from marts.rfm_migrations") == count


def _assert_scores(
    warehouse: Warehouse, day: pd.Timestamp, table: pd.DataFrame
) -> None:
    found_cuts = {
        row[0]: list(row[1:])
        for row in warehouse.query(
            "select measure, cut_1, cut_2, cut_3, cut_4, customer_count, "
            "smallest_value, largest_value "
            f"from marts.rfm_cuts where as_of_date = '{day.date()}'"
        )
    }
    assert found_cuts == {
        measure: [
            *cuts_of(table[measure]),
            len(table),
            float(table[measure].min()),
            float(table[measure].max()),
        ]
        for measure in MEASURES
    }
    names = [*MEASURES, *SCORE]
    found = {
        row[0]: (*row[1:3], round(float(row[3]), 3), *row[4:])
        for row in warehouse.query(
            f"select vault.raw_value, {', '.join(names)} "
            "from marts.rfm_scores "
            "inner join marts.customer_identifiers as names using (customer_id) "
            "inner join vault.identifiers as vault using (pseudonym) "
            f"where vault.identifier_kind = 'user_id' and as_of_date = '{day.date()}'"
        )
    }
    assert found == {
        row[0]: (*row[1:3], round(row[3], 3), *row[4:])
        for row in table[names].itertuples(name=None)
    }


def _assert_segments(
    warehouse: Warehouse, day: pd.Timestamp, table: pd.DataFrame
) -> None:
    found = {
        row[0]: (
            row[1],
            round(row[2], 9),
            row[3],
            round(float(row[4]), 3),
            round(row[5], 9),
            *(round(value, 6) for value in row[6:]),
        )
        for row in warehouse.query(
            "select rfm_segment, customer_count, customer_share, order_count, revenue, "
            "revenue_share, typical_recency_days, typical_order_count, typical_revenue "
            f"from marts.rfm_segments where as_of_date = '{day.date()}' "
            "and customer_count > 0"
        )
    }
    assert found == segments(table)


def planted_customers(count: int, seed: int) -> pd.DataFrame:
    """Customers with shared prices, pennies, nothing and less than nothing.

    Revenue is in whole cents. Many pay 9.99, 10.99 … alike, so that quantiles lie on
    shared values and other values exactly 1 above them, on the cut.
    """
    rng = np.random.default_rng(seed)
    order_count = np.minimum(rng.geometric(0.3, count), 40)
    kind = rng.choice(5, count, p=[0.45, 0.3, 0.15, 0.05, 0.05])
    cents = np.select(
        [kind == 0, kind == 1, kind == 2, kind == 3],
        [
            100 * rng.integers(8, 14, count) * order_count - 1,
            np.round(100 * rng.lognormal(4, 1.2, count)),
            rng.integers(1, 250, count),
            0,
        ],
        -rng.integers(1, 5000, count),
    ).astype(int)
    return pd.DataFrame(
        {
            "recency_days": 1 + np.minimum(rng.exponential(90, count), 500).astype(int),
            "order_count": order_count,
            "cents": cents,
            "revenue": cents / 100,
        },
        index=[f"customer-{number}" for number in range(count)],
    )


def lines_of(customers: pd.DataFrame, as_of: pd.Timestamp, seed: int) -> pd.DataFrame:
    """Order lines that come to exactly these customers, the last at their recency.

    Revenue is split over the orders in whole cents, the last taking the rest. Who has
    less than nothing pays a cent an order and is given a credit note.
    """
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(len(customers)), customers.order_count)
    last = np.flatnonzero(np.diff(owner, append=-1))
    count = customers.order_count.to_numpy()
    cents = customers.cents.to_numpy()
    owes = cents < 0
    sold = np.where(owes, count, cents)
    price = (sold // count)[owner]
    price[last] += sold % count
    age = customers.recency_days.to_numpy()[owner] + rng.integers(0, 200, len(owner))
    age[last] = customers.recency_days.to_numpy()
    sales = pd.DataFrame({"owner": owner, "age": age, "cents": price, "quantity": 1})
    refunds = pd.DataFrame(
        {
            "owner": np.flatnonzero(owes),
            "age": customers.recency_days.to_numpy()[owes],
            "cents": (sold - cents)[owes],
            "quantity": -1,
        }
    )
    lines = pd.concat([sales, refunds], ignore_index=True)
    lines["customer"] = customers.index.to_numpy()[lines.owner]
    lines["order"] = [f"order-{number}" for number in range(len(lines))]
    lines["day"] = as_of - pd.to_timedelta(lines.age, unit="D")
    lines["amount"] = lines.quantity * lines.cents / 100
    lines["is_sale"] = lines.quantity > 0
    return lines
