"""Customers who behave exactly as a model says: planted truth for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.lifetime_value.counts import Histories, check_numbers
from habitue.lifetime_value.fitted import read_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from habitue.lifetime_value.fitted import OrderModel


class Simulation(NamedTuple):
    """Customers and what they did after they were observed.

    Attributes:
        histories: What is known of each customer, shape (n_customers,).
        later_orders: Orders between now and the horizon, shape (n_customers,).
        is_alive: Has not left by now, shape (n_customers,).
    """

    histories: Histories
    later_orders: NDArray[np.int64]
    is_alive: NDArray[np.bool_]


def simulate_orders(
    model: OrderModel,
    parameters: Mapping[str, float],
    observed: ArrayLike,
    *,
    horizon: float = 0.0,
    rng: np.random.Generator,
) -> Simulation:
    """Let customers order, order by order, until they leave or time is up.

    Args:
        model: `bg_nbd` or `pareto_nbd`.
        parameters: Those of the model.
        observed: Time from the first order to now, shape (n_customers,).
        horizon: How long to go on after now.
        rng: Source of randomness; the same state gives the same customers.
    """
    spans = check_numbers(observed, name="observed")
    size = len(spans)
    r, alpha, *leaving = read_parameters(model, parameters)
    rate = rng.gamma(r, 1 / alpha, size)
    chance, left_at = np.zeros(size), np.full(size, np.inf)
    if model == "bg_nbd":
        chance = rng.beta(leaving[0], leaving[1], size)
    else:
        s, beta = leaving
        left_at = rng.exponential(1 / rng.gamma(s, 1 / beta, size))
    orders, later = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    last, moment = np.zeros(size), np.zeros(size)
    active = np.arange(size)
    while len(active):
        # Rates can be so small that the next order never comes.
        with np.errstate(divide="ignore", over="ignore"):
            moment[active] += rng.exponential(size=len(active)) / rate[active]
        is_order = moment[active] <= np.minimum(spans + horizon, left_at)[active]
        active = active[is_order]
        before = active[moment[active] <= spans[active]]
        orders[before] += 1
        last[before] = moment[before]
        later[active] += moment[active] > spans[active]
        leaves = rng.random(len(active)) < chance[active]
        left_at[active[leaves]] = moment[active[leaves]]
        active = active[~leaves]
    return Simulation(Histories(orders, last, spans), later, left_at > spans)
