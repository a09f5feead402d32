"""The raw tables of the web producer, as Arrow tables in the order of arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from habitue.generation import catalogue as shop
from habitue.generation.contacts import CONSENT_STATUSES, POLICY_VERSIONS, PURPOSES
from habitue.generation.delivery import (
    MISSING_TIME,
    SERIALS_PER_CHUNK,
    UNPARSABLE_TIME,
    Delivery,
)
from habitue.generation.plan import EXPERIMENT_ID
from habitue.generation.text import Ints, Mask, coded, numbers, short_ids, times

if TYPE_CHECKING:
    from habitue.generation.catalogue import Catalogue
    from habitue.generation.chunks import Chunk

EMPTY_USER_EVERY = 89
GAP_EVERY = 53
UNPARSABLE = "2025-02-30 25:61:00"
ARMS = ("control", "treatment")

Columns = dict[str, pa.Array]


def pages_table(chunk: Chunk, catalogue: Catalogue) -> pa.Table:
    """`web_pages` of one chunk."""
    pages, delivery = chunk.pages, chunk.page_delivery
    row = delivery.row
    visit = pages.visit[row]
    url = pages.url[row]
    campaign = np.where(pages.place[row] == 0, chunk.visits.campaign[visit], -1)
    columns = _identity(chunk, delivery, visit, pages.is_known[row], prefix="p")
    columns["page_view_id"] = short_ids("v", row + chunk.number * SERIALS_PER_CHUNK)
    columns |= _clocks(delivery)
    columns["url"] = coded(url, catalogue.urls)
    columns["path"] = coded(catalogue.path_of[url], catalogue.paths)
    columns["title"] = coded(catalogue.title_of[url], catalogue.titles)
    columns["referrer"] = coded(np.array([0, -1, 1, -1])[campaign], shop.REFERRERS)
    columns["product_id"] = coded(pages.product[row], shop.PRODUCT_IDS)
    columns["category"] = _categories(pages.category[row], row)
    columns |= _context(chunk, visit)
    for place, part in enumerate(("source", "medium", "name")):
        names = [line[place] or "" for line in shop.CAMPAIGNS]
        columns[f"context_campaign_{part}"] = coded(campaign, names)
    return pa.table(columns)


def tracks_table(chunk: Chunk, catalogue: Catalogue) -> pa.Table:
    """`web_tracks` of one chunk."""
    actions, pages, delivery = chunk.actions, chunk.pages, chunk.action_delivery
    row = delivery.row
    page, kind = actions.page[row], actions.kind[row]
    visit = pages.visit[page]
    detail, product = actions.detail[row], actions.product[row]
    is_mail = (kind == shop.KIND_OPEN) | (kind == shop.KIND_CLICK)
    is_ping, is_order = kind == shop.KIND_PING, kind == shop.KIND_ORDER
    in_cart = (kind == shop.KIND_ADD) | (kind == shop.KIND_REMOVE)
    # The address is sent where nothing else says what the event is about.
    has_subject = is_mail | is_ping | (product >= 0) | (kind == shop.KIND_SEARCH)
    has_subject |= kind == shop.KIND_FEATURE
    priced = in_cart | is_order | (kind == shop.KIND_VIEW)
    order = _order_of_visit(chunk)[visit]

    columns = _identity(
        chunk,
        delivery,
        visit,
        pages.is_known[page] | is_mail,
        prefix="t",
        is_opened_mail=kind == shop.KIND_OPEN,
        has_session=~is_mail,
    )
    views = short_ids("v", page + chunk.number * SERIALS_PER_CHUNK)
    columns["page_view_id"] = _without(views, is_mail)
    columns |= _clocks(delivery)
    columns["event"] = coded(kind, shop.EVENT_NAMES)
    columns["product_id"] = coded(product, shop.PRODUCT_IDS)
    category = np.where(product < 0, -1, product // shop.PRODUCTS_PER_CATEGORY)
    columns["category"] = _categories(category, row)
    columns["quantity"] = numbers(detail, ~in_cart)
    cents = np.where(is_order, _values(chunk)[order], catalogue.cents[product])
    no_price = ~priced | (in_cart & (row % GAP_EVERY == 1))
    columns["price"] = numbers(cents / 100, no_price)
    no_currency = ~priced | (row % GAP_EVERY == 2)  # noqa: PLR2004
    columns["currency"] = coded(np.where(no_currency, -1, 0), shop.CURRENCY)
    columns["order_id"] = coded(np.where(is_order, order, -1), order_ids(chunk))
    is_search = kind == shop.KIND_SEARCH
    query = np.where(is_search, pages.query[page], -1)
    columns["query"] = coded(query, shop.QUERIES)
    feature = np.where(kind == shop.KIND_FEATURE, detail, -1)
    columns["feature"] = coded(feature, shop.FEATURES)
    columns["engaged_seconds"] = numbers(detail, ~is_ping)
    # A fifth is in view at once; some browsers report a little beyond the end.
    scrolled = np.round(np.minimum(0.2 + detail / 100, 1.04), 2)
    columns["scroll_ratio"] = numbers(scrolled, ~is_ping)
    is_exposure = kind == shop.KIND_EXPERIMENT
    treated = chunk.people.is_treated[chunk.visits.person[visit]].astype(np.int64)
    columns["experiment_id"] = coded(np.where(is_exposure, 0, -1), (EXPERIMENT_ID,))
    columns["experiment_arm"] = coded(np.where(is_exposure, treated, -1), ARMS)
    columns["url"] = coded(np.where(has_subject, -1, pages.url[page]), catalogue.urls)
    return pa.table(columns | _context(chunk, visit))


def identifies_table(chunk: Chunk) -> pa.Table:
    """`web_identifies` of one chunk."""
    delivery = chunk.login_delivery
    visit = chunk.pages.visit[chunk.logins[delivery.row]]
    person = chunk.visits.person[visit]
    known = np.ones(len(delivery), dtype=np.bool_)
    columns = _identity(chunk, delivery, visit, known, prefix="i")
    columns |= _clocks(delivery)
    spelled = person + chunk.spelling[delivery.row] * len(chunk.people)
    columns["email"] = coded(spelled, chunk.names.emails)
    return pa.table(columns | _context(chunk, visit))


def consents_table(chunk: Chunk) -> pa.Table:
    """`web_consents` of one chunk."""
    consents, names = chunk.consents, chunk.names
    size = len(consents.person)
    guest = np.where(consents.is_known, -1, names.cookie[consents.visit])
    user = np.where(consents.is_known, consents.person, -1)
    serial = np.arange(size) + chunk.number * SERIALS_PER_CHUNK
    return pa.table(
        {
            "id": short_ids("c", serial),
            "anonymous_id": coded(guest, names.cookies),
            "user_id": coded(user, names.users),
            "purpose": coded(consents.purpose, PURPOSES),
            "status": coded(consents.status, CONSENT_STATUSES),
            "changed_at": times(consents.at),
            "policy_version": coded(consents.policy, POLICY_VERSIONS),
        }
    )


def order_ids(chunk: Chunk) -> pa.Array:
    """Order ids by order of the chunk."""
    serial = np.arange(len(chunk.orders)) + chunk.number * SERIALS_PER_CHUNK
    return short_ids("o", serial)


def _order_of_visit(chunk: Chunk) -> Ints:
    order = np.full(len(chunk.visits), -1)
    online = np.flatnonzero(chunk.orders.visit >= 0)
    order[chunk.orders.visit[online]] = online
    return order


def _values(chunk: Chunk) -> Ints:
    """Order values, with a spare one that -1 points at."""
    return np.append(chunk.orders.cents, 0)


def _identity(
    chunk: Chunk,
    delivery: Delivery,
    visit: Ints,
    is_known: Mask,
    *,
    prefix: str,
    is_opened_mail: Mask | None = None,
    has_session: Mask | None = None,
) -> Columns:
    names = chunk.names
    has_ids = delivery.has_ids
    # A mail is opened in a mail program: it knows the user, not the browser.
    on_site = has_ids if is_opened_mail is None else has_ids & ~is_opened_mail
    in_session = has_ids if has_session is None else has_ids & has_session
    blank = (delivery.serial % EMPTY_USER_EVERY == 0) & has_ids
    nobody = np.where(blank, len(names.users) - 1, -1)
    user = np.where(is_known & has_ids, chunk.visits.person[visit], nobody)
    return {
        "id": short_ids(prefix, delivery.serial),
        "anonymous_id": coded(
            np.where(on_site, names.cookie[visit], -1), names.cookies
        ),
        "user_id": coded(user, names.users),
        "context_device_id": coded(
            np.where(on_site, names.device[visit], -1), names.devices
        ),
        "context_session_id": coded(np.where(in_session, visit, -1), names.sessions),
    }


def _clocks(delivery: Delivery) -> Columns:
    no_time = (delivery.fault == MISSING_TIME) | (delivery.fault == UNPARSABLE_TIME)
    return {
        "received_at": times(delivery.received_at),
        "sent_at": times(delivery.sent_at, no_time),
        "original_timestamp": times(delivery.original_at, no_time),
    }


def _categories(category: Ints, row: Ints) -> pa.Array:
    return coded(np.where(row % GAP_EVERY == 0, -1, category), shop.CATEGORIES)


def _context(chunk: Chunk, visit: Ints) -> Columns:
    return {
        "context_ip": coded(chunk.visits.address[visit], chunk.names.addresses),
        "context_user_agent": coded(chunk.visits.agent[visit], shop.USER_AGENTS),
    }


def _without(values: pa.Array, missing: Mask) -> pa.Array:
    if not missing.any():
        return values
    size = len(values)
    valid = np.packbits(~missing, bitorder="little")
    _, offsets, data = values.buffers()
    return pa.StringArray.from_buffers(size, offsets, data, pa.py_buffer(valid))
