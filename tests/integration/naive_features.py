"""customer_features and customer_outcomes read a second time, one customer at a time.

Slow, plain and written from the descriptions of the columns, not from the SQL. What is
known as of a date is the part of a life before that date.
"""

from __future__ import annotations

import cmath
import math
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import entropy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lives import Life, Session

Values = dict[str, Any]

YEAR_DAYS = 365.25
BROWSE_WINDOW = timedelta(days=30)
CHANNELS = {
    "direct": {"Direct"},
    "organic": {"Organic Search", "Organic Social"},
    "paid": {"Paid Search", "Paid Social", "Display"},
    "email": {"Email"},
}
DEVICES = {"mobile": {"mobile", "tablet"}, "desktop": {"desktop"}}
HOURS = {
    "night": range(6),
    "morning": range(6, 12),
    "afternoon": range(12, 18),
    "evening": range(18, 24),
}
COUNTED_EVENTS = {
    "search_count_90": {"search"},
    "product_view_count_90": {"product_view"},
    "add_to_cart_count_90": {"add_to_cart"},
    "checkout_count_90": {"begin_checkout"},
    "feature_use_count_90": {"feature_use"},
    "support_contact_count_90": {"support_ticket", "support_chat"},
    "email_click_count_90": {"email_click"},
}


@dataclass(frozen=True)
class Known:
    """What is known of a customer at the start of a day."""

    as_of: date
    past: Life

    def last(self, days: int) -> Life:
        return self.past.between(self.as_of - timedelta(days=days), self.as_of)

    @cached_property
    def recent(self) -> Life:
        return self.last(90)

    @property
    def tenure_days(self) -> int:
        return (self.as_of - min(self.past.active_days)).days


def share(part: float | Decimal, whole: float | Decimal) -> float | None:
    """A part of a whole, nothing where there is no whole."""
    return float(part / whole) if whole else None


def ratio(part: float | Decimal, whole: float | Decimal) -> float:
    """A part of a whole, 0 where there is no whole."""
    return share(part, whole) or 0.0


def timing(known: Known) -> Values:
    return {
        "recency_days": (known.as_of - max(known.past.active_days)).days,
        "tenure_days": known.tenure_days,
        "active_days_7": len(known.last(7).active_days),
        "active_days_28": len(known.last(28).active_days),
        "active_days_90": len(known.recent.active_days),
    }


def counts(known: Known) -> Values:
    return {
        **{name: known.recent.count(*kinds) for name, kinds in COUNTED_EVENTS.items()},
        "session_count_90": len(known.recent.sessions),
        "order_count_90": len(known.recent.sold),
        "support_contact_count": known.past.count("support_ticket", "support_chat"),
        "feedback_count": known.past.count("feedback"),
        "order_count": len(known.past.sold),
    }


def rates(known: Known) -> Values:
    weeks = max(min(known.tenure_days, 28), 7) / 7
    months = max(min(known.tenure_days, 90), 30) / 30
    return {
        "sessions_per_week": len(known.last(28).sessions) / weeks,
        "sessions_per_month": len(known.recent.sessions) / months,
    }


def trend(known: Known) -> Values:
    last = len(known.last(28).active_days)
    before = len(known.last(56).active_days) - last
    return {"activity_trend": share(last - before, last + before)}


def season(known: Known) -> Values:
    """The mean of points on the unit circle, one for every active day."""
    points = [
        cmath.exp(2j * math.pi * day.timetuple().tm_yday / YEAR_DAYS)
        for day in known.past.active_days
    ]
    index = abs(sum(points)) / len(points) if known.tenure_days >= 365 else None
    return {"seasonality_index": index}


def depth(known: Known) -> Values:
    sessions = len(known.past.sessions)
    seconds = sum(row.seconds for row in known.past.engagements)
    return {
        "page_views_per_session": ratio(
            known.past.count("page_view", "screen_view"), sessions
        ),
        "engaged_minutes_per_session": ratio(seconds / 60, sessions),
    }


def carts(known: Known) -> Values:
    days = {row.day for row in known.recent.events if row.event_type == "add_to_cart"}
    abandoned = days - {order.day for order in known.recent.sold}
    return {"cart_abandonment_ratio_90": share(len(abandoned), len(days))}


def variety(known: Known) -> Values:
    features = Counter(
        item.name
        for item in known.recent.items
        if item.event_type == "feature_use" and item.name is not None
    )
    categories = Counter(
        item.name
        for item in known.recent.items
        if item.event_type in {"product_view", "add_to_cart"} and item.name is not None
    ) + Counter(bought.category for bought in known.recent.purchases if bought.category)
    return {
        "feature_breadth_90": len(features),
        "feature_entropy_90": evenness(features.values()),
        "category_breadth_90": len(categories),
        "category_entropy_90": evenness(categories.values()),
        "category_count": len({one.category for one in known.past.purchases} - {None}),
    }


def evenness(numbers: Iterable[int]) -> float | None:
    return _entropy(tuple(sorted(numbers)))


@cache
def _entropy(numbers: tuple[int, ...]) -> float | None:
    return float(entropy(numbers, base=2)) if numbers else None


def habits(known: Known) -> Values:
    days = known.recent.active_days
    sessions = known.recent.sessions
    kinds: dict[str, Callable[[Session], bool]] = {
        name: lambda session, found=found: session.channel in found
        for name, found in CHANNELS.items()
    }
    kinds |= {
        name: lambda session, found=found: session.device in found
        for name, found in DEVICES.items()
    }
    kinds |= {
        name: lambda session, found=found: session.hour in found
        for name, found in HOURS.items()
    }
    return {
        "weekend_ratio_90": share(sum(day.weekday() >= 5 for day in days), len(days)),
        **{
            f"{name}_session_ratio_90": share(sum(map(fits, sessions)), len(sessions))
            for name, fits in kinds.items()
        },
    }


def ratings(known: Known) -> Values:
    given = [
        item.rating
        for item in known.past.items
        if item.event_type == "feedback" and item.rating is not None
    ]
    return {"feedback_score": share(sum(given, Decimal(0)), len(given))}


def order_rhythm(known: Known) -> Values:
    days = [order.day for order in known.past.sold]
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    since_first = (known.as_of - days[0]).days if days else 0
    varies = len(gaps) >= 2 and any(gaps)
    return {
        "order_recency_days": (known.as_of - days[-1]).days if days else None,
        "orders_per_month": len(days) * 30 / max(since_first, 30) if days else None,
        "days_between_orders": float(np.mean(gaps)) if gaps else None,
        "order_interval_variation": (
            float(np.std(gaps, ddof=1) / np.mean(gaps)) if varies else None
        ),
    }


def browsing(known: Known) -> Values:
    """From the earliest view since the order before, of first ones in a category."""
    first_views: dict[tuple[date, str | None], datetime] = {}
    for item in known.past.items:
        if item.event_type == "product_view":
            earliest = first_views.get((item.day, item.name), item.at)
            first_views[item.day, item.name] = min(earliest, item.at)
    hours = []
    for earlier, order in pairwise((None, *known.past.sold)):
        views = [
            at
            for at in first_views.values()
            if at <= order.at <= at + BROWSE_WINDOW
            and (earlier is None or at > earlier.at)
        ]
        if views:
            hours.append((order.at - min(views)).total_seconds() / 3600)
    return {"browse_to_purchase_hours": share(math.fsum(hours), len(hours))}


def money(known: Known) -> Values:
    sold = known.past.sold
    amount = sum((order.amount for order in sold), Decimal(0))
    discount = sum((order.discount for order in sold), Decimal(0))
    cancelled = sum(order.has_cancellation for order in known.past.orders)
    either = sum(order.is_sold or order.has_cancellation for order in known.past.orders)
    return {
        "revenue": sum((order.amount for order in known.past.orders), Decimal(0)),
        "revenue_90": sum((order.amount for order in known.recent.orders), Decimal(0)),
        "average_order_value": ratio(amount, len(sold)),
        "items_per_order": share(sum(order.pieces for order in sold), len(sold)),
        "discount_ratio": ratio(discount, amount + discount),
        "refund_ratio": ratio(cancelled, either),
    }


FAMILIES = (
    timing,
    counts,
    rates,
    trend,
    season,
    depth,
    carts,
    variety,
    habits,
    ratings,
    order_rhythm,
    browsing,
    money,
)


def features_of(life: Life, as_of: date) -> Values | None:
    """Every feature of a customer, nothing before the first day."""
    known = Known(as_of, life.between(date.min, as_of))
    if not known.past.active_days:
        return None
    values: Values = {}
    for family in FAMILIES:
        values |= family(known)
    return values


def outcomes_of(life: Life, as_of: date, observed_until: date) -> Values:
    """What followed in 30, 60 and 90 days, nothing where they are not over."""
    values: Values = {}
    for days in (30, 60, 90):
        end = as_of + timedelta(days=days)
        after = life.between(as_of, end)
        revenue = sum((order.amount for order in after.orders), Decimal(0))
        known = {
            f"active_days_{days}": len(after.active_days),
            f"session_count_{days}": len(after.sessions),
            f"order_count_{days}": len(after.sold),
            f"revenue_{days}": revenue,
        }
        is_over = end <= observed_until
        values |= known if is_over else dict.fromkeys(known)
    return values


def spine_of(first_day: date, last_day: date, months: int) -> list[date]:
    """The day after the last, and month starts before it with days before them."""
    latest = last_day + timedelta(days=1)
    dates = [latest]
    start = latest.replace(day=1)
    while len(dates) <= months and start > first_day:
        if start < latest:
            dates.append(start)
        start = (start - timedelta(days=1)).replace(day=1)
    return dates
