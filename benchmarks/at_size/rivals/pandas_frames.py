"""pandas: the same sessions and features in memory, for sizes that fit there.

What is left out is what ``duckdb_by_hand`` leaves out; the event table is written once
as Parquet, as the others write it.

    python pandas_frames.py --raw data/raw --identities who.parquet --out results
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas_events import (
    DAY,
    FAR_AHEAD,
    SECOND,
    id_of,
    pseudonym_of,
    read,
    read_owners,
    used_events,
    validated_events,
)
from same_ground import (
    ACTIVE_DAYS,
    CANCELLED,
    COUNTED,
    EVENT_NUMBERS,
    EVENT_TEXTS,
    EVENT_TIMES,
    HEARTBEAT_SECONDS,
    LINE_NUMBERS,
    LINE_TEXTS,
    LINE_TIMES,
    LONGEST_GAP_SECONDS,
    MINIMUM_VISIT_SECONDS,
    RECENT_DAYS,
    SCORE_CUTS,
    SESSION_CAP_DAYS,
    SESSION_TIMEOUT_SECONDS,
    read_task,
)

if TYPE_CHECKING:
    from same_ground import Task

MONEY = 10_000
MEASURES = {
    "recency_score": "order_recency_days",
    "frequency_score": "order_count",
    "monetary_score": "revenue",
}
# What the event table holds.
KEPT = [
    *("event_id", "source", "event_type", "event_name", "visitor_id", "user_key"),
    *("page_path", "product_id", "category", "order_id", "page_view_id"),
    *("feature_name", "experiment_id", "experiment_arm", "quantity", "unit_price"),
    *("is_late", "occurred_at", "received_at"),
]


def session_days_of(events: pd.DataFrame) -> pd.DataFrame:
    """Sessions cut at midnight, with their counts and engaged time."""
    cut = events.sort_values(["visitor_id", "moment"])
    gap = cut.groupby("visitor_id", sort=False)["moment"].diff()
    is_new = ~(gap <= SESSION_TIMEOUT_SECONDS * SECOND)
    cut = cut.assign(streak=is_new.cumsum())
    start = cut.groupby("streak")["moment"].transform("first")
    cut["part"] = (cut["moment"] - start) // (SESSION_CAP_DAYS * DAY)
    is_inside = ~is_new & (cut["part"] == cut["part"].shift())
    cut["gap"] = gap.where(is_inside).clip(upper=LONGEST_GAP_SECONDS * SECOND)
    for name, types in COUNTED.items():
        cut[name] = cut["event_type"].isin(types)
    pings = cut[cut["page_ping_count"]]
    bucket = pings["moment"] // (HEARTBEAT_SECONDS * SECOND)
    keys = ["streak", "part", "day"]
    days = cut.groupby(keys).agg(
        visitor_id=("visitor_id", "first"),
        user_key=("user_key", "last"),
        event_count=("moment", "size"),
        gap=("gap", "sum"),
        started=("moment", "min"),
        ended=("moment", "max"),
        **{name: (name, "sum") for name in COUNTED},
    )
    beats = bucket.groupby([pings[key] for key in keys]).nunique()
    days["heartbeat"] = beats.reindex(days.index).fillna(0) * HEARTBEAT_SECONDS * SECOND
    days = days.reset_index()
    session = [days["streak"], days["part"]]
    has_ping = days["page_ping_count"] > 0
    days["is_first_day"] = days["day"] == days["day"].groupby(session).transform("min")
    first_ping = days["day"].where(has_ping).groupby(session).transform("min")
    visit = (days["day"] == first_ping) * MINIMUM_VISIT_SECONDS * SECOND
    days["engaged"] = days["gap"].where(~has_ping, days["heartbeat"] + visit)
    return days


def with_customer(frame: pd.DataFrame, owners: pd.Series) -> pd.DataFrame:
    """The customer of rows: their user's, else their visitor's."""
    users = frame["user_key"].map(owners)
    return frame.assign(customer_id=users.fillna(frame["visitor_id"].map(owners)))


def sessions_of(days: pd.DataFrame, owners: pd.Series) -> pd.DataFrame:
    """Visitor sessions, put together from their days."""
    sums = ["event_count", *COUNTED, "engaged"]
    sessions = days.groupby(["streak", "part"]).agg(
        visitor_id=("visitor_id", "first"),
        user_key=("user_key", "last"),
        started=("started", "min"),
        ended=("ended", "max"),
        **{name: (name, "sum") for name in sums},
    )
    return with_customer(sessions, owners).assign(
        engaged_seconds=sessions["engaged"] / SECOND,
        has_login=sessions["user_key"].notna(),
        started_at=sessions["started"].astype("datetime64[us]"),
        ended_at=sessions["ended"].astype("datetime64[us]"),
    )


def orders_of(task: Task, owners: pd.Series) -> pd.DataFrame:
    """Orders with their customer, amounts in ten-thousandths."""
    lines = read(
        task.raw, "order_lines_*.parquet", LINE_TEXTS, LINE_NUMBERS, LINE_TIMES
    )
    content = lines.drop(columns="input_name").astype(str)
    content_hash = pd.util.hash_pandas_object(content, index=False).astype("string")
    number = content_hash.groupby([lines["input_name"], content_hash]).cumcount()
    line_id = id_of(lines["line_id"], "line_id")
    lines["line_id"] = line_id.fillna(content_hash + "-" + number.astype("string"))
    lines["order_id"] = id_of(lines["order_id"], "order_id")
    lines["status"] = lines["status"].str.lower().fillna("completed")
    limit = lines["received_at"].fillna(pd.Timestamp.now()) + FAR_AHEAD
    lines = lines[lines["order_id"].notna() & (lines["ordered_at"] <= limit)]
    lines = lines.sort_values(
        ["received_at", "quantity", "unit_price", "status"],
        ascending=[False, False, False, True],
    ).drop_duplicates(["order_id", "line_id"])
    products = lines.groupby(["product_id", "currency"], dropna=False)
    prices = lines["unit_price"].fillna(products["unit_price"].transform("median"))
    quantity, discount = lines["quantity"].fillna(1), lines["discount"].fillna(0)
    is_cancelled = lines["status"].isin(CANCELLED)
    email = id_of(lines["email"], "email").str.lower()
    email = email.where(email.str.contains(".@.", regex=True))
    customer = pseudonym_of(id_of(lines["user_id"], "user_id"), "user_id").map(owners)
    customer = customer.fillna(pseudonym_of(email, "email").map(owners))
    visitor = id_of(lines["anonymous_id"], "anonymous_id")
    customer = customer.fillna(pseudonym_of(visitor, "anonymous_id").map(owners))
    is_void = is_cancelled & (quantity > 0)
    amount = ((quantity * prices.fillna(0) - discount) * MONEY).round().astype("int64")
    return (
        lines.assign(
            customer_id=customer,
            amount=amount.mask(is_void, 0),
            discount=(discount * MONEY).round().astype("int64").mask(is_void, 0),
            is_purchase=(quantity > 0) & ~is_cancelled,
        )
        .groupby("order_id")
        .agg(
            customer_id=("customer_id", "min"),
            amount=("amount", "sum"),
            discount=("discount", "sum"),
            ordered_at=("ordered_at", "min"),
            is_purchase=("is_purchase", "any"),
        )
        .assign(day=lambda orders: orders["ordered_at"].astype("int64") // DAY)
    )


def features_of(
    days: pd.DataFrame, orders: pd.DataFrame, owners: pd.Series
) -> pd.DataFrame:
    """Features of all customers as of the day after the last one."""
    keys = ["customer_id", "day"]
    days = with_customer(days, owners).rename(columns={"is_first_day": "session_count"})
    behaviour = days.groupby(keys)[["session_count", *COUNTED, "engaged"]].sum()
    orders = orders[orders["customer_id"].notna()].rename(
        columns={"amount": "revenue", "is_purchase": "order_count"}
    )
    orders["sold_amount"] = orders["revenue"].where(orders["order_count"], 0)
    orders["discount"] = orders["discount"].where(orders["order_count"], 0)
    sums = ["order_count", "revenue", "sold_amount", "discount"]
    purchases = orders.groupby(keys)[sums].sum()
    customer_days = behaviour.join(purchases, how="outer").fillna(0).reset_index()
    as_of = customer_days["day"].max() + 1
    customer_days["age"] = as_of - customer_days["day"]
    customers = customer_days.groupby("customer_id")
    recent = customer_days[customer_days["age"] <= RECENT_DAYS]
    bought = customer_days[customer_days["order_count"] > 0]
    features = customers[[*behaviour.columns, *sums]].sum()
    windowed = recent.groupby("customer_id")[behaviour.columns.tolist()].sum()
    features = features.join(windowed.add_suffix("_90")).fillna(0)
    is_active = customer_days["age"] <= ACTIVE_DAYS
    features["recency_days"] = customers["age"].min()
    features["tenure_days"] = customers["age"].max()
    features["active_days_28"] = is_active.groupby(customer_days["customer_id"]).sum()
    features["order_recency_days"] = bought.groupby("customer_id")["age"].min()
    sold = features["sold_amount"] + features["discount"]
    features["page_views_per_session"] = ratio(
        features["page_view_count"], features["session_count"]
    )
    features["engaged_minutes_per_session"] = ratio(
        features["engaged"] / (60 * SECOND), features["session_count"]
    )
    features["average_order_value"] = ratio(
        features["sold_amount"] / MONEY, features["order_count"]
    )
    features["discount_ratio"] = ratio(features["discount"], sold)
    features["revenue"] /= MONEY
    return features.join(scores_of(features[features["order_count"] > 0])).reset_index()


def ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    """One number over another, 0 where there is nothing to divide by."""
    return (part / whole.where(whole != 0)).fillna(0)


def scores_of(buyers: pd.DataFrame) -> pd.DataFrame:
    """R, F and M of buyers: how many of four cuts a value reaches."""
    reached = pd.DataFrame(
        {
            score: np.sum(
                [buyers[name] >= buyers[name].quantile(at) + 1 for at in SCORE_CUTS],
                axis=0,
            )
            for score, name in MEASURES.items()
        },
        index=buyers.index,
    )
    return reached.assign(
        recency_score=5 - reached["recency_score"],
        frequency_score=1 + reached["frequency_score"],
        monetary_score=1 + reached["monetary_score"],
    )


def main() -> None:
    """Make the sessions and features, and write what each part took."""
    task = read_task(__doc__ or "")
    with task.part("identifiers"):
        owners = read_owners(task)
    with task.part("events"):
        raw = read(
            task.raw, "events_*.parquet", EVENT_TEXTS, EVENT_NUMBERS, EVENT_TIMES
        )
        events = validated_events(raw)
        del raw
        events[KEPT].to_parquet(task.out / "events.parquet", index=False)
    with task.part("verdicts"):
        used = used_events(events)
    with task.part("sessions"):
        days = session_days_of(used)
        sessions = sessions_of(days, owners)
    with task.part("orders"):
        orders = orders_of(task, owners)
    with task.part("features"):
        features = features_of(days, orders, owners)
    with task.part("results"):
        sessions.to_parquet(task.out / "sessions.parquet", index=False)
        features.to_parquet(task.out / "features.parquet", index=False)
    (task.out / "events.parquet").unlink()
    task.finish()


if __name__ == "__main__":
    main()
