"""The pages of each visit: what they are about and how long they stay open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from habitue.generation import catalogue as shop
from habitue.generation.personas import PERSONAS, page_mix_limits
from habitue.generation.plan import SECOND
from habitue.generation.visits import LONGEST_SECONDS, Visits

if TYPE_CHECKING:
    from habitue.generation.catalogue import Catalogue
    from habitue.generation.people import Floats, People
    from habitue.generation.text import Ints, Mask

SHORTEST_DWELL = 12.0
SHORT_VISIT_SECONDS = 900
DWELL_SPREAD = 0.7
LANDS_AT_HOME = 0.45
FAVOURITE_RATE = 0.6


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Page views of one chunk; every array has shape (n_pages,).

    Attributes:
        visit: Row of the visit.
        place: Position in the visit, from 0 on.
        opened_at: Microseconds since 1970.
        dwell: Seconds until the next page, at least 12.
        kind: One of the `PAGE_*` codes.
        url: Position in the addresses of the catalogue.
        product: Position in `PRODUCT_IDS`, or -1.
        category: Position in `CATEGORIES`, or -1.
        query: Position in `QUERIES`, or -1.
        is_known: The user is logged in.
        is_added: The product goes into the cart.
    """

    visit: Ints
    place: Ints
    opened_at: Ints
    dwell: Floats
    kind: Ints
    url: Ints
    product: Ints
    category: Ints
    query: Ints
    is_known: Mask
    is_added: Mask

    def __len__(self) -> int:
        return len(self.visit)


def draw_pages(
    people: People, visits: Visits, catalogue: Catalogue, rng: np.random.Generator
) -> Pages:
    """Draw the pages of all visits, in the order of the visits."""
    count = visits.page_count
    visit = np.repeat(np.arange(len(visits)), count)
    size = len(visit)
    first = np.cumsum(count) - count
    place = np.arange(size) - first[visit]
    person = visits.person[visit]
    persona = people.persona[person]
    reaches = visits.reaches_checkout[visit]
    left = count[visit] - place

    kind = _draw_kinds(persona, place, rng)
    # The last page before the cart shows what is bought.
    is_bait = reaches & (left == 3)  # noqa: PLR2004
    kind[is_bait] = shop.PAGE_PRODUCT
    kind[reaches & (left == 2)] = shop.PAGE_CART  # noqa: PLR2004
    kind[reaches & (left == 1)] = shop.PAGE_CHECKOUT
    product, category, query = _draw_subjects(people, person, kind, catalogue, rng)
    is_product = kind == shop.PAGE_PRODUCT
    added = is_product & (rng.random(size) < people.cart_rate[person])
    dwell, opened_at = _draw_times(people, visits, visit, first, rng)
    return Pages(
        visit=visit,
        place=place,
        opened_at=opened_at,
        dwell=dwell,
        kind=kind,
        url=_address(kind, product, category, query),
        product=product,
        category=category,
        query=query,
        is_known=place >= visits.login_page[visit],
        is_added=added | is_bait,
    )


def _draw_kinds(persona: Ints, place: Ints, rng: np.random.Generator) -> Ints:
    limits = page_mix_limits()
    # One sorted line of limits serves every persona: persona p owns [p, p + 1).
    line = (limits[:, :-1] + np.arange(len(PERSONAS))[:, None]).ravel()
    point = persona + rng.random(len(persona))
    kind = np.searchsorted(line, point, side="right") - persona * (limits.shape[1] - 1)
    return np.where(
        (place == 0) & (rng.random(len(persona)) < LANDS_AT_HOME), shop.PAGE_HOME, kind
    )


def _draw_subjects(
    people: People,
    person: Ints,
    kind: Ints,
    catalogue: Catalogue,
    rng: np.random.Generator,
) -> tuple[Ints, Ints, Ints]:
    size = len(kind)
    is_product, is_category = kind == shop.PAGE_PRODUCT, kind == shop.PAGE_CATEGORY
    likes = rng.random(size) < FAVOURITE_RATE
    category = np.where(likes, people.favourite[person], rng.integers(0, 8, size))
    # Uniform on the price ladder, bent to its cheap or dear end by the price level.
    rank = rng.random(size) ** people.price_level[person] * shop.PRODUCTS_PER_CATEGORY
    rank = np.minimum(rank.astype(np.int64), shop.PRODUCTS_PER_CATEGORY - 1)
    product = np.where(is_product, catalogue.by_price[category, rank], -1)
    query = rng.integers(0, len(shop.QUERIES), size)
    return (
        product,
        np.where(is_product | is_category, category, -1),
        np.where(kind == shop.PAGE_SEARCH, query, -1),
    )


def _address(kind: Ints, product: Ints, category: Ints, query: Ints) -> Ints:
    fixed = np.array(
        [
            shop.URL_HOME,
            shop.URL_CATEGORY,
            shop.URL_SEARCH,
            0,
            shop.URL_ACCOUNT,
            shop.URL_HELP,
            shop.URL_CART,
            shop.URL_CHECKOUT,
        ]
    )[kind]
    offset = np.where(kind == shop.PAGE_CATEGORY, category, np.maximum(product, 0))
    return fixed + np.where(kind == shop.PAGE_SEARCH, query, offset)


def _draw_times(
    people: People,
    visits: Visits,
    visit: Ints,
    first: Ints,
    rng: np.random.Generator,
) -> tuple[Floats, Ints]:
    """Dwell times, squeezed where a visit would outgrow its slot."""
    spread = rng.lognormal(0, DWELL_SPREAD, len(visit))
    excess = np.maximum(people.dwell[visits.person[visit]] * spread - SHORTEST_DWELL, 0)
    total = np.bincount(visit, weights=excess, minlength=len(visits))
    room = LONGEST_SECONDS - SHORTEST_DWELL * visits.page_count
    # Bursts leave less room: their visits follow each other every 48 minutes.
    squeeze = np.minimum(1, room / np.maximum(total, 1))
    short = visits.page_count == 3  # noqa: PLR2004
    squeeze = np.where(
        short, np.minimum(squeeze, SHORT_VISIT_SECONDS / np.maximum(total, 1)), squeeze
    )
    dwell = np.floor(SHORTEST_DWELL + excess * squeeze[visit])
    elapsed = np.cumsum(dwell) - dwell
    elapsed -= elapsed[first][visit]
    return dwell, visits.starts_at[visit] + elapsed.astype(np.int64) * SECOND
