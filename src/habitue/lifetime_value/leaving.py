"""When a Pareto/NBD customer may have left: the integral the model turns on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
# The integral ends where the integrand has fallen by e^-45.
TAIL = 45.0
# Customers whose nodes are in memory together.
ROWS_AT_ONCE = 4096


class Leaving(NamedTuple):
    """The integral of s (alpha + t)^-(r + x) (beta + t)^-(s + 1) from t_x to T.

    It is the likelihood of having left at some time t since the last order. Means are
    over that time, shape (n,).

    Attributes:
        log_value: Logarithm of the integral, shape (n,); -inf if t_x = T.
        log_alpha: Mean of log(alpha + t).
        log_beta: Mean of log(beta + t).
        inverse_alpha: Mean of 1 / (alpha + t).
        inverse_beta: Mean of 1 / (beta + t).
    """

    log_value: Array
    log_alpha: Array
    log_beta: Array
    inverse_alpha: Array
    inverse_beta: Array


def integrate_leaving(
    parameters: tuple[float, ...], orders: Array, last: Array, observed: Array
) -> Leaving:
    """Integrate numerically, everything in logarithms.

    The published formula is a difference of two hypergeometric functions: it overflows
    for frequent buyers, and cancels where the last order was a moment ago. The
    integrand itself is positive and, over u = log(t + the smaller of alpha and beta),
    log-concave: a Gauss-Legendre rule over where it is not negligible has nine
    digits or more.

    Args:
        parameters: r, alpha, s, beta.
        orders: Repeat orders x, shape (n,).
        last: Time of the last one t_x, shape (n,).
        observed: End of observation T, shape (n,).

    References:
        Schmittlein, Morrison and Colombo (1987), Counting your customers: who are they
        and what will they do next?, Management Science 33.
        Fader and Hardie (2005), A note on deriving the Pareto/NBD model.
    """
    parts = []
    for start in range(0, max(len(orders), 1), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        parts.append(_integrate(parameters, orders[rows], last[rows], observed[rows]))
    return Leaving(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _integrate(
    parameters: tuple[float, ...], orders: Array, last: Array, observed: Array
) -> Leaving:
    r, alpha, s, beta = parameters
    near, far = min(alpha, beta), max(alpha, beta)
    near_power, far_power = r + orders, np.full_like(orders, s + 1)
    if alpha > beta:
        near_power, far_power = far_power, near_power

    def log_integrand(u: Array) -> Array:
        log_far = np.log(np.exp(u) + (far - near))
        return np.asarray((1 - near_power) * u - far_power * log_far)

    low, high = np.log(near + last), np.log(near + observed)
    high = _end(log_integrand, low, high)
    u = low[:, None] + (high - low)[:, None] * (_NODES + 1) / 2
    from_near = np.exp(u)
    from_far = from_near + (far - near)
    log_far = np.log(from_far)
    log_height = (1 - near_power)[:, None] * u - far_power[:, None] * log_far
    peak = log_height.max(axis=1)
    mass = np.exp(log_height - peak[:, None]) * _WEIGHTS
    total = mass.sum(axis=1)
    share = mass / total[:, None]
    # The integral is zero where the last order was the last thing seen.
    with np.errstate(divide="ignore"):
        log_value = np.log(s * total * (high - low) / 2) + peak
    of_near = (share * u).sum(axis=1), (share / from_near).sum(axis=1)
    of_far = (share * log_far).sum(axis=1), (share / from_far).sum(axis=1)
    of_alpha, of_beta = (of_near, of_far) if alpha <= beta else (of_far, of_near)
    return Leaving(log_value, of_alpha[0], of_beta[0], of_alpha[1], of_beta[1])


def _end(log_integrand: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Where the integrand becomes negligible, if before the high end."""
    floor = log_integrand(low) - TAIL
    if not (log_integrand(high) < floor).any():
        return high
    inside, outside = low, high
    for _ in range(12):
        middle = (inside + outside) / 2
        is_negligible = log_integrand(middle) < floor
        inside = np.where(is_negligible, inside, middle)
        outside = np.where(is_negligible, middle, outside)
    return outside
