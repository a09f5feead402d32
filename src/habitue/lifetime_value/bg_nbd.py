"""BG/NBD: orders at a personal rate, and after each order some leave for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, gammaln, psi

from habitue.lifetime_value.beta_expectation import beta_points
from habitue.lifetime_value.counts import LogChances
from habitue.lifetime_value.fitted import fit_order_model
from habitue.lifetime_value.sums import sums_by, weighted_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from habitue.lifetime_value.counts import Histories, RepeatCounts
    from habitue.lifetime_value.fitted import FittedModel

    Vector = NDArray[np.float64]
    Parameters = tuple[float, ...]


class BgNbdLikelihood:
    """The log-likelihood of grouped customers, prepared for many evaluations.

    Gamma functions are taken per distinct repeat count, logarithms of times per
    distinct time; only what mixes the two (has the customer left after the last
    order?) is taken per group, and only of groups with repeat orders.

    Args:
        counts: Grouped customers.
        unit: Length of the unit of time the parameters are in.
    """

    def __init__(self, counts: RepeatCounts, *, unit: float = 1.0) -> None:
        customers = counts.customer_count.astype(np.float64)
        self.total = float(customers.sum())
        orders, order_index = np.unique(counts.repeat_count, return_inverse=True)
        spans, span_index = np.unique(counts.observed, return_inverse=True)
        self.orders = orders.astype(np.float64)
        self.spans = spans / unit
        self.order_customers = sums_by(order_index, customers, size=len(orders))
        self.span_customers = sums_by(span_index, customers, size=len(spans))
        self.span_orders = sums_by(
            span_index, customers * counts.repeat_count, size=len(spans)
        )
        repeats = counts.repeat_count > 0
        lasts, self.last_index = np.unique(
            counts.last_repeat[repeats], return_inverse=True
        )
        self.lasts = lasts / unit
        self.order_index, self.span_index = order_index[repeats], span_index[repeats]
        self.repeat_customers = customers[repeats]
        self.repeat_orders = self.orders[self.order_index]

    def __call__(self, parameters: Vector) -> tuple[float, Vector]:
        """Log-likelihood and gradient at (r, alpha, a, b)."""
        r, alpha, a, b = parameters
        log_span, log_last = np.log(alpha + self.spans), np.log(alpha + self.lasts)
        # The last order's own chance to be the last: a / (b + x - 1).
        later = np.maximum(b + self.orders - 1, b)
        gap = log_span[self.span_index] - log_last[self.last_index]
        exponent = r + self.repeat_orders
        odds = (np.log(a) - np.log(later))[self.order_index] + exponent * gap
        gone = self.repeat_customers * expit(odds)
        waiting = r * self.span_customers + self.span_orders

        value = (
            weighted_sum(self.order_customers, gammaln(r + self.orders) - gammaln(r))
            + self.total * r * np.log(alpha)
            + weighted_sum(
                self.order_customers,
                gammaln(a + b)
                - gammaln(a + b + self.orders)
                + gammaln(b + self.orders)
                - gammaln(b),
            )
            - weighted_sum(waiting, log_span)
            + weighted_sum(self.repeat_customers, np.logaddexp(0, odds))
        )
        pull = 1 / (alpha + self.spans)[self.span_index]
        pull -= 1 / (alpha + self.lasts)[self.last_index]
        shared = psi(a + b) - psi(a + b + self.orders)
        gone_after = sums_by(self.order_index, gone, size=len(self.orders))
        gradient = np.array(
            [
                weighted_sum(self.order_customers, psi(r + self.orders) - psi(r))
                + self.total * np.log(alpha)
                - weighted_sum(self.span_customers, log_span)
                + weighted_sum(gone, gap),
                self.total * r / alpha
                - weighted_sum(waiting, 1 / (alpha + self.spans))
                + weighted_sum(gone * exponent, pull),
                weighted_sum(self.order_customers, shared) + float(gone.sum()) / a,
                weighted_sum(
                    self.order_customers, shared + psi(b + self.orders) - psi(b)
                )
                - weighted_sum(gone_after, 1 / later),
            ]
        )
        return float(value), gradient


def fit_bg_nbd(counts: RepeatCounts, *, minimum_customers: int = 100) -> FittedModel:
    """Fit the BG/NBD model by maximum likelihood.

    Args:
        counts: Grouped customers; alpha is in their unit of time.
        minimum_customers: Below so many customers nothing is fitted.

    Returns:
        Parameters r, alpha (order rates), a, b (chance to leave after an order), or a
        status that says why there are none.

    Assumptions:
        Between the first order and leaving, orders are a Poisson process. Rates differ
        between customers as a gamma distribution, the chances of leaving as a beta
        distribution, and the two are independent. Nobody comes back.

    References:
        Fader, Hardie and Lee (2005), "Counting your customers" the easy way: an
        alternative to the Pareto/NBD model, Marketing Science 24.
    """
    return fit_order_model(
        "bg_nbd",
        counts,
        prepare=lambda counts, unit: BgNbdLikelihood(counts, unit=unit),
        starts=[(0.5, 0.5, 0.5, 1.5), (1.5, 1.5, 1.0, 8.0), (0.2, 0.1, 2.0, 2.0)],
        times=["alpha"],
        minimum_customers=minimum_customers,
    )


def bg_nbd_log_chances(parameters: Parameters, histories: Histories) -> LogChances:
    """How likely histories are, by whether the customer has left since."""
    r, alpha, a, b = parameters
    orders = histories.repeat_count
    alive = -(r + orders) * np.log(alpha + histories.observed)
    left = np.log(a) - np.log(np.maximum(b + orders - 1, b))
    left = left - (r + orders) * np.log(alpha + histories.last_repeat)
    # Nobody leaves before the first repeat order.
    return LogChances(np.asarray(alive), np.where(orders > 0, left, -np.inf))


def bg_nbd_orders_while_alive(
    parameters: Parameters, histories: Histories, horizons: Vector
) -> Vector:
    """Expected orders of customers who have not left, shape (n, n_horizons).

    The published formula is a difference of hypergeometric functions that overflow
    for frequent buyers and divide 0 by 0 at a = 1. What it stands for is the expected
    value of (1 - ((alpha + T) / (alpha + T + p t))^(r + x)) / p over the chance p of
    leaving, which is Beta(a, b + x): no term of it is negative or large.

    References:
        Fader, Hardie and Lee (2005), equation 10 and its derivation.
    """
    r, alpha, a, b = parameters
    orders = histories.repeat_count.astype(np.float64)
    points = beta_points(a, b + orders)
    share = points.weight / points.probability
    chance = points.probability / (alpha + histories.observed)[:, None]
    expected = np.empty((len(orders), len(horizons)))
    for column, horizon in enumerate(horizons):
        gone = -np.expm1(-(r + orders)[:, None] * np.log1p(chance * horizon))
        expected[:, column] = (share * gone).sum(axis=1)
    return expected
