"""Gamma-Gamma: what an order of a customer is worth, given the orders so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, psi

from habitue.lifetime_value.counts import (
    check_customer_count,
    check_numbers,
    check_whole_numbers,
    group_rows,
    to_column,
)
from habitue.lifetime_value.errors import LifetimeValueError
from habitue.lifetime_value.fitted import (
    NO_REPEAT_ORDERS,
    PARAMETERS,
    from_optimum,
    read_parameters,
    without_parameters,
)
from habitue.lifetime_value.maximum_likelihood import maximise
from habitue.lifetime_value.sums import sums_by, weighted_sum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from habitue.lifetime_value.fitted import FittedModel, Status

    Vector = NDArray[np.float64]


class GammaGammaLikelihood:
    """The log-likelihood of mean order values, prepared for many evaluations.

    Args:
        orders: Repeat orders per group, shape (n_groups,), above 0.
        values: Their mean value, shape (n_groups,), above 0.
        customers: Customers per group, shape (n_groups,).
    """

    def __init__(self, orders: Vector, values: Vector, customers: Vector) -> None:
        distinct, index = np.unique(orders, return_inverse=True)
        self.orders, self.spent, self.customers = orders, orders * values, customers
        self.total = float(customers.sum())
        self.distinct = distinct
        self.distinct_customers = sums_by(index, customers, size=len(distinct))
        self.log_spent = weighted_sum(customers * orders, np.log(self.spent))
        self.log_values = weighted_sum(customers, np.log(values))

    def __call__(self, parameters: Vector) -> tuple[float, Vector]:
        """Log-likelihood and gradient at (p, q, v)."""
        p, q, v = parameters
        shape, exponent = p * self.distinct, p * self.orders + q
        log_sum = self.customers * np.log(v + self.spent)
        joint, normaliser = psi(shape + q), gammaln(shape) + gammaln(q)
        value = (
            weighted_sum(self.distinct_customers, gammaln(shape + q) - normaliser)
            + self.total * q * np.log(v)
            + p * self.log_spent
            - self.log_values
            - weighted_sum(log_sum, exponent)
        )
        gradient = np.array(
            [
                weighted_sum(
                    self.distinct_customers, self.distinct * (joint - psi(shape))
                )
                + self.log_spent
                - weighted_sum(log_sum, self.orders),
                weighted_sum(self.distinct_customers, joint - psi(q))
                + self.total * np.log(v)
                - float(log_sum.sum()),
                self.total * q / v
                - weighted_sum(self.customers, exponent / (v + self.spent)),
            ]
        )
        return float(value), gradient


def fit_gamma_gamma(
    repeat_count: ArrayLike,
    mean_value: ArrayLike,
    customer_count: ArrayLike | None = None,
    *,
    minimum_customers: int = 100,
) -> FittedModel:
    """Fit the Gamma-Gamma model of order values by maximum likelihood.

    Args:
        repeat_count: Repeat orders, shape (n_groups,).
        mean_value: Their mean value, shape (n_groups,); not read where there is no
            repeat order. Below 0 if credits exceed what was bought.
        customer_count: Customers who share the two, shape (n_groups,); one each if
            left out.
        minimum_customers: Below so many usable customers nothing is fitted.

    Returns:
        Parameters p, q, v, or a status that says why there are none. Customers without
        a repeat order, or whose orders are worth nothing or less, are left out and
        counted.

    Raises:
        LifetimeValueError: If a column is no such thing; the message says what to do.

    Assumptions:
        A customer's order values are gamma distributed around a personal mean, whose
        inverse scale is gamma distributed over customers. What customers spend per
        order does not depend on how often they order: check the correlation.

    References:
        Fader and Hardie (2013), The Gamma-Gamma model of monetary value.
        Fader, Hardie and Lee (2005), RFM and CLV: using iso-value curves for customer
        base analysis, Journal of Marketing Research 42.
    """
    orders, values = _check_spend(repeat_count, mean_value)
    if customer_count is None:
        customers = np.ones(len(orders), dtype=np.int64)
    else:
        customers = check_customer_count(customer_count, size=len(orders))
    is_used = (orders > 0) & (values > 0)
    used = int(customers[is_used].sum())
    left_out = int(customers[~is_used].sum())
    refusal = _refuse_spend(orders, used, left_out, max(minimum_customers, 1))
    if refusal:
        return refusal
    orders, values, customers = orders[is_used], values[is_used], customers[is_used]
    groups = group_rows((orders, values))
    orders, values = orders[groups.rows], values[groups.rows]
    customers = groups.sums(customers)
    weights = customers.astype(np.float64)
    # The geometric mean: one order of a million does not move it.
    unit = float(np.exp(weighted_sum(weights, np.log(values)) / used))
    optimum = maximise(
        GammaGammaLikelihood(orders.astype(np.float64), values / unit, weights),
        describes=PARAMETERS["gamma_gamma"],
        starts=[(4.0, 4.0, 1.0), (1.0, 2.0, 1.0), (20.0, 2.0, 0.1)],
        customer_count=used,
    )
    fitted = from_optimum(
        "gamma_gamma",
        optimum,
        units={"v": unit},
        log_likelihood_shift=-used * float(np.log(unit)),
        reason=f"fitted on {used:,} customers, {left_out:,} left out (no repeat order, "
        "or worth nothing)",
        customer_count=used,
        left_out_count=left_out,
    )
    if fitted.status == "converged" and fitted.parameters["q"] <= 1:
        return without_parameters(
            "gamma_gamma",
            "did_not_converge",
            f"q is {fitted.parameters['q']:.3g}; at 1 or below the mean order value is "
            "infinite: cap extreme order values",
            customer_count=used,
            left_out_count=left_out,
            iteration_count=fitted.iteration_count,
        )
    return fitted


def expected_order_value(
    parameters: Mapping[str, float], repeat_count: ArrayLike, mean_value: ArrayLike
) -> Vector:
    """Expected value of a future order of each customer.

    Args:
        parameters: p, q, v of a converged fit.
        repeat_count: Repeat orders, shape (n_customers,).
        mean_value: Their mean value, shape (n_customers,); not read where there is no
            repeat order.

    Returns:
        Shape (n_customers,), in the unit of v: between the customer's own mean and
        that of all customers, p v / (q - 1), which stands alone where there are no
        repeat orders. A mean below 0 counts as 0.

    Raises:
        LifetimeValueError: If a column or a parameter is no such thing.

    References:
        Fader and Hardie (2013), The Gamma-Gamma model of monetary value, equation 5.
    """
    p, q, v = read_parameters("gamma_gamma", parameters)
    if q <= 1:
        raise LifetimeValueError(f"q must be above 1 for a mean to exist, got {q}")
    orders, values = _check_spend(repeat_count, mean_value)
    return np.asarray(p * (v + orders * values) / (p * orders + q - 1))


def _check_spend(
    repeat_count: ArrayLike, mean_value: ArrayLike
) -> tuple[NDArray[np.int64], Vector]:
    orders = check_whole_numbers(repeat_count, name="repeat_count")
    raw = to_column(mean_value, name="mean_value")
    if raw.shape != orders.shape:
        raise LifetimeValueError(
            f"repeat_count and mean_value differ in length ({len(orders)}, "
            f"{raw.size}): give one entry per customer"
        )
    # Credits can exceed what was bought: no error, but worth nothing.
    worth = np.where(orders > 0, np.maximum(raw, 0.0), 0.0)
    return orders, check_numbers(worth, name="mean_value")


def _refuse_spend(
    orders: NDArray[np.int64], used: int, left_out: int, minimum_customers: int
) -> FittedModel | None:
    status: Status
    if len(orders) and not orders.any():
        status, reason = "no_repeat_orders", NO_REPEAT_ORDERS
    elif len(orders) and not used:
        status = "no_spend"
        reason = "no repeat orders are worth more than 0: check prices and credits"
    elif used < minimum_customers:
        status = "too_few_customers"
        reason = (
            f"{used:,} customers with repeat orders worth something are fewer than "
            f"{minimum_customers:,} ({left_out:,} were left out): wait for more"
        )
    else:
        return None
    return without_parameters(
        "gamma_gamma", status, reason, customer_count=used, left_out_count=left_out
    )
