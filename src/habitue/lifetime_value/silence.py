"""How probable it is that nothing is heard of a customer for some time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from habitue.lifetime_value.counts import Histories, check_histories
from habitue.lifetime_value.errors import LifetimeValueError
from habitue.lifetime_value.fitted import read_parameters
from habitue.lifetime_value.leaving import integrate_leaving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from habitue.lifetime_value.fitted import OrderModel

    Array = NDArray[np.float64]
    Parameters = tuple[float, ...]


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
        repeat_count: Repeat orders, shape (n_customers,).
        last_repeat: Time from the first to the last order, shape (n_customers,), in
            the unit of time of the fit.
        observed: Time from the first order to now, shape (n_customers,).
        horizon: How far to look ahead, in that unit.

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
    values = read_parameters(model, parameters)
    if model not in _LOG_LIKELIHOOD:
        raise LifetimeValueError(f"{model} is no model of orders")
    if not (math.isfinite(horizon) and horizon > 0):
        raise LifetimeValueError(f"horizon must be above 0, got {horizon}")
    now = check_histories(repeat_count, last_repeat, observed)
    then = now._replace(observed=now.observed + horizon)
    likelihood = _LOG_LIKELIHOOD[model]
    gain = likelihood(values, then) - likelihood(values, now)
    return np.asarray(np.exp(np.minimum(gain, 0)))


def _bg_nbd(parameters: Parameters, histories: Histories) -> Array:
    """Log-likelihood of histories, but for what does not depend on their end."""
    r, alpha, a, b = parameters
    orders = histories.repeat_count
    alive = -(r + orders) * np.log(alpha + histories.observed)
    left = np.log(a) - np.log(np.maximum(b + orders - 1, b))
    left = left - (r + orders) * np.log(alpha + histories.last_repeat)
    return np.where(orders > 0, np.logaddexp(alive, left), alive)


def _pareto_nbd(parameters: Parameters, histories: Histories) -> Array:
    r, alpha, s, beta = parameters
    orders = histories.repeat_count.astype(np.float64)
    alive = -(r + orders) * np.log(alpha + histories.observed)
    alive -= s * np.log(beta + histories.observed)
    left = integrate_leaving(
        parameters, orders, histories.last_repeat, histories.observed
    )
    return np.asarray(np.logaddexp(alive, left.log_value))


_LOG_LIKELIHOOD = {"bg_nbd": _bg_nbd, "pareto_nbd": _pareto_nbd}
