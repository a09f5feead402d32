"""The personas: every number that makes customers behave differently is here.

Rates are means over the persons of a persona; each person draws their own around
them (gamma for how often, lognormal for how much), so personas overlap honestly.
Only the purchase rate is the same for a whole persona: a planted effect acts on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Persona:
    """How one kind of customer behaves.

    Attributes:
        name: What the truth tables call it.
        share: Part of all customers, the shares sum to 1.
        sessions_per_week: Mean visits in an active week, before seasonality.
        pages_per_session: Mean pages of a visit, cart and checkout not counted.
        dwell_seconds: Median time on a page.
        engaged_ratio: Part of the dwell time spent reading.
        ping_every_seconds: Engaged seconds between two heartbeats (`Page Pinged`).
        page_mix: Odds of home, category, search, product, account and help pages.
        feature_rate: `Feature Used` events per page.
        feature_breadth: How many of the features a person knows.
        cart_rate: Probability that a product page ends in the cart.
        checkout_rate: Probability that a visit reaches the checkout.
        purchase_rate: Probability of an order, given the checkout (control arm).
        price_level: Exponent on the price rank, below 1 dearer, above 1 cheaper.
        extra_quantity: Mean pieces beyond the first of one line.
        discount_share: Part of the order lines sold at a discount.
        refund_rate: Probability that an order is refunded.
        support_rate: Support contacts per visit.
        feedback_score: Mean feedback score, 0 to 10.
        account_share: Part of the persons that have an account at all.
        login_rate: Probability that a visit starts logged in, given an account.
        late_login_rate: Probability of a login later in a visit, otherwise.
        app_share: Part of the visits in the app, for those who installed it.
        store_orders_per_month: Purchases at a till (channel `pos`), by card holders.
    """

    name: str
    share: float
    sessions_per_week: float
    pages_per_session: float
    dwell_seconds: float
    engaged_ratio: float
    ping_every_seconds: int
    page_mix: tuple[float, float, float, float, float, float]
    feature_rate: float
    feature_breadth: int
    cart_rate: float
    checkout_rate: float
    purchase_rate: float
    price_level: float
    extra_quantity: float
    discount_share: float
    refund_rate: float
    support_rate: float
    feedback_score: float
    account_share: float
    login_rate: float
    late_login_rate: float
    app_share: float
    store_orders_per_month: float


PERSONAS: tuple[Persona, ...] = (
    Persona(
        name="power_user", share=0.10, sessions_per_week=3.0, pages_per_session=5.0,
        dwell_seconds=44, engaged_ratio=0.80, ping_every_seconds=40,
        page_mix=(0.10, 0.16, 0.16, 0.36, 0.18, 0.04), feature_rate=0.45,
        feature_breadth=8, cart_rate=0.16, checkout_rate=0.16, purchase_rate=0.78,
        price_level=1.0, extra_quantity=0.3, discount_share=0.15, refund_rate=0.04,
        support_rate=0.02, feedback_score=8.6, account_share=1.0, login_rate=0.85,
        late_login_rate=0.5, app_share=0.65, store_orders_per_month=0.1,
    ),
    Persona(
        name="loyal", share=0.16, sessions_per_week=1.15, pages_per_session=3.6,
        dwell_seconds=36, engaged_ratio=0.65, ping_every_seconds=40,
        page_mix=(0.20, 0.20, 0.08, 0.40, 0.09, 0.03), feature_rate=0.10,
        feature_breadth=4, cart_rate=0.28, checkout_rate=0.46, purchase_rate=0.82,
        price_level=0.55, extra_quantity=0.9, discount_share=0.08, refund_rate=0.03,
        support_rate=0.02, feedback_score=9.0, account_share=1.0, login_rate=0.75,
        late_login_rate=0.6, app_share=0.40, store_orders_per_month=0.5,
    ),
    Persona(
        name="occasional", share=0.24, sessions_per_week=0.45, pages_per_session=2.8,
        dwell_seconds=28, engaged_ratio=0.45, ping_every_seconds=40,
        page_mix=(0.28, 0.24, 0.06, 0.36, 0.03, 0.03), feature_rate=0.03,
        feature_breadth=2, cart_rate=0.14, checkout_rate=0.16, purchase_rate=0.66,
        price_level=1.0, extra_quantity=0.2, discount_share=0.20, refund_rate=0.05,
        support_rate=0.03, feedback_score=7.2, account_share=0.80, login_rate=0.35,
        late_login_rate=0.4, app_share=0.15, store_orders_per_month=0.05,
    ),
    Persona(
        name="bargain_hunter", share=0.14, sessions_per_week=1.15,
        pages_per_session=4.6, dwell_seconds=20, engaged_ratio=0.35,
        ping_every_seconds=40, page_mix=(0.08, 0.20, 0.34, 0.34, 0.02, 0.02),
        feature_rate=0.04, feature_breadth=2, cart_rate=0.42, checkout_rate=0.30,
        purchase_rate=0.55, price_level=2.6, extra_quantity=0.5, discount_share=0.85,
        refund_rate=0.22, support_rate=0.10, feedback_score=5.4, account_share=0.9,
        login_rate=0.45, late_login_rate=0.5, app_share=0.15,
        store_orders_per_month=0.05,
    ),
    Persona(
        name="new", share=0.12, sessions_per_week=2.2, pages_per_session=3.4,
        dwell_seconds=32, engaged_ratio=0.55, ping_every_seconds=40,
        page_mix=(0.34, 0.22, 0.08, 0.26, 0.04, 0.06), feature_rate=0.08,
        feature_breadth=3, cart_rate=0.18, checkout_rate=0.18, purchase_rate=0.60,
        price_level=1.0, extra_quantity=0.2, discount_share=0.30, refund_rate=0.05,
        support_rate=0.07, feedback_score=7.6, account_share=0.75, login_rate=0.30,
        late_login_rate=0.6, app_share=0.35, store_orders_per_month=0.0,
    ),
    Persona(
        name="churned", share=0.12, sessions_per_week=0.95, pages_per_session=3.0,
        dwell_seconds=26, engaged_ratio=0.45, ping_every_seconds=40,
        page_mix=(0.26, 0.22, 0.08, 0.32, 0.04, 0.08), feature_rate=0.04,
        feature_breadth=2, cart_rate=0.16, checkout_rate=0.18, purchase_rate=0.64,
        price_level=1.0, extra_quantity=0.2, discount_share=0.20, refund_rate=0.10,
        support_rate=0.08, feedback_score=4.2, account_share=0.9, login_rate=0.45,
        late_login_rate=0.4, app_share=0.20, store_orders_per_month=0.05,
    ),
    Persona(
        name="browser", share=0.12, sessions_per_week=1.1, pages_per_session=5.0,
        dwell_seconds=50, engaged_ratio=0.70, ping_every_seconds=40,
        page_mix=(0.12, 0.34, 0.06, 0.46, 0.01, 0.01), feature_rate=0.01,
        feature_breadth=1, cart_rate=0.02, checkout_rate=0.0, purchase_rate=0.0,
        price_level=0.7, extra_quantity=0.0, discount_share=0.0, refund_rate=0.0,
        support_rate=0.005, feedback_score=7.0, account_share=0.35, login_rate=0.25,
        late_login_rate=0.15, app_share=0.10, store_orders_per_month=0.0,
    ),
)  # fmt: skip

NEW_TENURE = 0.15
"""A new customer is first seen in this last part of the days."""

CHURN_SILENCE = 0.35
"""A churned customer is silent in this last part of the days."""

DRIFT_PERSONA = "occasional"
DRIFT_FROM = 0.70
DRIFT_FACTOR = 1.8
"""From this part of the days on, one persona visits this many times as often."""


def persona_index(name: str) -> int:
    """Position of a persona in `PERSONAS`."""
    return [persona.name for persona in PERSONAS].index(name)


def parameter(field: str) -> NDArray[np.float64]:
    """One numeric field of every persona, shape (n_personas,)."""
    return np.array([getattr(persona, field) for persona in PERSONAS], dtype=np.float64)


def page_mix_limits() -> NDArray[np.float64]:
    """Upper limits of the cumulated page odds, shape (n_personas, 6)."""
    mix = np.array([persona.page_mix for persona in PERSONAS])
    return np.cumsum(mix / mix.sum(axis=1, keepdims=True), axis=1)
