"""One chunk of persons and everything they did, drawn from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from habitue.generation.actions import Actions, draw_actions
from habitue.generation.bots import append, draw_bots
from habitue.generation.commerce import Lines, Orders, draw_orders
from habitue.generation.contacts import (
    Consents,
    Contacts,
    draw_consents,
    draw_contacts,
)
from habitue.generation.delivery import DUPLICATE, Delivery, deliver
from habitue.generation.pages import Pages, draw_pages
from habitue.generation.people import People, addresses, draw_people, emails, user_ids
from habitue.generation.plan import SECOND, Plan
from habitue.generation.text import Ints, short_ids
from habitue.generation.visits import NEVER, Visits, draw_visits

if TYPE_CHECKING:
    from habitue.generation.catalogue import Catalogue

RELOGIN_RATE = 0.04


@dataclass(frozen=True, kw_only=True)
class Names:
    """Texts of the identifiers, and the code of each visit into them.

    Attributes:
        users: User ids by person, then the empty text.
        emails: Three spellings after each other, each by person.
        cookies: Distinct cookies of the chunk.
        devices: Distinct devices of the chunk.
        sessions: Producer's session ids by visit.
        addresses: IP addresses by person, then by robot.
        cookie: Position in cookies of each visit, or -1.
        device: Position in devices of each visit, or -1.
    """

    users: pa.Array
    emails: pa.Array
    cookies: pa.Array
    devices: pa.Array
    sessions: pa.Array
    addresses: pa.Array
    cookie: Ints
    device: Ints


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """What was drawn for one chunk.

    Attributes:
        number: Number of the chunk.
        people: Its persons.
        visits: Their visits, then those of the robots.
        pages: Their pages, then those of the robots.
        actions: Track events of the persons.
        logins: Row of the page of each identifies call.
        spelling: Spelling of the e-mail in each identifies call, 0 to 2.
        orders: Orders.
        lines: Order lines.
        contacts: Support contacts.
        consents: Consent changes.
        names: Texts of the identifiers.
        page_delivery: How the pages arrive.
        action_delivery: How the track events arrive.
        login_delivery: How the identifies calls arrive.
    """

    number: int
    people: People
    visits: Visits
    pages: Pages
    actions: Actions
    logins: Ints
    spelling: Ints
    orders: Orders
    lines: Lines
    contacts: Contacts
    consents: Consents
    names: Names
    page_delivery: Delivery
    action_delivery: Delivery
    login_delivery: Delivery

    @property
    def event_count(self) -> int:
        """Delivered web rows: pages, track events and identifies calls."""
        return (
            len(self.page_delivery)
            + len(self.action_delivery)
            + len(self.login_delivery)
        )


def draw_chunk(plan: Plan, number: int, catalogue: Catalogue) -> Chunk:
    """Draw one chunk; it depends on its number and the plan only."""
    rng = np.random.default_rng(np.random.SeedSequence([plan.seed, number]))
    people = draw_people(plan, number, rng)
    visits = draw_visits(plan, people, rng)
    pages = draw_pages(people, visits, catalogue, rng)
    actions = draw_actions(people, visits, pages, rng)
    logins = _draw_logins(visits, pages, rng)
    orders, lines = draw_orders(
        plan,
        people,
        rng,
        visits=visits,
        pages=pages,
        actions=actions,
        catalogue=catalogue,
    )
    contacts = draw_contacts(people, visits, rng)
    consents = draw_consents(plan, people, visits, rng)
    bot_visits, bot_pages = draw_bots(plan, number, len(people), len(visits), rng)
    robots = len(bot_visits)
    visits, pages = append(visits, bot_visits), append(pages, bot_pages)
    return Chunk(
        number=number,
        people=people,
        visits=visits,
        pages=pages,
        actions=actions,
        logins=logins,
        spelling=rng.choice(np.array([0] * 8 + [1, 2]), len(logins)),
        orders=orders,
        lines=lines,
        contacts=contacts,
        consents=consents,
        names=_name(number, people, visits, robots),
        page_delivery=deliver(
            pages.opened_at, pages.visit, visits, chunk=number, rng=rng
        ),
        action_delivery=deliver(
            actions.happened_at,
            pages.visit[actions.page],
            visits,
            chunk=number,
            rng=rng,
        ),
        login_delivery=deliver(
            pages.opened_at[logins] + SECOND // 2,
            pages.visit[logins],
            visits,
            chunk=number,
            rng=rng,
            faults=(DUPLICATE,),
        ),
    )


def _draw_logins(visits: Visits, pages: Pages, rng: np.random.Generator) -> Ints:
    """Every login in mid-visit, and now and then one that starts a visit."""
    login = visits.login_page[pages.visit]
    starts = (login == 0) & (rng.random(len(pages)) < RELOGIN_RATE)
    is_login = (pages.place == login) & (login < NEVER)
    return np.flatnonzero(is_login & ((pages.place > 0) | starts))


def _name(chunk: int, people: People, visits: Visits, robots: int) -> Names:
    cookies, cookie = np.unique(visits.cookie, return_inverse=True)
    devices, device = np.unique(visits.device, return_inverse=True)
    # The first distinct value is -1, the missing one, wherever there is any.
    no_cookie, no_device = int(cookies[0] < 0), int(devices[0] < 0)
    numbers = np.append(people.number, 2**23 + chunk * 1024 + np.arange(robots))
    users = user_ids(people.number).to_pylist()
    listed = people.number.tolist()
    spellings = emails(listed) + emails(listed, 1) + emails(listed, 2)
    return Names(
        users=pa.array([*users, ""]),
        emails=pa.array(spellings),
        cookies=short_ids("a", cookies[no_cookie:]),
        devices=short_ids("d", devices[no_device:]),
        sessions=short_ids("s", np.arange(len(visits)) + chunk * 2**26),
        addresses=addresses(numbers),
        cookie=cookie - no_cookie,
        device=device - no_device,
    )
