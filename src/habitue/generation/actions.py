"""What a visitor does on each page: heartbeats, cart, checkout, features, mail.

Offsets within a page are fixed and pages last 12 seconds or more, so two clean
events of one visitor, type and target are never closer than two seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from habitue.generation import catalogue as shop
from habitue.generation.catalogue import CAMPAIGN_EMAIL
from habitue.generation.personas import parameter
from habitue.generation.plan import MINUTE, SECOND

if TYPE_CHECKING:
    from habitue.generation.pages import Pages
    from habitue.generation.people import People
    from habitue.generation.text import Ints
    from habitue.generation.visits import Visits

VENDOR_RATE = 0.006
MAIL_RATE = 0.06
ORDER_EVENT_LOSS = 0.04
_OFFSETS = {
    shop.KIND_VIEW: 1 * SECOND,
    shop.KIND_SEARCH: 1 * SECOND,
    shop.KIND_ADD: 8 * SECOND,
    shop.KIND_REMOVE: 6 * SECOND,
    shop.KIND_CHECKOUT: 1 * SECOND,
    shop.KIND_ORDER: 9 * SECOND,
    shop.KIND_FEATURE: 5 * SECOND,
    shop.KIND_OPEN: -25 * SECOND,
    shop.KIND_CLICK: -3 * SECOND,
    shop.KIND_EXPERIMENT: 2 * SECOND,
    shop.KIND_VENDOR: 10 * SECOND,
}


@dataclass(frozen=True, kw_only=True)
class Actions:
    """Track events of one chunk; every array has shape (n_actions,).

    Attributes:
        page: Row of the page.
        kind: One of the `KIND_*` codes.
        happened_at: Microseconds since 1970.
        product: Position in `PRODUCT_IDS`, or -1.
        detail: Engaged seconds of a heartbeat, pieces of an addition, position in
            `FEATURES` of a feature, else 0.
    """

    page: Ints
    kind: Ints
    happened_at: Ints
    product: Ints
    detail: Ints

    def __len__(self) -> int:
        return len(self.page)


def draw_actions(
    people: People, visits: Visits, pages: Pages, rng: np.random.Generator
) -> Actions:
    """Draw the actions on all pages."""
    size = len(pages)
    person = visits.person[pages.visit]
    persona = people.persona[person]
    is_checkout = pages.kind == shop.PAGE_CHECKOUT
    buys = visits.buys[pages.visit]
    uses = rng.random(size) < people.feature_rate[person]
    known = np.flatnonzero(uses)
    breadth = parameter("feature_breadth")[persona[known]]
    offset = people.favourite[person[known]]
    feature = (rng.random(len(known)) * breadth).astype(np.int64) + offset
    added = np.flatnonzero(pages.is_added)
    extra = rng.poisson(parameter("extra_quantity")[persona[added]])
    loses_event = rng.random(size) < ORDER_EVENT_LOSS
    shares_list = pages.is_known & (pages.product >= 0)
    shares_list &= rng.random(size) < VENDOR_RATE

    parts: list[tuple[Ints, int, Ints | None]] = [
        (np.flatnonzero(pages.product >= 0), shop.KIND_VIEW, None),
        (np.flatnonzero(pages.query >= 0), shop.KIND_SEARCH, None),
        (added, shop.KIND_ADD, np.minimum(1 + extra, 9)),
        (np.flatnonzero(is_checkout), shop.KIND_CHECKOUT, None),
        (np.flatnonzero(is_checkout & buys & ~loses_event), shop.KIND_ORDER, None),
        (known, shop.KIND_FEATURE, feature % len(shop.FEATURES)),
        (
            np.flatnonzero(is_checkout & visits.is_exposed[pages.visit]),
            shop.KIND_EXPERIMENT,
            None,
        ),
        (np.flatnonzero(shares_list), shop.KIND_VENDOR, None),
    ]
    page = [part[0] for part in parts]
    kind = [np.full(len(rows), code) for rows, code, _ in parts]
    at = [pages.opened_at[rows] + _OFFSETS[code] for rows, code, _ in parts]
    product = [pages.product[rows] for rows, _, _ in parts]
    detail = [
        np.zeros(len(part[0]), np.int64) if part[2] is None else part[2]
        for part in parts
    ]
    for more in (
        _pings(pages, persona),
        _removals(visits, pages, rng),
        _mails(people, visits, rng),
    ):
        page.append(more.page)
        kind.append(more.kind)
        at.append(more.happened_at)
        product.append(more.product)
        detail.append(more.detail)
    return Actions(
        page=np.concatenate(page),
        kind=np.concatenate(kind),
        happened_at=np.concatenate(at),
        product=np.concatenate(product),
        detail=np.concatenate(detail),
    )


def _pings(pages: Pages, persona: Ints) -> Actions:
    """Heartbeats while reading: the n-th one says n intervals are engaged."""
    every = parameter("ping_every_seconds").astype(np.int64)[persona]
    engaged = pages.dwell * parameter("engaged_ratio")[persona]
    count = (engaged // every).astype(np.int64)
    page = np.repeat(np.arange(len(pages)), count)
    first = np.cumsum(count) - count
    seconds = (np.arange(len(page)) - first[page] + 1) * every[page]
    # Reading is spread over the dwell time, so the last heartbeat is still on the page.
    ratio = parameter("engaged_ratio")[persona[page]]
    after = (seconds / ratio * SECOND).astype(np.int64) - SECOND // 2
    return Actions(
        page=page,
        kind=np.full(len(page), shop.KIND_PING),
        happened_at=pages.opened_at[page] + after,
        product=np.full(len(page), -1),
        detail=seconds,
    )


def _removals(visits: Visits, pages: Pages, rng: np.random.Generator) -> Actions:
    """Half of those who give up at the checkout took the last product out again."""
    cart = np.flatnonzero((pages.kind == shop.PAGE_CART) & ~visits.buys[pages.visit])
    cart = cart[rng.random(len(cart)) < 0.5]  # noqa: PLR2004
    return Actions(
        page=cart,
        kind=np.full(len(cart), shop.KIND_REMOVE),
        happened_at=pages.opened_at[cart] + _OFFSETS[shop.KIND_REMOVE],
        # The page before the cart is the product page that filled it.
        product=pages.product[cart - 1],
        detail=np.ones(len(cart), np.int64),
    )


def _mails(people: People, visits: Visits, rng: np.random.Generator) -> Actions:
    """A newsletter visit begins with an opened mail and a click; some only open."""
    first = np.cumsum(visits.page_count) - visits.page_count
    clicked = np.flatnonzero(visits.campaign == CAMPAIGN_EMAIL)
    may = people.has_account[visits.person] & (people.burst[visits.person] == 0)
    may &= visits.late_by == 0
    opened = np.flatnonzero(may & (rng.random(len(visits)) < MAIL_RATE))
    visit = np.concatenate([clicked, clicked, opened])
    kind = np.repeat(
        [shop.KIND_CLICK, shop.KIND_OPEN, shop.KIND_OPEN],
        [len(clicked), len(clicked), len(opened)],
    )
    # Between two slots nobody is on the site: 100 minutes on, before the next one.
    at = (
        visits.starts_at[visit]
        + np.array(
            [0] * shop.KIND_OPEN + [_OFFSETS[shop.KIND_OPEN], _OFFSETS[shop.KIND_CLICK]]
        )[kind]
    )
    at[2 * len(clicked) :] += 72 * MINUTE
    return Actions(
        page=first[visit],
        kind=kind,
        happened_at=at,
        product=np.full(len(visit), -1),
        detail=np.zeros(len(visit), np.int64),
    )
