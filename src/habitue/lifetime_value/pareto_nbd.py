"""Pareto/NBD: orders at a personal rate, and one day a customer leaves for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, gammaln, psi

from habitue.lifetime_value.counts import LogChances
from habitue.lifetime_value.fitted import fit_order_model
from habitue.lifetime_value.leaving import integrate_leaving
from habitue.lifetime_value.sums import sums_by, weighted_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from habitue.lifetime_value.counts import Histories, RepeatCounts
    from habitue.lifetime_value.fitted import FittedModel

    Vector = NDArray[np.float64]
    Parameters = tuple[float, ...]


class ParetoNbdLikelihood:
    """The log-likelihood of grouped customers, prepared for many evaluations.

    Args:
        counts: Grouped customers.
        unit: Length of the unit of time the parameters are in.
    """

    def __init__(self, counts: RepeatCounts, *, unit: float = 1.0) -> None:
        self.customers = counts.customer_count.astype(np.float64)
        self.total = float(self.customers.sum())
        self.orders = counts.repeat_count.astype(np.float64)
        self.last = counts.last_repeat / unit
        self.observed = counts.observed / unit
        self.distinct, index = np.unique(self.orders, return_inverse=True)
        self.distinct_customers = sums_by(
            index, self.customers, size=len(self.distinct)
        )

    def __call__(self, parameters: Vector) -> tuple[float, Vector]:
        """Log-likelihood and gradient at (r, alpha, s, beta)."""
        r, alpha, s, beta = (float(value) for value in parameters)
        left = integrate_leaving(
            (r, alpha, s, beta), self.orders, self.last, self.observed
        )
        exponent = r + self.orders
        log_alpha, log_beta = (
            np.log(alpha + self.observed),
            np.log(beta + self.observed),
        )
        log_alive = -exponent * log_alpha - s * log_beta
        gone = self.customers * expit(left.log_value - log_alive)
        alive = self.customers - gone
        value = (
            weighted_sum(
                self.distinct_customers, gammaln(r + self.distinct) - gammaln(r)
            )
            + self.total * (r * np.log(alpha) + s * np.log(beta))
            + weighted_sum(self.customers, np.logaddexp(log_alive, left.log_value))
        )
        gradient = np.array(
            [
                weighted_sum(self.distinct_customers, psi(r + self.distinct) - psi(r))
                + self.total * np.log(alpha)
                - weighted_sum(alive, log_alpha)
                - weighted_sum(gone, left.log_alpha),
                self.total * r / alpha
                - weighted_sum(alive, exponent / (alpha + self.observed))
                - weighted_sum(gone, exponent * left.inverse_alpha),
                self.total * np.log(beta)
                - weighted_sum(alive, log_beta)
                + weighted_sum(gone, 1 / s - left.log_beta),
                self.total * s / beta
                - weighted_sum(alive, s / (beta + self.observed))
                - weighted_sum(gone, (s + 1) * left.inverse_beta),
            ]
        )
        return float(value), gradient


def fit_pareto_nbd(
    counts: RepeatCounts, *, minimum_customers: int = 100
) -> FittedModel:
    """Fit the Pareto/NBD model by maximum likelihood.

    Each customer costs an integral per evaluation, so draw a sample of a large shop
    (50,000 customers take seconds).

    Args:
        counts: Grouped customers; alpha and beta are in their unit of time.
        minimum_customers: Below so many customers nothing is fitted.

    Returns:
        Parameters r, alpha (order rates), s, beta (rates of leaving), or a status that
        says why there are none.

    Assumptions:
        Until leaving, orders are a Poisson process; the time until leaving is
        exponential and may end at any moment, also before the first repeat order.
        Both rates differ between customers as gamma distributions that are
        independent. Nobody comes back.

    References:
        Schmittlein, Morrison and Colombo (1987), Counting your customers: who are they
        and what will they do next?, Management Science 33.
        Fader and Hardie (2005), A note on deriving the Pareto/NBD model.
    """
    return fit_order_model(
        "pareto_nbd",
        counts,
        prepare=lambda counts, unit: ParetoNbdLikelihood(counts, unit=unit),
        starts=[(0.5, 0.5, 0.5, 0.5), (1.5, 1.5, 1.0, 2.0)],
        times=["alpha", "beta"],
        minimum_customers=minimum_customers,
    )


def pareto_nbd_log_chances(parameters: Parameters, histories: Histories) -> LogChances:
    """How likely histories are, by whether the customer has left since."""
    r, alpha, s, beta = parameters
    orders = histories.repeat_count.astype(np.float64)
    alive = -(r + orders) * np.log(alpha + histories.observed)
    alive -= s * np.log(beta + histories.observed)
    left = integrate_leaving(
        parameters, orders, histories.last_repeat, histories.observed
    )
    return LogChances(alive, left.log_value)


def pareto_nbd_orders_while_alive(
    parameters: Parameters, histories: Histories, horizons: Vector
) -> Vector:
    """Expected orders of customers who have not left, shape (n, n_horizons).

    References:
        Fader and Hardie (2005), A note on deriving the Pareto/NBD model, equation 41.
    """
    r, alpha, s, beta = parameters
    end = beta + histories.observed
    rate = (r + histories.repeat_count) / (alpha + histories.observed)
    longer = np.log1p(horizons / end[:, None])
    # (1 - e^(-(s - 1) longer)) / (s - 1), whose limit at s = 1 is `longer` itself.
    near_one = abs(s - 1) < np.finfo(np.float64).eps
    lifetime = longer if near_one else -np.expm1((1 - s) * longer) / (s - 1)
    return np.asarray((rate * end)[:, None] * lifetime)
