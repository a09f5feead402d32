"""Orders and their lines: from visits that buy, and at the till."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from habitue.generation import catalogue as shop
from habitue.generation.people import APP, People
from habitue.generation.personas import parameter
from habitue.generation.plan import DAY, HOUR, SECOND, Plan

if TYPE_CHECKING:
    from habitue.generation.actions import Actions
    from habitue.generation.catalogue import Catalogue
    from habitue.generation.pages import Pages
    from habitue.generation.text import Ints, Mask
    from habitue.generation.visits import Visits

MOST_LINES = 5
CANCEL_RATE = 0.03
COMPLETED, CANCELLED, REFUNDED = range(3)
STATUSES = ("completed", "cancelled", "refunded")
WEB_CHANNEL, APP_CHANNEL, POS_CHANNEL = range(3)
CHANNELS = ("web", "app", "pos")
CASH = 3


@dataclass(frozen=True, kw_only=True)
class Orders:
    """Orders of one chunk; arrays of shape (n_orders,).

    Attributes:
        person: Row of the buyer.
        visit: Row of the visit, -1 at the till. Visits come first, in their order.
        is_known: Bought logged in or with a customer card.
        ordered_at: Microseconds since 1970.
        updated_at: Time of the last change of status.
        status: Position in `STATUSES`.
        channel: Position in `CHANNELS`.
        payment: Position in `PAYMENT_METHODS`.
        cents: Value of the lines after discounts.
    """

    person: Ints
    visit: Ints
    is_known: Mask
    ordered_at: Ints
    updated_at: Ints
    status: Ints
    channel: Ints
    payment: Ints
    cents: Ints

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Order lines, by order; arrays of shape (n_lines,).

    Attributes:
        order: Row of the order.
        number: Number of the line in its order, from 1 on.
        product: Position in `PRODUCT_IDS`.
        quantity: Pieces.
        cents: Price of one piece.
        discount: Cents off the whole line.
    """

    order: Ints
    number: Ints
    product: Ints
    quantity: Ints
    cents: Ints
    discount: Ints

    def __len__(self) -> int:
        return len(self.order)


def draw_orders(
    plan: Plan,
    people: People,
    rng: np.random.Generator,
    *,
    visits: Visits,
    pages: Pages,
    actions: Actions,
    catalogue: Catalogue,
) -> tuple[Orders, Lines]:
    """Turn the carts of buying visits into orders and add purchases at the till."""
    checkout = np.flatnonzero(
        (pages.kind == shop.PAGE_CHECKOUT) & visits.buys[pages.visit]
    )
    visit = pages.visit[checkout]
    till_person, till_at = _draw_till(plan, people, rng)
    tills = len(till_person)
    person = np.concatenate([visits.person[visit], till_person])
    ordered_at = np.concatenate([pages.opened_at[checkout] + 9 * SECOND, till_at])
    size = len(person)

    order, product, quantity = _cart_lines(visits, pages, actions, visit)
    till_lines = rng.integers(1, 4, tills)
    order = np.concatenate(
        [order, np.repeat(len(visit) + np.arange(tills), till_lines)]
    )
    count = int(till_lines.sum())
    product = np.concatenate([product, rng.integers(0, shop.PRODUCT_COUNT, count)])
    quantity = np.concatenate([quantity, np.ones(count, np.int64)])
    lines = _priced(
        people,
        catalogue,
        rng,
        person=person,
        order=order,
        product=product,
        quantity=quantity,
    )
    value = np.bincount(
        order, weights=lines.quantity * lines.cents - lines.discount, minlength=size
    )

    persona = people.persona[person]
    draw = rng.random(size)
    refund = parameter("refund_rate")[persona]
    status = np.where(draw < refund, REFUNDED, COMPLETED)
    status = np.where(draw > 1 - CANCEL_RATE, CANCELLED, status)
    later = np.where(
        status == REFUNDED,
        rng.integers(2 * DAY, 20 * DAY, size),
        rng.integers(HOUR, DAY, size),
    )
    channel = np.where(visits.channel[visit] == APP, APP_CHANNEL, WEB_CHANNEL)
    channel = np.concatenate([channel, np.full(tills, POS_CHANNEL)])
    paid_online = rng.choice(np.array([0, 0, 0, 1, 1, 2]), size)
    paid_in_store = np.where(rng.random(size) < 0.4, CASH, 0)  # noqa: PLR2004
    return (
        Orders(
            person=person,
            visit=np.concatenate([visit, np.full(tills, -1)]),
            is_known=np.concatenate([pages.is_known[checkout], till_at > 0]),
            ordered_at=ordered_at,
            updated_at=np.where(status == COMPLETED, ordered_at, ordered_at + later),
            status=status,
            channel=channel,
            payment=np.where(channel == POS_CHANNEL, paid_in_store, paid_online),
            cents=value.astype(np.int64),
        ),
        lines,
    )


def _draw_till(
    plan: Plan, people: People, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Purchases with a customer card during opening hours."""
    span = people.end_day - people.first_day
    mean = parameter("store_orders_per_month")[people.persona] * span / 30
    count = rng.poisson(mean * plan.intensity * people.has_account)
    person = np.repeat(np.arange(len(people)), count)
    day = people.first_day[person] + rng.integers(0, span[person])
    return person, plan.origin + day * DAY + rng.integers(9 * HOUR, 19 * HOUR, len(day))


def _cart_lines(
    visits: Visits, pages: Pages, actions: Actions, visit: Ints
) -> tuple[Ints, Ints, Ints]:
    """The first five additions of each buying visit: order, product, quantity."""
    visit_of = pages.visit[actions.page]
    added = np.flatnonzero((actions.kind == shop.KIND_ADD) & visits.buys[visit_of])
    added = added[np.argsort(actions.page[added], kind="stable")]
    order = np.searchsorted(visit, visit_of[added])
    kept = _rank(order) < MOST_LINES
    added = added[kept]
    return order[kept], actions.product[added], actions.detail[added]


def _priced(
    people: People,
    catalogue: Catalogue,
    rng: np.random.Generator,
    *,
    person: Ints,
    order: Ints,
    product: Ints,
    quantity: Ints,
) -> Lines:
    cents = catalogue.cents[product]
    share = parameter("discount_share")[people.persona[person[order]]]
    percent = np.where(
        rng.random(len(order)) < share,
        rng.choice(np.array([10, 20, 30]), len(order)),
        0,
    )
    return Lines(
        order=order,
        number=_rank(order) + 1,
        product=product,
        quantity=quantity,
        cents=cents,
        discount=cents * quantity * percent // 100,
    )


def _rank(group: Ints) -> Ints:
    """Place of each row in its group, from 0 on; groups are sorted."""
    if not len(group):
        return group
    starts = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    sizes = np.diff(starts, append=len(group))
    return np.arange(len(group)) - np.repeat(starts, sizes)
