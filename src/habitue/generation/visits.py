"""When persons visit, with which cookie or device, and how far each visit goes.

Every visit starts in a two-hour slot of its person's day and ends in its first 85
minutes, so two visits of one visitor are always more than 30 minutes apart, on the
wild days too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from habitue.generation import plan as calendar
from habitue.generation.catalogue import CAMPAIGN_EMAIL
from habitue.generation.people import APP, LAPTOP, PHONE, Floats, People
from habitue.generation.personas import (
    DRIFT_PERSONA,
    parameter,
    persona_index,
)
from habitue.generation.plan import DAY, MINUTE, SLOT, SLOTS_PER_DAY, Plan

if TYPE_CHECKING:
    from habitue.generation.text import Ints, Mask

LATEST_START = 45 * MINUTE
LONGEST_SECONDS = 2_400
MOST_PAGES = 25
NEVER = 99

PARTNER_DEVICE_RATE = 0.4
CAMPAIGN_RATE = 0.16
LATE_RATE = 0.006
BURST_ORDERS = 30
BURST_PAGES = 10
ORDER_BURST, VIEW_BURST = 1, 2
_COOKIES_PER_PERSON = 1_024
_COOKIES_PER_BROWSER = 512


@dataclass(frozen=True, kw_only=True)
class Visits:
    """Visits of one chunk; every array has shape (n_visits,).

    Attributes:
        person: Row of the person in the chunk.
        owner: Row of the person whose device it is.
        channel: 0 laptop, 1 phone browser, 2 app.
        day: Day number.
        starts_at: Microseconds since 1970.
        cookie: Number of the cookie in the whole run, or -1 in the app.
        device: Number of the device in the whole run, or -1.
        page_count: Pages, cart and checkout included.
        login_page: First page with a known user; 0 from the start, `NEVER` without.
        reaches_checkout: Ends with the cart and the checkout page.
        buys: Ends with an order.
        is_exposed: Saw the experiment.
        campaign: Position in `CAMPAIGNS`, or -1.
        late_by: Extra delay until the events are sent, microseconds, mostly 0.
        latency: Time on the wire, microseconds; constant in a visit, so a clock
            corrected by it keeps the distance of any two events.
        skew: Clock error of the device, microseconds.
        agent: Position in `USER_AGENTS`.
        address: Row of the person whose IP address it is; robots come after persons.
        bot: 0 a person, 1 a crawler, 2 a rate bot.
    """

    person: Ints
    owner: Ints
    channel: Ints
    day: Ints
    starts_at: Ints
    cookie: Ints
    device: Ints
    page_count: Ints
    login_page: Ints
    reaches_checkout: Mask
    buys: Mask
    is_exposed: Mask
    campaign: Ints
    late_by: Ints
    latency: Ints
    skew: Ints
    agent: Ints
    address: Ints
    bot: Ints

    def __len__(self) -> int:
        return len(self.person)


def draw_visits(plan: Plan, people: People, rng: np.random.Generator) -> Visits:
    """Draw all visits of a chunk, ordered by person and time."""
    person, day, slot = _draw_slots(plan, people, rng)
    regular = len(person)
    burst_person, burst_start = _burst_visits(plan, people)
    person = np.concatenate([person, burst_person])
    starts_at = np.concatenate(
        [
            plan.origin
            + day * DAY
            + slot * SLOT
            + rng.integers(0, LATEST_START, regular),
            burst_start,
        ]
    )
    order = np.lexsort((starts_at, person))
    person, starts_at = person[order], starts_at[order]
    day = (starts_at - plan.origin) // DAY
    size = len(person)
    is_burst = (people.burst[person] > 0) & (people.burst_day[person] == day)
    orders_wildly = is_burst & (people.burst[person] == ORDER_BURST)

    owner, channel = _choose_devices(people, person, rng)
    cookie, device = _identify_devices(people, owner, channel, day)
    reaches, buys, is_exposed = _draw_outcome(plan, people, person, day, rng)
    reaches = np.where(is_burst, orders_wildly, reaches)
    buys = np.where(is_burst, orders_wildly, buys)
    is_exposed &= reaches

    pages = 1 + rng.poisson(np.maximum(people.pages[person] - 1, 0.2))
    pages = np.where(is_burst, np.where(orders_wildly, 1, BURST_PAGES), pages)
    pages = np.minimum(pages, MOST_PAGES)
    campaign = np.where(rng.random(size) < CAMPAIGN_RATE, rng.integers(0, 3, size), -1)
    campaign[
        is_burst | ((campaign == CAMPAIGN_EMAIL) & ~people.has_account[person])
    ] = -1
    late_by = _draw_lateness(channel, is_burst, rng)
    return Visits(
        person=person,
        owner=owner,
        channel=channel,
        day=day,
        starts_at=starts_at,
        cookie=cookie,
        device=device,
        page_count=pages + 2 * reaches,
        login_page=_draw_logins(
            people,
            rng,
            person=person,
            channel=channel,
            pages=pages,
            must=reaches | is_burst,
        ),
        reaches_checkout=reaches,
        buys=buys,
        is_exposed=is_exposed,
        campaign=campaign,
        late_by=late_by,
        latency=rng.integers(40_000, 400_000, size),
        skew=people.skew[owner, channel],
        agent=people.agent[owner, channel],
        address=owner,
        bot=np.zeros(size, dtype=np.int64),
    )


def _draw_slots(
    plan: Plan, people: People, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Distinct (person, day, slot), none of them on a day of a burst."""
    drifts = (people.persona == persona_index(DRIFT_PERSONA)).astype(np.int64)
    begin = plan.exposure[drifts, people.first_day]
    length = plan.exposure[drifts, people.end_day] - begin
    mean = people.weekly_sessions / 7 * plan.intensity * length
    count = np.maximum(rng.poisson(mean), 1)
    person = np.repeat(np.arange(len(people)), count)
    position = begin[person] + length[person] * rng.random(len(person))
    day = np.empty(len(person), dtype=np.int64)
    for row in (0, 1):
        own = drifts[person] == row
        day[own] = np.searchsorted(plan.exposure[row], position[own], side="right") - 1
    # Rounding may put the very last moment on the day after the last.
    day = np.clip(day, people.first_day[person], people.end_day[person] - 1)
    odds = np.cumsum(calendar.SLOT_ODDS) / np.sum(calendar.SLOT_ODDS)
    slot = np.searchsorted(odds[:-1], rng.random(len(person)), side="right")
    parity = people.slot_parity[person]
    slot = np.where(parity >= 0, slot // 2 * 2 + parity, slot)
    key = np.unique((person * plan.days + day) * SLOTS_PER_DAY + slot)
    rest, slot = np.divmod(key, SLOTS_PER_DAY)
    person, day = np.divmod(rest, plan.days)
    quiet = (people.burst[person] == 0) | (people.burst_day[person] != day)
    return person[quiet], day[quiet], slot[quiet]


def _burst_visits(plan: Plan, people: People) -> tuple[Ints, Ints]:
    """One visit every 48 minutes (orders) or every two hours (views), all day."""
    persons, starts = [], []
    for kind, visits in ((ORDER_BURST, BURST_ORDERS), (VIEW_BURST, SLOTS_PER_DAY)):
        person = np.flatnonzero(people.burst == kind)
        midnight = plan.origin + people.burst_day[person] * DAY
        within = np.arange(visits) * (DAY // visits) + MINUTE
        persons.append(np.repeat(person, visits))
        starts.append((midnight[:, None] + within).ravel())
    return np.concatenate(persons), np.concatenate(starts)


def _choose_devices(
    people: People, person: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    size = len(person)
    app_share = parameter("app_share")[people.persona[person]] / 0.6
    in_app = people.has_app[person] & (rng.random(size) < np.minimum(app_share, 0.9))
    on_phone = people.has_phone[person] & (rng.random(size) < 0.45)  # noqa: PLR2004
    channel = np.where(in_app, APP, np.where(on_phone, PHONE, LAPTOP))
    partner = people.partner[person]
    borrows = (partner >= 0) & (rng.random(size) < PARTNER_DEVICE_RATE)
    # In a household the laptop is shared, or the tablet with the app on it.
    borrows &= (channel != APP) | people.has_app[np.maximum(partner, 0)]
    channel = np.where(borrows & (channel == PHONE), LAPTOP, channel)
    return np.where(borrows, partner, person), channel


def _identify_devices(
    people: People, owner: Ints, channel: Ints, day: Ints
) -> tuple[Ints, Ints]:
    number = people.number[owner]
    rotation = (day + people.cookie_phase[owner]) // people.cookie_days[owner]
    cookie = number * _COOKIES_PER_PERSON + channel * _COOKIES_PER_BROWSER
    cookie = np.where(channel == APP, -1, cookie + rotation % _COOKIES_PER_BROWSER)
    has_device = (channel == APP) | ((channel == LAPTOP) & people.sends_both[owner])
    device = np.where(has_device, number * 2 + (channel == LAPTOP), -1)
    return cookie, device


def _draw_outcome(
    plan: Plan, people: People, person: Ints, day: Ints, rng: np.random.Generator
) -> tuple[Mask, Mask, Mask]:
    """Checkout, order, and whether the visit falls into the experiment."""
    persona = people.persona[person]
    reaches = rng.random(len(person)) < people.checkout_rate[person]
    first, end = plan.experiment_days
    is_exposed = (day >= first) & (day < end)
    lift = np.where(
        is_exposed & people.is_treated[person], 1 + calendar.EXPERIMENT_EFFECT, 1.0
    )
    chance: Floats = parameter("purchase_rate")[persona] * lift
    return reaches, reaches & (rng.random(len(person)) < chance), is_exposed


def _draw_logins(
    people: People,
    rng: np.random.Generator,
    *,
    person: Ints,
    channel: Ints,
    pages: Ints,
    must: Mask,
) -> Ints:
    size = len(person)
    persona = people.persona[person]
    at_start = rng.random(size) < parameter("login_rate")[persona]
    # Two persons can only be told apart on one device if both log in.
    at_start |= (people.slot_parity[person] >= 0) & (rng.random(size) < 0.6)  # noqa: PLR2004
    later = rng.random(size) < parameter("late_login_rate")[persona]
    later |= must & (channel == APP)
    page = 1 + (rng.random(size) * np.maximum(pages - 1, 0)).astype(np.int64)
    later &= (page < pages) | must
    login = np.where(at_start, 0, np.where(later, page, NEVER))
    return np.where(people.has_account[person], login, NEVER)


def _draw_lateness(channel: Ints, is_burst: Mask, rng: np.random.Generator) -> Ints:
    """A few app visits were offline: all their events are sent days later."""
    candidates = np.flatnonzero((channel == APP) & ~is_burst)
    wanted = min(len(candidates), 3 + int(LATE_RATE * len(candidates)))
    late_by = np.zeros(len(channel), dtype=np.int64)
    chosen = rng.choice(candidates, wanted, replace=False) if wanted else candidates
    late_by[chosen] = rng.integers(3 * DAY + MINUTE, 9 * DAY, len(chosen))
    return late_by
