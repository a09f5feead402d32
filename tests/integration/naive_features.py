"""customer_features and customer_outcomes read a second time, one customer at a time.

Slow, plain and written from the descriptions of the columns, not from the SQL. A life is
all that one customer did; what is known as of a date is the part of it before that date.
"""

from __future__ import annotations

import cmath
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.stats import entropy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from warehouse import Warehouse

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


class Events(NamedTuple):
    """Events of one type in one hour of a session."""

    day: date
    event_type: str
    count: int


class Session(NamedTuple):
    """A session, on the day that it began."""

    day: date
    hour: int
    channel: str
    device: str | None


class Engagement(NamedTuple):
    """Active time of a session on one of its days."""

    day: date
    seconds: Decimal


class Item(NamedTuple):
    """Something with a name that was looked at, put into the cart, used or rated."""

    day: date
    event_type: str
    name: str | None
    rating: Decimal | None
    at: datetime


class Order(NamedTuple):
    """An order, or a credit note; pieces and discount without cancelled lines."""

    day: date
    at: datetime
    key: UUID
    is_sold: bool
    has_cancellation: bool
    amount: Decimal
    pieces: Decimal
    discount: Decimal


class Purchase(NamedTuple):
    """A line of an order, sold."""

    day: date
    category: str | None


@dataclass
class Life:
    """All that one customer did in some time."""

    events: list[Events] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)

    def between(self, first: date, end: date) -> Life:
        """What was done from the first day on, before the end."""
        return Life(
            *(
                [row for row in getattr(self, kind.name) if first <= row.day < end]
                for kind in fields(self)
            )
        )

    @cached_property
    def active_days(self) -> set[date]:
        return {row.day for row in (*self.events, *self.orders)}

    @cached_property
    def sold(self) -> list[Order]:
        """Orders sold, the oldest first."""
        sold = [order for order in self.orders if order.is_sold]
        return sorted(sold, key=lambda order: (order.at, order.key))

    def count(self, *event_types: str) -> int:
        return sum(row.count for row in self.events if row.event_type in event_types)


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
    ) + Counter(
        bought.category for bought in known.recent.purchases if bought.category
    )
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
    previous = datetime.min
    for order in known.past.sold:
        views = [
            at
            for at in first_views.values()
            if previous < at <= order.at and order.at - at <= BROWSE_WINDOW
        ]
        if views:
            hours.append((order.at - min(views)).total_seconds() / 3600)
        previous = order.at
    return {"browse_to_purchase_hours": math.fsum(hours) / len(hours) if hours else None}


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
        known = {
            f"active_days_{days}": len(after.active_days),
            f"session_count_{days}": len(after.sessions),
            f"order_count_{days}": len(after.sold),
            f"revenue_{days}": sum((order.amount for order in after.orders), Decimal(0)),
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


def lives_of(warehouse: Warehouse, zone: ZoneInfo) -> dict[UUID, Life]:
    """The lives of all customers, on the days of a time zone."""

    def local(at: datetime) -> datetime:
        return at.replace(tzinfo=UTC).astimezone(zone)

    def day_of(at: datetime) -> date:
        return local(at).date()

    lives: dict[UUID, Life] = defaultdict(Life)
    customers = dict(
        warehouse.query("select pseudonym, customer_id from marts.customer_identifiers")
    )
    # A session's day belongs to the user last seen in it that day, else to the visitor.
    owners: dict[tuple[UUID, date], UUID] = {}
    # A visitor's day belongs to the user last known on it.
    users: dict[tuple[UUID, date], UUID] = {}
    for session, visitor, day, user in warehouse.query(
        "select session_id, visitor_id, activity_date, user_key "
        "from intermediate.int_session_days__measured order by ended_at"
    ):
        owners[session, day] = customers[user or visitor]
        if user:
            users[visitor, day] = user
    for session, hour, event_type, count in warehouse.query(
        "select session_id, date_trunc('hour', occurred_at), event_type, count(*) "
        "from marts.events group by 1, 2, 3"
    ):
        day = day_of(hour)
        lives[owners[session, day]].events.append(Events(day, event_type, count))
    for session, day, is_first, began_untold, start, channel, device, seconds in (
        warehouse.query(
            "select days.session_id, days.activity_date, days.is_first_day, "
            "coalesce(days.referrer_host, days.utm_source, days.utm_medium, "
            "days.utm_campaign) is null, sessions.started_at, "
            "sessions.traffic_channel, sessions.device_type, days.engaged_seconds "
            "from intermediate.int_session_days__engaged as days "
            "inner join marts.sessions using (session_id)"
        )
    ):
        life = lives[owners[session, day]]
        life.engagements.append(Engagement(day, seconds))
        if is_first:
            # How a session came counts as known on the day that it began.
            known = "Direct" if began_untold else channel
            life.sessions.append(Session(day, local(start).hour, known, device))
    for visitor, user, event_type, category, feature, rating, at in warehouse.query(
        "select visitor_id, user_key, event_type, category, feature_name, quantity, "
        "occurred_at from intermediate.int_events__accepted where event_type in "
        "('product_view', 'add_to_cart', 'feature_use', 'feedback')"
    ):
        day = day_of(at)
        who = customers[user or users.get((visitor, day)) or visitor]
        name = feature if event_type == "feature_use" else category
        lives[who].items.append(Item(day, event_type, name, rating, at))
    kept: dict[UUID, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for customer, order, at, category, quantity, discount, is_cancelled in (
        warehouse.query(
            "select customer_id, order_key, ordered_at, category, quantity, discount, "
            "is_cancelled from marts.order_lines where customer_id is not null"
        )
    ):
        if quantity > 0 and not is_cancelled:
            lives[customer].purchases.append(Purchase(day_of(at), category))
        if quantity <= 0 or not is_cancelled:
            kept[order].append((quantity, discount))
    for customer, at, key, *said in warehouse.query(
        "select customer_id, ordered_at, order_key, is_purchase, has_cancellation, "
        "amount from marts.orders where customer_id is not null"
    ):
        pieces = sum((line[0] for line in kept[key]), Decimal(0))
        discount = sum((line[1] for line in kept[key]), Decimal(0))
        order = Order(day_of(at), at, key, *said, pieces, discount)
        lives[customer].orders.append(order)
    return lives
