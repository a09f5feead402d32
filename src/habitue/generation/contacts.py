"""Support contacts and consents."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.generation.personas import parameter
from habitue.generation.plan import DAY, MINUTE, SECOND, Plan

if TYPE_CHECKING:
    from habitue.generation.people import Floats, People
    from habitue.generation.text import Ints, Mask
    from habitue.generation.visits import Visits

TICKET, CHAT, FEEDBACK = range(3)
CONTACT_ODDS = (0.4, 0.35, 0.25)
TICKET_STATUSES = ("open", "solved", "closed")
TICKET_CHANNELS = ("email", "phone", "form")

PURPOSES = ("analytics", "personalisation", "marketing", "sale")
CONSENT_STATUSES = ("granted", "denied")
GRANTED, DENIED = range(2)
POLICY_VERSIONS = ("2024-06", "2025-03")
# How many grant each purpose when first asked.
GRANT_RATES = (0.95, 0.85, 0.6, 0.25)
ASKED_FOR_ALL_RATE = 0.35
CHAT_LOGIN_RATE = 0.6
WITHDRAWAL_RATE = 0.06


class Contacts(NamedTuple):
    """Support contacts of one chunk; arrays of shape (n_contacts,).

    Attributes:
        visit: Row of the visit that led to it.
        kind: 0 ticket, 1 chat, 2 feedback.
        at: Microseconds since 1970.
        is_known: The customer gave an account.
        topic: Position in `TOPICS`.
        status: Position in `TICKET_STATUSES`.
        channel: Position in `TICKET_CHANNELS`.
        duration: Seconds of a chat.
        score: Feedback score, 0 to 10.
    """

    visit: Ints
    kind: Ints
    at: Ints
    is_known: Mask
    topic: Ints
    status: Ints
    channel: Ints
    duration: Ints
    score: Ints


class Consents(NamedTuple):
    """Consent changes of one chunk; arrays of shape (n_changes,).

    Attributes:
        person: Row of the person.
        visit: Row of the person's first visit, whose cookie stands for a guest.
        is_known: Given under the account.
        purpose: Position in `PURPOSES`.
        status: Position in `CONSENT_STATUSES`.
        at: Microseconds since 1970.
        policy: Position in `POLICY_VERSIONS`.
    """

    person: Ints
    visit: Ints
    is_known: Mask
    purpose: Ints
    status: Ints
    at: Ints
    policy: Ints


def draw_contacts(people: People, visits: Visits, rng: np.random.Generator) -> Contacts:
    """Some visits end with a question, a complaint or a rating."""
    persona = people.persona[visits.person]
    asks = rng.random(len(visits)) < parameter("support_rate")[persona]
    visit = np.flatnonzero(asks)
    size = len(visit)
    known = people.has_account[visits.person[visit]]
    kind = np.searchsorted(np.cumsum(CONTACT_ODDS)[:-1], rng.random(size), "right")
    # A guest has no account to write a ticket or a rating with.
    kind = np.where(known, kind, CHAT)
    gives = (visits.cookie[visit] < 0) | (rng.random(size) < CHAT_LOGIN_RATE)
    known = known & ((kind != CHAT) | gives)
    mean: Floats = parameter("feedback_score")[persona[visit]]
    score = np.clip(np.rint(rng.normal(mean, 1.4)), 0, 10).astype(np.int64)
    return Contacts(
        visit=visit,
        kind=kind,
        at=visits.starts_at[visit] + rng.integers(45 * MINUTE, 6 * 60 * MINUTE, size),
        is_known=known,
        topic=rng.integers(0, 5, size),
        status=rng.integers(0, 3, size),
        channel=rng.integers(0, 3, size),
        duration=rng.integers(60, 1_800, size),
        score=score,
    )


def draw_consents(
    plan: Plan, people: People, visits: Visits, rng: np.random.Generator
) -> Consents:
    """Everybody is asked on the first visit; some withdraw, some come back."""
    size = len(people)
    first = np.searchsorted(visits.person, np.arange(size))
    asked_at = visits.starts_at[first] + 2 * SECOND
    known = people.has_account
    everything = rng.random(size) < ASKED_FOR_ALL_RATE
    parts: list[tuple[Ints, int, Ints, Ints]] = []
    for purpose, rate in enumerate(GRANT_RATES):
        asked = np.flatnonzero(everything) if purpose % 2 else np.arange(size)
        granted = rng.random(len(asked)) < rate
        parts.append(
            (asked, purpose, np.where(granted, GRANTED, DENIED), asked_at[asked])
        )
    agreed = np.flatnonzero(parts[0][2] == GRANTED)
    wanted = min(len(agreed), 4 + int(WITHDRAWAL_RATE * len(agreed)))
    leavers = np.sort(rng.choice(agreed, wanted, replace=False))
    end = plan.moment_of(plan.days)
    left_at = asked_at[leavers] + _part_of(end - asked_at[leavers], (0.2, 0.5), rng)
    returning = np.arange(0, len(leavers), 2)
    back_at = left_at[returning] + _part_of(end - left_at[returning], (0.3, 0.7), rng)
    parts.append((leavers, 0, np.full(len(leavers), DENIED), left_at))
    parts.append((leavers[returning], 0, np.full(len(returning), GRANTED), back_at))
    person = np.concatenate([part[0] for part in parts])
    at = np.concatenate([part[3] for part in parts])
    order = np.argsort(at, kind="stable")
    purpose_code = np.concatenate([np.full(len(part[0]), part[1]) for part in parts])
    status = np.concatenate([part[2] for part in parts])
    person, at = person[order], at[order]
    return Consents(
        person=person,
        visit=first[person],
        is_known=known[person],
        purpose=purpose_code[order],
        status=status[order],
        at=at,
        policy=(at > plan.origin + 60 * DAY).astype(np.int64),
    )


def _part_of(
    length: Ints, limits: tuple[float, float], rng: np.random.Generator
) -> Ints:
    low, high = limits
    part: Ints = (length * rng.uniform(low, high, len(length))).astype(np.int64)
    return np.maximum(part, MINUTE)
