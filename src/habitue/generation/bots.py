"""Robots: crawlers that say so, and scrapers only their pace gives away."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from habitue.generation import catalogue as shop
from habitue.generation.pages import Pages
from habitue.generation.plan import DAY, MINUTE, SECOND, Plan
from habitue.generation.visits import NEVER, Visits

if TYPE_CHECKING:
    from habitue.generation.text import Ints

CRAWLER, RATE_BOT = 1, 2
CRAWLER_PAGES = (12, 30)
RATE_PER_MINUTE = (202, 210)
RATE_MINUTES = 3
PERSONS_PER_CRAWLER = 250
_FIRST_COOKIE = 2**39

Columns = TypeVar("Columns", Visits, Pages)


def draw_bots(
    plan: Plan, chunk: int, persons: int, first_visit: int, rng: np.random.Generator
) -> tuple[Visits, Pages]:
    """Draw the robots of one chunk: their visits and pages.

    A crawler takes a page every 5 to 40 seconds. A rate bot takes over 200 pages in
    each of three clock minutes, no address twice within a second.

    Args:
        plan: The run.
        chunk: Number of the chunk.
        persons: Number of persons in the chunk.
        first_visit: Row the first visit gets when appended to those of the persons.
        rng: Source of randomness of this chunk.
    """
    crawlers = 3 + persons // PERSONS_PER_CRAWLER
    size = crawlers + 1
    paces = rng.integers(*RATE_PER_MINUTE, RATE_MINUTES)
    count = np.append(rng.integers(*CRAWLER_PAGES, crawlers), paces.sum())
    minute = rng.integers(0, plan.days * DAY // MINUTE - 60, size)
    starts_at = plan.origin + minute * MINUTE + SECOND // 10
    after = [np.cumsum(rng.integers(5, 40, pages)) * SECOND for pages in count[:-1]]
    steps = [
        nth * MINUTE + np.arange(pace) * (MINUTE - SECOND) // pace
        for nth, pace in enumerate(paces)
    ]
    visit = np.repeat(np.arange(size), count)
    opened_at = starts_at[visit] + np.concatenate([*after, *steps])
    first = np.cumsum(count) - count
    place = np.arange(len(visit)) - first[visit]
    # One after the other through the catalogue: no address twice within a second.
    product = (place + rng.integers(0, shop.PRODUCT_COUNT, size)[visit]) % (
        shop.PRODUCT_COUNT
    )
    none = np.zeros(size, dtype=np.int64)
    visits = Visits(
        person=none,
        owner=none,
        channel=none,
        day=(starts_at - plan.origin) // DAY,
        starts_at=starts_at,
        cookie=_FIRST_COOKIE + chunk * 1024 + np.arange(size),
        device=none - 1,
        page_count=count,
        login_page=none + NEVER,
        reaches_checkout=none > 0,
        buys=none > 0,
        is_exposed=none > 0,
        campaign=none - 1,
        late_by=none,
        latency=none + 100_000,
        skew=none,
        agent=np.append(
            rng.choice(np.array(shop.CRAWLER_AGENTS), crawlers), shop.ORDINARY_AGENT
        ),
        address=persons + np.arange(size),
        bot=np.append(none[1:] + CRAWLER, RATE_BOT),
    )
    return visits, _pages_of(visit + first_visit, place, opened_at, product)


def append(persons: Columns, robots: Columns) -> Columns:
    """Both sets of rows, persons first."""
    joined = {
        field.name: np.concatenate(
            [getattr(persons, field.name), getattr(robots, field.name)]
        )
        for field in fields(persons)
    }
    return type(persons)(**joined)


def _pages_of(visit: Ints, place: Ints, opened_at: Ints, product: Ints) -> Pages:
    size = len(visit)
    return Pages(
        visit=visit,
        place=place,
        opened_at=opened_at,
        dwell=np.ones(size),
        kind=np.full(size, shop.PAGE_PRODUCT),
        url=product,
        product=product,
        category=product // shop.PRODUCTS_PER_CATEGORY,
        query=np.full(size, -1),
        is_known=np.zeros(size, dtype=np.bool_),
        is_added=np.zeros(size, dtype=np.bool_),
    )
