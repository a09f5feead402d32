"""What customers will be worth: how many orders, of what value, for how long."""

from habitue.lifetime_value.bg_nbd import fit_bg_nbd
from habitue.lifetime_value.counts import RepeatCounts
from habitue.lifetime_value.errors import LifetimeValueError
from habitue.lifetime_value.fitted import FittedModel, OrderModel
from habitue.lifetime_value.gamma_gamma import expected_order_value, fit_gamma_gamma
from habitue.lifetime_value.pareto_nbd import fit_pareto_nbd
from habitue.lifetime_value.predictions import (
    discounted_expected_orders,
    expected_orders,
    expected_orders_of_new_customer,
    no_order_probability,
    probability_alive,
)

__all__ = [
    "FittedModel",
    "LifetimeValueError",
    "OrderModel",
    "RepeatCounts",
    "discounted_expected_orders",
    "expected_order_value",
    "expected_orders",
    "expected_orders_of_new_customer",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "fit_pareto_nbd",
    "no_order_probability",
    "probability_alive",
]
