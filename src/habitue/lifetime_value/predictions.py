"""What a fitted order model says of each customer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from habitue.lifetime_value.bg_nbd import (
    bg_nbd_log_chances,
    bg_nbd_orders_while_alive,
)
from habitue.lifetime_value.counts import (
    Histories,
    check_histories,
    check_numbers,
    group_rows,
)
from habitue.lifetime_value.errors import LifetimeValueError
from habitue.lifetime_value.fitted import read_parameters
from habitue.lifetime_value.pareto_nbd import (
    pareto_nbd_log_chances,
    pareto_nbd_orders_while_alive,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from habitue.lifetime_value.fitted import OrderModel

    Array = NDArray[np.float64]

_LOG_CHANCES = {"bg_nbd": bg_nbd_log_chances, "pareto_nbd": pareto_nbd_log_chances}
_ORDERS_WHILE_ALIVE = {
    "bg_nbd": bg_nbd_orders_while_alive,
    "pareto_nbd": pareto_nbd_orders_while_alive,
}

# Distinct customers whose points of integration are in memory together.
ROWS_AT_ONCE = 4096


def probability_alive(
    model: OrderModel,
    parameters: Mapping[str, float],
    repeat_count: ArrayLike,
    last_repeat: ArrayLike,
    observed: ArrayLike,
) -> Array:
    """Probability that each customer has not left for good.

    Args:
        model: `bg_nbd` or `pareto_nbd`.
        parameters: Those of a converged fit.
        repeat_count: Repeat orders, shape (n_customers,).
        last_repeat: Time from the first to the last order, shape (n_customers,), in
            the unit of time of the fit.
        observed: Time from the first order to now, shape (n_customers,).

    Returns:
        Shape (n_customers,), in [0, 1]. In the BG/NBD model customers leave after a
        repeat order only, so without one it is 1.

    Raises:
        LifetimeValueError: If a column or a parameter is no such thing.
    """
    values = _read(model, parameters)
    histories = check_histories(repeat_count, last_repeat, observed)
    return _alive(model, values, histories)


def no_order_probability(
    model: OrderModel,
    parameters: Mapping[str, float],
    repeat_count: ArrayLike,
    last_repeat: ArrayLike,
    observed: ArrayLike,
    *,
    horizon: float,
) -> Array:
    """Probability that a customer places no order from now to the horizon.

    It is what can be held against what followed, unlike the probability of having
    left: who has not left may still be silent for long.

    Args:
        model: `bg_nbd` or `pareto_nbd`.
        parameters: Those of a converged fit.
        repeat_count: As in `probability_alive`.
        last_repeat: As in `probability_alive`.
        observed: As in `probability_alive`.
        horizon: How far to look ahead, in the unit of time of the fit.

    Returns:
        Shape (n_customers,), in [0, 1]: how likely the same history is with so much
        more silence at its end, relative to the history.

    Raises:
        LifetimeValueError: If a column, a parameter or the horizon is no such thing.

    Assumptions:
        Those of the model.

    References:
        Fader, Hardie and Lee (2005), "Counting your customers" the easy way: an
        alternative to the Pareto/NBD model, Marketing Science 24, equation 6.
        Fader and Hardie (2005), A note on deriving the Pareto/NBD model.
    """
    values = _read(model, parameters)
    length = _positive(horizon, name="horizon")
    now = check_histories(repeat_count, last_repeat, observed)
    then = now._replace(observed=now.observed + length)
    gain = np.logaddexp(*_LOG_CHANCES[model](values, then))
    gain = gain - np.logaddexp(*_LOG_CHANCES[model](values, now))
    return np.asarray(np.exp(np.minimum(gain, 0)))


def expected_orders(
    model: OrderModel,
    parameters: Mapping[str, float],
    repeat_count: ArrayLike,
    last_repeat: ArrayLike,
    observed: ArrayLike,
    *,
    horizon: float,
) -> Array:
    """Expected orders of each customer from now to the horizon.

    Args:
        model: `bg_nbd` or `pareto_nbd`.
        parameters: Those of a converged fit.
        repeat_count: As in `probability_alive`.
        last_repeat: As in `probability_alive`.
        observed: As in `probability_alive`.
        horizon: How far to look ahead, in the unit of time of the fit.

    Returns:
        Shape (n_customers,): P(alive) times the expected orders of who is alive.

    Raises:
        LifetimeValueError: If a column, a parameter or the horizon is no such thing.

    Assumptions:
        Those of the model; nothing that happens later (a campaign, a season) changes
        a customer's rate.
    """
    ends = np.array([_positive(horizon, name="horizon")])
    histories = check_histories(repeat_count, last_repeat, observed)
    orders: Array = _orders_by(model, parameters, histories, ends)[:, 0]
    return orders


def expected_orders_of_new_customer(
    model: OrderModel, parameters: Mapping[str, float], horizon: ArrayLike
) -> Array:
    """Expected repeat orders of somebody who has just ordered for the first time.

    Args:
        model: `bg_nbd` or `pareto_nbd`.
        parameters: Those of a converged fit.
        horizon: Times since the first order, shape (n_horizons,), in the unit of time
            of the fit.

    Returns:
        Shape (n_horizons,).

    Raises:
        LifetimeValueError: If a horizon or a parameter is no such thing.
    """
    ends = check_numbers(np.atleast_1d(np.asarray(horizon)), name="horizon")
    newcomer = Histories(np.zeros(1, dtype=np.int64), np.zeros(1), np.zeros(1))
    orders: Array = _orders_by(model, parameters, newcomer, ends)[0]
    return orders


def discounted_expected_orders(
    model: OrderModel,
    parameters: Mapping[str, float],
    repeat_count: ArrayLike,
    last_repeat: ArrayLike,
    observed: ArrayLike,
    *,
    horizon: float,
    step: float,
    discount_rate: float,
) -> Array:
    """Expected orders up to the horizon, later ones worth less.

    The future is cut into steps from now on (the last one may be shorter). The orders
    expected in a step are discounted by its middle, t: they count (1 + rate)^-t each.
    By its end, as is often seen, half a step too much would be taken off.

    Args:
        model: `bg_nbd` or `pareto_nbd`.
        parameters: Those of a converged fit.
        repeat_count: As in `probability_alive`.
        last_repeat: As in `probability_alive`.
        observed: As in `probability_alive`.
        horizon: How far to look ahead, in the unit of time of the fit.
        step: Length of a step in that unit.
        discount_rate: Interest per unit of time, 0 or above: a yearly rate y is
            (1 + y)^(1/52.18) - 1 a week.

    Returns:
        Shape (n_customers,). Times the expected order value it is the customer's
        residual lifetime value, if what an order is worth does not depend on how
        often somebody orders.

    Raises:
        LifetimeValueError: If a column, a parameter or an option is no such thing.

    References:
        Fader, Hardie and Lee (2005), RFM and CLV: using iso-value curves for customer
        base analysis, Journal of Marketing Research 42.
    """
    length = _positive(step, name="step")
    rate = float(check_numbers([discount_rate], name="discount_rate")[0])
    last = _positive(horizon, name="horizon")
    steps = math.ceil(last / length - 1e-9)
    ends = np.minimum(length * np.arange(1, steps + 1), last)
    starts = length * np.arange(steps)
    discount = (1 + rate) ** (-(starts + ends) / 2)
    # Adding up sum d_k (E_k - E_(k-1)) by E: each needs its difference of discounts.
    worth = discount - np.append(discount[1:], 0.0)
    histories = check_histories(repeat_count, last_repeat, observed)
    orders: Array = _orders_by(model, parameters, histories, ends, weights=worth)[:, 0]
    return orders


def _orders_by(
    model: OrderModel,
    parameters: Mapping[str, float],
    histories: Histories,
    ends: Array,
    weights: Array | None = None,
) -> Array:
    """Expected orders by the end of each horizon, or their weighted sum."""
    values = _read(model, parameters)
    alive = _alive(model, values, histories)
    # Who is alive is told apart by orders and age alone: few distinct pairs.
    groups = group_rows((histories.repeat_count, histories.observed))
    distinct = histories.take(groups.rows)
    orders = np.empty((len(groups.rows), len(ends) if weights is None else 1))
    for start in range(0, len(orders), ROWS_AT_ONCE):
        rows = np.arange(start, min(start + ROWS_AT_ONCE, len(orders)))
        by_end = _ORDERS_WHILE_ALIVE[model](values, distinct.take(rows), ends)
        if weights is not None:
            by_end = (by_end * weights).sum(axis=1, keepdims=True)
        orders[rows] = by_end
    return np.asarray(alive[:, None] * orders[groups.group])


def _alive(model: OrderModel, values: tuple[float, ...], histories: Histories) -> Array:
    chances = _LOG_CHANCES[model](values, histories)
    return np.asarray(expit(chances.alive - chances.left))


def _read(model: str, parameters: Mapping[str, float]) -> tuple[float, ...]:
    if model not in _LOG_CHANCES:
        raise LifetimeValueError(
            f"there is no order model {model!r}: take one of {', '.join(_LOG_CHANCES)}"
        )
    return read_parameters(model, parameters)


def _positive(value: float, *, name: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise LifetimeValueError(f"{name} must be above 0, got {value}")
    return float(value)
