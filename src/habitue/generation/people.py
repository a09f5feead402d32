"""The persons of a chunk, their accounts, browsers, devices and households."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from habitue.generation.personas import (
    CHURN_SILENCE,
    NEW_TENURE,
    PERSONAS,
    parameter,
    persona_index,
)
from habitue.generation.plan import HOUR, MINUTE, Plan

if TYPE_CHECKING:
    from habitue.generation.text import Ints, Mask

Floats = NDArray[np.float64]

LAPTOP, PHONE, APP = range(3)
CHANNEL_COUNT = 3

# Coefficient of variation 0.38 of how often persons of one persona do something.
HABIT_SHAPE = 7.0
HIGHEST_RATE = 0.95

HOUSEHOLD_RATE = 0.08
PHONE_RATE = 0.5
APP_RATE = 0.55
LAPTOP_WITH_DEVICE_RATE = 0.2
SKEWED_CLOCK_RATE = 0.03
EMAIL_SPELLINGS = 3
COOKIE_LIFE_DAYS = (40, 200)

_FIRST_NAMES = ("ana", "ben", "cleo", "dan", "eva", "finn", "gus", "hana")


@dataclass(frozen=True, kw_only=True)
class People:
    """Persons of one chunk; every array has shape (n_persons,) unless stated.

    Attributes:
        number: Number of the person in the whole run.
        persona: Position in `PERSONAS`.
        is_treated: In the treatment arm of the experiment.
        weekly_sessions: Own mean visits a week.
        pages: Own mean pages a visit.
        dwell: Own median seconds on a page.
        price_level: Own exponent on the price rank.
        feature_rate: Own `Feature Used` events per page.
        cart_rate: Own probability that a product page ends in the cart.
        checkout_rate: Own probability that a visit reaches the checkout.
        first_day: First active day.
        end_day: Day after the last active one.
        has_account: May log in; the others stay guests for ever.
        has_app: Installed the app.
        has_phone: Also browses on a phone.
        sends_both: The laptop sends a device id along with its cookie.
        partner: Row of the person whose laptop and tablet they use too, or -1.
        slot_parity: 0 or 1 in a household (even or odd slots), else -1, so that two
            persons on one device are never there at once.
        cookie_days: Days a cookie lives.
        cookie_phase: Age of the first cookie, in days.
        skew: Clock error by channel, microseconds, shape (n_persons, 3).
        favourite: Preferred category.
        agent: User agent by channel, shape (n_persons, 3).
        burst: 0 none, 1 order burst, 2 view burst.
        burst_day: Day of the burst.
    """

    number: Ints
    persona: Ints
    is_treated: Mask
    weekly_sessions: Floats
    pages: Floats
    dwell: Floats
    price_level: Floats
    feature_rate: Floats
    cart_rate: Floats
    checkout_rate: Floats
    first_day: Ints
    end_day: Ints
    has_account: Mask
    has_app: Mask
    has_phone: Mask
    sends_both: Mask
    partner: Ints
    slot_parity: Ints
    cookie_days: Ints
    cookie_phase: Ints
    skew: Ints
    favourite: Ints
    agent: Ints
    burst: Ints
    burst_day: Ints

    def __len__(self) -> int:
        return len(self.number)


def draw_people(plan: Plan, chunk: int, rng: np.random.Generator) -> People:
    """Draw the persons of one chunk.

    Args:
        plan: The run.
        chunk: Number of the chunk.
        rng: Source of randomness of this chunk.
    """
    first = chunk * plan.persons_per_chunk
    number = np.arange(first, min(first + plan.persons_per_chunk, plan.customers))
    size = len(number)
    persona = _draw_personas(size, rng)
    first_day, end_day = _draw_tenure(persona, plan.days, rng)
    partner, parity = _draw_households(size, rng)
    shares = parity >= 0
    has_account = (rng.random(size) < parameter("account_share")[persona]) | shares
    burst, burst_day = _draw_bursts(
        plan, has_account & ~shares, first_day, end_day, rng
    )
    skewed = rng.random((size, CHANNEL_COUNT)) < SKEWED_CLOCK_RATE
    skew = rng.integers(10 * MINUTE, 6 * HOUR, (size, CHANNEL_COUNT))
    skew *= rng.choice(np.array([-1, 1]), (size, CHANNEL_COUNT))
    agent = np.stack(
        [
            rng.choice(np.array([0, 0, 1, 2]), size),
            rng.choice(np.array([3, 3, 3, 4, 4, 4, 4, 5]), size),
            rng.choice(np.array([6, 7]), size),
        ],
        axis=1,
    )
    return People(
        number=number,
        persona=persona,
        is_treated=arm_hash(number, plan.seed),
        weekly_sessions=parameter("sessions_per_week")[persona]
        * rng.gamma(HABIT_SHAPE, 1 / HABIT_SHAPE, size),
        pages=parameter("pages_per_session")[persona]
        * rng.lognormal(-0.015, 0.17, size),
        dwell=parameter("dwell_seconds")[persona] * rng.lognormal(0, 0.15, size),
        price_level=parameter("price_level")[persona] * rng.lognormal(0, 0.2, size),
        feature_rate=_own_rate("feature_rate", persona, rng),
        cart_rate=_own_rate("cart_rate", persona, rng),
        checkout_rate=_own_rate("checkout_rate", persona, rng),
        first_day=first_day,
        end_day=end_day,
        has_account=has_account,
        has_app=has_account & (rng.random(size) < APP_RATE),
        has_phone=rng.random(size) < PHONE_RATE,
        sends_both=rng.random(size) < LAPTOP_WITH_DEVICE_RATE,
        partner=partner,
        slot_parity=parity,
        cookie_days=rng.integers(*COOKIE_LIFE_DAYS, size),
        cookie_phase=rng.integers(0, COOKIE_LIFE_DAYS[0], size),
        skew=np.where(skewed, skew, 0),
        favourite=rng.integers(0, 8, size),
        agent=agent,
        burst=burst,
        burst_day=burst_day,
    )


def arm_hash(number: Ints, seed: int) -> Mask:
    """Whether each person is in the treatment arm: a hash, not a draw."""
    mixed = number.astype(np.uint64) + np.uint64((seed * 2 + 1) % 2**63)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return (mixed >> np.uint64(63)).astype(np.bool_)


def user_ids(number: Ints) -> pa.Array:
    """User ids; they come in pairs that differ in upper and lower case only."""
    return pa.array(
        [f"{'Cc'[person % 2]}{(person + 1) // 2:06d}" for person in number.tolist()]
    )


def emails(number: Ints, spelling: int = 0) -> list[str]:
    """E-mail addresses; spellings 1 and 2 carry case and space noise."""
    plain = [f"{_FIRST_NAMES[person % 8]}{person}@mail.example" for person in number]
    if spelling == 1:
        return [address.title() for address in plain]
    return [f" {address.upper()}" for address in plain] if spelling else plain


def addresses(number: Ints) -> pa.Array:
    """IP address of each person, from the private range."""
    return pa.array(
        [f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in number.tolist()]
    )


def _draw_personas(size: int, rng: np.random.Generator) -> Ints:
    """Shares hold in every chunk: whole parts first, the rest drawn, then shuffled."""
    share = parameter("share")
    counts = np.floor(share * size).astype(np.int64)
    rest = share * size - counts
    missing = size - int(counts.sum())
    extra = (
        rng.choice(len(PERSONAS), missing, replace=False, p=rest / rest.sum())
        if (missing)
        else np.empty(0, dtype=np.int64)
    )
    counts[extra] += 1
    return rng.permutation(np.repeat(np.arange(len(PERSONAS)), counts))


def _own_rate(field: str, persona: Ints, rng: np.random.Generator) -> Floats:
    own = parameter(field)[persona] * rng.gamma(
        HABIT_SHAPE, 1 / HABIT_SHAPE, len(persona)
    )
    return np.minimum(own, HIGHEST_RATE)


def _draw_tenure(
    persona: Ints, days: int, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    size = len(persona)
    joined_later = rng.random(size) < 0.2  # noqa: PLR2004
    first = np.where(joined_later, rng.random(size) * 0.4 * days, 0).astype(np.int64)
    end = np.full(size, days)
    is_new = persona == persona_index("new")
    newest = np.ceil(days * (1 - NEW_TENURE * rng.random(size))).astype(np.int64)
    first = np.where(is_new, np.minimum(newest, days - 1), first)
    is_churned = persona == persona_index("churned")
    first = np.where(is_churned, first // 4, first)
    stop = ((1 - CHURN_SILENCE) * days * (0.6 + 0.4 * rng.random(size))).astype(
        np.int64
    )
    end = np.where(is_churned, np.maximum(stop, first + 1), end)
    return first, end


def _draw_households(size: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Pair neighbours; the second of a pair uses the first one's devices too."""
    pairs = size // 2
    is_pair = rng.random(pairs) < HOUSEHOLD_RATE
    if pairs:
        is_pair[rng.integers(pairs)] = True
    partner = np.full(size, -1)
    parity = np.full(size, -1)
    firsts = 2 * np.flatnonzero(is_pair)
    partner[firsts + 1] = firsts
    parity[firsts] = 0
    parity[firsts + 1] = 1
    return partner, parity


def _draw_bursts(
    plan: Plan,
    may: Mask,
    first_day: Ints,
    end_day: Ints,
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    """A few persons in each chunk have one wild day."""
    size = len(may)
    burst = np.zeros(size, dtype=np.int64)
    candidates = np.flatnonzero(may & (end_day - first_day > 1))
    wanted = min(len(candidates), 2 if size >= 8 else 0)  # noqa: PLR2004
    chosen = rng.choice(candidates, wanted, replace=False) if wanted else candidates[:0]
    burst[chosen] = 1 + np.arange(wanted) % 2
    day = first_day + ((end_day - first_day) * rng.random(size)).astype(np.int64)
    # Not on the day on which everybody comes: the two would hide each other.
    is_spike = np.isin(day, plan.spike_days)
    return burst, np.where(is_spike, np.maximum(day - 1, first_day), day)
