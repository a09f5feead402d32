"""What was planted, apart from the raw data: the answers to check against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from habitue.generation import catalogue as shop
from habitue.generation.contacts import CHAT, TICKET
from habitue.generation.delivery import LABELS, MISSING_TIME, UNPARSABLE_TIME, Delivery
from habitue.generation.people import EMAIL_SPELLINGS
from habitue.generation.personas import DRIFT_FACTOR, DRIFT_PERSONA, PERSONAS
from habitue.generation.plan import (
    EXPERIMENT_EFFECT,
    EXPERIMENT_ID,
    SPIKE_FACTOR,
    Plan,
)
from habitue.generation.shop_tables import guest_cookies, order_emails
from habitue.generation.text import Ints, Mask, coded, numbers, short_ids, times
from habitue.generation.visits import BURST_ORDERS, BURST_PAGES, VIEW_BURST
from habitue.generation.web_tables import ARMS

if TYPE_CHECKING:
    from habitue.generation.chunks import Chunk

KINDS = ("user_id", "anonymous_id", "device_id", "email")
WEB_TABLES = ("web_pages", "web_tracks", "web_identifies")
_PREFIXES = ("p", "t", "i")


def persons_table(chunk: Chunk, identifiers: pa.Table) -> pa.Table:
    """`persons` of one chunk.

    Args:
        chunk: The chunk.
        identifiers: Its `identifiers` table, which tells who can be identified.
    """
    people, names = chunk.people, chunk.names
    size = len(people)
    row = np.arange(size)
    seen = set(identifiers["raw_value"].to_pylist())
    users = names.users.to_pylist()[:size]
    mails = names.emails.to_pylist()[:size]
    identified = np.array([user in seen for user in users])
    has_mail = np.array([mail in seen for mail in mails])
    owners = np.zeros(size, dtype=np.bool_)
    borrowed = chunk.visits.owner != chunk.visits.person
    owners[chunk.visits.owner[borrowed]] = True
    owners[chunk.visits.person[borrowed]] = True
    return pa.table(
        {
            "person_id": person_ids(people.number),
            "persona": coded(people.persona, [persona.name for persona in PERSONAS]),
            "is_identifiable": pa.array(identified),
            "user_id": coded(np.where(identified, row, -1), names.users),
            "email": coded(np.where(has_mail, row, -1), names.emails),
            "experiment_arm": coded(people.is_treated.astype(np.int64), ARMS),
            "is_shared_device_user": pa.array(owners),
            "is_anomalous": pa.array(people.burst > 0),
        }
    )


def identifiers_table(chunk: Chunk) -> pa.Table:
    """`identifiers` of one chunk: rows of every raw table, all deliveries counted."""
    cookie_rows, device_rows, user_rows = _count_web_rows(chunk)
    orders, contacts, consents = chunk.orders, chunk.contacts, chunk.consents
    size, names = len(chunk.people), chunk.names
    visits = len(chunk.visits)

    contact_person = chunk.visits.person[contacts.visit]
    user_rows += np.bincount(orders.person[orders.is_known], minlength=size)
    user_rows += np.bincount(contact_person[contacts.is_known], minlength=size)
    user_rows += np.bincount(consents.person[consents.is_known], minlength=size)

    guest_orders = orders.visit[guest_cookies(chunk) >= 0]
    guest_chats = contacts.visit[(contacts.kind == CHAT) & ~contacts.is_known]
    for visit in (guest_orders, guest_chats, consents.visit[~consents.is_known]):
        cookie_rows += np.bincount(visit, minlength=visits)

    login = chunk.login_delivery.row
    login_person = chunk.visits.person[chunk.pages.visit[chunk.logins[login]]]
    order_mail = order_emails(chunk)
    email_rows = np.bincount(
        np.concatenate(
            [
                login_person + chunk.spelling[login] * size,
                order_mail[order_mail >= 0],
                contact_person[contacts.kind == TICKET],
            ]
        ),
        minlength=size * EMAIL_SPELLINGS,
    )

    human = chunk.visits.bot == 0
    everyone = np.arange(size)
    parts = [
        _listed(0, everyone, everyone, user_rows, names.users),
        _listed(1, *_summed(chunk, names.cookie, cookie_rows, human), names.cookies),
        _listed(2, *_summed(chunk, names.device, device_rows, human), names.devices),
        _listed(
            3,
            np.tile(everyone, EMAIL_SPELLINGS),
            np.arange(size * EMAIL_SPELLINGS),
            email_rows,
            names.emails,
        ),
    ]
    person, kind, shared, count = (
        np.concatenate([part[place] for part in parts]) for place in (0, 1, 2, 3)
    )
    return pa.table(
        {
            "person_id": person_ids(chunk.people.number[person]),
            "identifier_kind": coded(kind, KINDS),
            "raw_value": pa.concat_arrays([part[4] for part in parts]),
            "is_shared": pa.array(shared),
            "event_count": numbers(count),
        }
    )


def labels_table(chunk: Chunk, *, is_text: bool) -> pa.Table:
    """`row_labels` of one chunk: rows that are not clean.

    Args:
        chunk: The chunk.
        is_text: CSV; there an unparsable time stays what it is, else it is missing.
    """
    parts = (chunk.page_delivery, chunk.action_delivery, chunk.login_delivery)
    rows = [np.flatnonzero(part.fault) for part in parts]
    fault = np.concatenate(
        [part.fault[row] for part, row in zip(parts, rows, strict=True)]
    )
    if not is_text:
        fault = np.where(fault == UNPARSABLE_TIME, MISSING_TIME, fault)
    copy = np.concatenate(
        [part.copy[row] for part, row in zip(parts, rows, strict=True)]
    )
    ids = [
        short_ids(prefix, part.serial[row])
        for prefix, part, row in zip(_PREFIXES, parts, rows, strict=True)
    ]
    kinds = list(dict.fromkeys(label for label, _ in LABELS))
    label_of = np.array([kinds.index(label) for label, _ in LABELS])
    return pa.table(
        {
            "table": coded(
                np.repeat([0, 1, 2], [len(row) for row in rows]), WEB_TABLES
            ),
            "id": pa.concat_arrays(ids),
            "copy": numbers(copy),
            "label": coded(label_of[fault], kinds),
            "reason": coded(fault, [reason for _, reason in LABELS]),
        }
    )


def anomalies_table(plan: Plan, chunk: Chunk) -> pa.Table:
    """`anomalies`: wild days of a few persons, and one of everybody, or more."""
    people = chunk.people
    rows = np.flatnonzero(people.burst)
    ids = person_ids(people.number[rows]).to_pylist()
    kinds: list[str] = []
    persons: list[str | None] = []
    days: list[int] = []
    details: list[str] = []
    if chunk.number == 0:
        kinds.append("traffic_spike")
        persons.append(None)
        days.append(plan.spike_day)
        details.append(f"visits times {SPIKE_FACTOR:g}")
        for spike in plan.traffic.spikes:
            kinds.append("traffic_spike" if spike.factor > 1 else "traffic_dip")
            persons.append(None)
            days.append(spike.day)
            details.append(f"visits times {spike.factor:g}")
    for row, person in zip(rows.tolist(), ids, strict=True):
        is_view = int(people.burst[row]) == VIEW_BURST
        kinds.append("view_burst" if is_view else "order_burst")
        persons.append(person)
        days.append(int(people.burst_day[row]))
        pages = f"12 visits of {BURST_PAGES} pages"
        details.append(pages if is_view else f"{BURST_ORDERS} orders in one day")
    return pa.table(
        {
            "kind": pa.array(kinds, pa.string()),
            "person_id": pa.array(persons, pa.string()),
            "date": pa.array([plan.date_of(day) for day in days], pa.date32()),
            "detail": pa.array(details, pa.string()),
        }
    )


def experiment_table(plan: Plan) -> pa.Table:
    """`experiment`: one row, the window and the effect."""
    first, end = plan.experiment_days
    return pa.table(
        {
            "experiment_id": pa.array([EXPERIMENT_ID]),
            "starts_at": times(np.array([plan.moment_of(first)])),
            "ends_at": times(np.array([plan.moment_of(end)])),
            "metric": pa.array(["orders_per_exposed_checkout"]),
            "relative_effect": numbers(np.array([EXPERIMENT_EFFECT])),
        }
    )


def drift_table(plan: Plan) -> pa.Table:
    """`drift`: one row, who changes, when and by how much."""
    return pa.table(
        {
            "persona": pa.array([DRIFT_PERSONA]),
            "starts_at": times(np.array([plan.moment_of(plan.drift_day)])),
            "factor": numbers(np.array([DRIFT_FACTOR])),
        }
    )


def shifts_table(plan: Plan) -> pa.Table:
    """`level_shifts`: a row per day from which on everybody visits more or less."""
    shifts = plan.traffic.shifts
    return pa.table(
        {
            "date": pa.array([plan.date_of(one.day) for one in shifts], pa.date32()),
            "factor": pa.array([one.factor for one in shifts], pa.float64()),
        }
    )


def person_ids(number: Ints) -> pa.Array:
    """Person ids of the truth, unlike anything in the raw data."""
    return pa.array([f"person_{person:07d}" for person in number.tolist()], pa.string())


def _count_web_rows(chunk: Chunk) -> tuple[Ints, Ints, Ints]:
    """Web rows by visit with a cookie, with a device, and by person with a user."""
    pages, actions = chunk.pages, chunk.actions
    visits, size = len(chunk.visits), len(chunk.people)
    row = chunk.page_delivery.row
    found: list[tuple[Ints, Mask, Mask, Delivery]] = [
        (
            pages.visit[row],
            np.ones(len(row), dtype=np.bool_),
            pages.is_known[row],
            chunk.page_delivery,
        )
    ]
    row = chunk.action_delivery.row
    page, kind = actions.page[row], actions.kind[row]
    is_open = kind == shop.KIND_OPEN
    known = pages.is_known[page] | is_open | (kind == shop.KIND_CLICK)
    found.append((pages.visit[page], ~is_open, known, chunk.action_delivery))
    row = chunk.login_delivery.row
    always = np.ones(len(row), dtype=np.bool_)
    found.append((pages.visit[chunk.logins[row]], always, always, chunk.login_delivery))
    site_rows = np.zeros(visits, dtype=np.int64)
    user_rows = np.zeros(size, dtype=np.int64)
    for visit, on_site, is_known, delivery in found:
        has_ids = delivery.has_ids
        site_rows += np.bincount(visit[on_site & has_ids], minlength=visits)
        user_rows += np.bincount(
            chunk.visits.person[visit[is_known & has_ids]], minlength=size
        )
    return (
        site_rows * (chunk.names.cookie >= 0),
        site_rows * (chunk.names.device >= 0),
        user_rows,
    )


def _summed(
    chunk: Chunk, value: Ints, rows: Ints, is_human: Mask
) -> tuple[Ints, Ints, Ints]:
    """Add up the rows of visits by (person, value)."""
    used = np.flatnonzero(is_human & (value >= 0))
    width = int(value.max(initial=0)) + 1
    key, place = np.unique(
        chunk.visits.person[used] * width + value[used], return_inverse=True
    )
    total = np.bincount(place, weights=rows[used], minlength=len(key))
    return key // width, key % width, total.astype(np.int64)


def _listed(
    kind: int, person: Ints, value: Ints, count: Ints, texts: pa.Array
) -> tuple[Ints, Ints, Mask, Ints, pa.Array]:
    seen = np.flatnonzero(count)
    person, value, count = person[seen], value[seen], count[seen]
    _, place, users = np.unique(value, return_inverse=True, return_counts=True)
    codes = np.full(len(seen), kind)
    return person, codes, users[place] > 1, count, texts.take(pa.array(value))
