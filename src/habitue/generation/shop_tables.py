"""The raw tables of the shop and support producers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from habitue.generation import catalogue as shop
from habitue.generation.commerce import CHANNELS, POS_CHANNEL, STATUSES
from habitue.generation.contacts import (
    CHAT,
    FEEDBACK,
    TICKET,
    TICKET_CHANNELS,
    TICKET_STATUSES,
)
from habitue.generation.delivery import SERIALS_PER_CHUNK
from habitue.generation.plan import SECOND
from habitue.generation.text import Ints, coded, numbers, short_ids, times
from habitue.generation.web_tables import order_ids

if TYPE_CHECKING:
    from habitue.generation.chunks import Chunk

ORDER_SPELLING_EVERY = 11


def orders_table(chunk: Chunk) -> pa.Table:
    """`shop_orders` of one chunk, in the order of arrival."""
    orders, names = chunk.orders, chunk.names
    order = np.argsort(orders.ordered_at, kind="stable")
    received_at = orders.updated_at + order_lag(chunk)
    return pa.table(
        {
            "order_id": order_ids(chunk),
            "user_id": coded(np.where(orders.is_known, orders.person, -1), names.users),
            "anonymous_id": coded(guest_cookies(chunk), names.cookies),
            "email": coded(order_emails(chunk), names.emails),
            "ordered_at": times(orders.ordered_at),
            "status": coded(orders.status, STATUSES),
            "channel": coded(orders.channel, CHANNELS),
            "payment_method": coded(orders.payment, shop.PAYMENT_METHODS),
            "currency": coded(np.zeros_like(orders.status), shop.CURRENCY),
            "updated_at": times(orders.updated_at),
            "received_at": times(received_at),
        }
    ).take(pa.array(order))


def lines_table(chunk: Chunk) -> pa.Table:
    """`shop_order_lines` of one chunk, by order."""
    lines = chunk.lines
    received_at = (chunk.orders.ordered_at + order_lag(chunk))[lines.order]
    return pa.table(
        {
            "order_id": coded(lines.order, order_ids(chunk)),
            "line_id": coded(lines.number - 1, ("1", "2", "3", "4", "5")),
            "product_id": coded(lines.product, shop.PRODUCT_IDS),
            "category": coded(
                lines.product // shop.PRODUCTS_PER_CATEGORY, shop.CATEGORIES
            ),
            "quantity": numbers(lines.quantity),
            "unit_price": numbers(lines.cents / 100),
            "discount": numbers(lines.discount / 100),
            "received_at": times(received_at),
        }
    )


def order_lag(chunk: Chunk) -> Ints:
    """Microseconds until the warehouse hears of an order: 3 to 59 seconds."""
    return (3 + np.arange(len(chunk.orders)) * 37 % 57) * SECOND


def guest_cookies(chunk: Chunk) -> Ints:
    """Cookie of the orders bought as a guest, else -1."""
    orders = chunk.orders
    return np.where(orders.is_known, -1, chunk.names.cookie[orders.visit])


def order_emails(chunk: Chunk) -> Ints:
    """Position in the e-mails of each order, -1 at the till."""
    orders = chunk.orders
    place = np.arange(len(orders))
    spelling = np.where(place % ORDER_SPELLING_EVERY == 0, 1 + place % 2, 0)
    email = orders.person + spelling * len(chunk.people)
    return np.where(orders.channel == POS_CHANNEL, -1, email)


def tickets_table(chunk: Chunk) -> pa.Table:
    """`support_tickets` of one chunk."""
    contacts, names = chunk.contacts, chunk.names
    row = np.flatnonzero(contacts.kind == TICKET)
    person = chunk.visits.person[contacts.visit[row]]
    return pa.table(
        {
            "ticket_id": _contact_ids(chunk, row),
            "user_id": coded(person, names.users),
            "email": coded(person, names.emails),
            "created_at": times(contacts.at[row]),
            "received_at": times(contacts.at[row] + 2 * SECOND),
            "channel": coded(contacts.channel[row], TICKET_CHANNELS),
            "topic": coded(contacts.topic[row], shop.TOPICS),
            "status": coded(contacts.status[row], TICKET_STATUSES),
        }
    )


def chats_table(chunk: Chunk) -> pa.Table:
    """`support_chats` of one chunk; a guest's chat carries the cookie."""
    contacts, names = chunk.contacts, chunk.names
    row = np.flatnonzero(contacts.kind == CHAT)
    visit, known = contacts.visit[row], contacts.is_known[row]
    user = np.where(known, chunk.visits.person[visit], -1)
    return pa.table(
        {
            "chat_id": _contact_ids(chunk, row),
            "user_id": coded(user, names.users),
            "anonymous_id": coded(
                np.where(known, -1, names.cookie[visit]), names.cookies
            ),
            "started_at": times(contacts.at[row]),
            "received_at": times(contacts.at[row] + 3 * SECOND),
            "duration_seconds": numbers(contacts.duration[row]),
            "topic": coded(contacts.topic[row], shop.TOPICS),
        }
    )


def feedback_table(chunk: Chunk) -> pa.Table:
    """`support_feedback` of one chunk."""
    contacts, names = chunk.contacts, chunk.names
    row = np.flatnonzero(contacts.kind == FEEDBACK)
    person = chunk.visits.person[contacts.visit[row]]
    return pa.table(
        {
            "feedback_id": _contact_ids(chunk, row),
            "user_id": coded(person, names.users),
            "submitted_at": times(contacts.at[row]),
            "received_at": times(contacts.at[row] + 2 * SECOND),
            "score": numbers(contacts.score[row]),
            "topic": coded(contacts.topic[row], shop.TOPICS),
        }
    )


def _contact_ids(chunk: Chunk, row: Ints) -> pa.Array:
    return short_ids("k", row + chunk.number * SERIALS_PER_CHUNK)
