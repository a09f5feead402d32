"""What every customer did, a list per kind: what a second reading of features reads.

It comes from the events, sessions, orders and lines that other tests hold against
readings of their own. A life is all that one customer did.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from warehouse import Warehouse


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


def lives_of(warehouse: Warehouse, zone: ZoneInfo) -> dict[UUID, Life]:
    """The lives of all customers, on the days of a time zone."""
    reader = _Reader(warehouse, zone)
    reader.read_session_days()
    reader.read_events()
    reader.read_sessions()
    reader.read_items()
    reader.read_orders()
    return reader.lives


class _Reader:
    """Puts what happened into the life of whoever did it."""

    def __init__(self, warehouse: Warehouse, zone: ZoneInfo) -> None:
        self.warehouse = warehouse
        self.zone = zone
        self.lives: dict[UUID, Life] = defaultdict(Life)
        self.customers: dict[UUID, UUID] = dict(
            warehouse.query(
                "select pseudonym, customer_id from marts.customer_identifiers"
            )
        )
        self.session_customers: dict[tuple[UUID, date], UUID] = {}
        self.visitor_users: dict[tuple[UUID, date], UUID] = {}

    def local(self, at: datetime) -> datetime:
        return at.replace(tzinfo=UTC).astimezone(self.zone)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.warehouse.query(sql)

    def read_session_days(self) -> None:
        """A session's day is that of the user last seen in it, else the visitor's."""
        for session, visitor, day, user in self.rows(
            "select session_id, visitor_id, activity_date, user_key "
            "from intermediate.int_session_days__measured order by ended_at"
        ):
            self.session_customers[session, day] = self.customers[user or visitor]
            if user:
                self.visitor_users[visitor, day] = user

    def read_events(self) -> None:
        for session, hour, event_type, count in self.rows(
            "select session_id, date_trunc('hour', occurred_at), event_type, count(*) "
            "from marts.events group by 1, 2, 3"
        ):
            day = self.local(hour).date()
            life = self.lives[self.session_customers[session, day]]
            life.events.append(Events(day, event_type, count))

    def read_sessions(self) -> None:
        """How a session came counts as it was known on the day that it began."""
        for session, day, seconds in self.rows(
            "select session_id, activity_date, engaged_seconds "
            "from intermediate.int_session_days__engaged"
        ):
            life = self.lives[self.session_customers[session, day]]
            life.engagements.append(Engagement(day, seconds))
        for session, at, channel, device, is_untold in self.rows(
            "select session_id, sessions.started_at, traffic_channel, device_type, "
            "coalesce(days.referrer_host, days.utm_source, days.utm_medium, "
            "days.utm_campaign) is null from marts.sessions "
            "inner join intermediate.int_session_days__engaged as days "
            "using (session_id) where days.is_first_day"
        ):
            start = self.local(at)
            life = self.lives[self.session_customers[session, start.date()]]
            came = "Direct" if is_untold else channel
            life.sessions.append(Session(start.date(), start.hour, came, device))

    def read_items(self) -> None:
        """An event's own user did it, else the user last known on the visitor's day."""
        for visitor, user, event_type, category, feature, rating, at in self.rows(
            "select visitor_id, user_key, event_type, category, feature_name, "
            "quantity, occurred_at from intermediate.int_events__accepted "
            "where event_type in "
            "('product_view', 'add_to_cart', 'feature_use', 'feedback')"
        ):
            day = self.local(at).date()
            who = user or self.visitor_users.get((visitor, day)) or visitor
            name = feature if event_type == "feature_use" else category
            item = Item(day, event_type, name, rating, at)
            self.lives[self.customers[who]].items.append(item)

    def read_orders(self) -> None:
        """A cancelled line is nothing; a negative one takes back, cancelled or not."""
        pieces: dict[UUID, Decimal] = defaultdict(Decimal)
        discounts: dict[UUID, Decimal] = defaultdict(Decimal)
        for (
            customer,
            order,
            at,
            category,
            quantity,
            discount,
            is_cancelled,
        ) in self.rows(
            "select customer_id, order_key, ordered_at, category, quantity, discount, "
            "is_cancelled from marts.order_lines where customer_id is not null"
        ):
            if quantity > 0 and not is_cancelled:
                purchase = Purchase(self.local(at).date(), category)
                self.lives[customer].purchases.append(purchase)
            if quantity <= 0 or not is_cancelled:
                pieces[order] += quantity
                discounts[order] += discount
        for customer, key, at, is_sold, is_cancelled, amount in self.rows(
            "select customer_id, order_key, ordered_at, is_purchase, has_cancellation, "
            "amount from marts.orders where customer_id is not null"
        ):
            said = (is_sold, is_cancelled, amount, pieces[key], discounts[key])
            self.lives[customer].orders.append(
                Order(self.local(at).date(), at, key, *said)
            )
