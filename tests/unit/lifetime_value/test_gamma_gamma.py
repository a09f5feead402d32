"""Gamma-Gamma: what an order is worth, by hand, by slope and by planted truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import betaprime

from habitue.lifetime_value import (
    LifetimeValueError,
    expected_order_value,
    fit_gamma_gamma,
)
from habitue.lifetime_value.gamma_gamma import GammaGammaLikelihood

PLANTED = {"p": 6.25, "q": 3.74, "v": 15.44}


def simulated(seed: int, parameters=PLANTED, customers=3000):
    rng = np.random.default_rng(seed)
    p, q, v = parameters.values()
    orders = rng.geometric(0.4, customers)
    scale = rng.gamma(q, 1 / v, customers)
    return orders, rng.gamma(p * orders, 1 / scale) / orders


def test_the_value_of_an_order_by_hand():
    parameters = {"p": 2.0, "q": 3.0, "v": 10.0}

    found = expected_order_value(parameters, [0, 4, 4, 1000, 4], [7, 20, 0, 20, -5])

    # p (v + x z) / (p x + q - 1): the population mean 2 · 10 / 2, then 2 · 90 / 10.
    assert found[:3].tolist() == [10.0, 18.0, 2.0]
    assert found[3] == pytest.approx(20, rel=0.001)
    assert found[4] == 2.0  # credits beyond what was bought are worth nothing


def test_the_likelihood_is_that_of_a_beta_prime():
    """Given x, x z / v is a beta prime variable with shapes p x and q."""
    p, q, v = PLANTED.values()
    orders, values = np.array([1.0, 3.0, 40.0]), np.array([12.0, 55.0, 31.0])
    density = betaprime(p * orders, q, scale=v / orders).logpdf(values)

    found, _ = GammaGammaLikelihood(orders, values, np.array([1.0, 2.0, 3.0]))(
        np.array([p, q, v])
    )

    assert found == pytest.approx((density * [1, 2, 3]).sum(), rel=1e-10)


def test_the_gradient_is_the_slope():
    orders, values = simulated(1, customers=200)
    likelihood = GammaGammaLikelihood(orders.astype(float), values, np.ones(200))
    for at in np.array([[6.0, 4.0, 15.0], [0.3, 1.2, 90.0], [40.0, 9.0, 0.2]]):
        gradient = likelihood(at)[1]

        slope = approx_fprime(at, lambda p: likelihood(p)[0], 1e-7 * at)
        assert gradient == pytest.approx(slope, rel=1e-4, abs=1e-3)


def test_planted_parameters_are_found_and_errors_are_honest(errors_of):
    away = errors_of([fit_gamma_gamma(*simulated(seed)) for seed in range(40)], PLANTED)

    assert (np.abs(away) < 3.5).all()
    assert (np.abs(away) < 3).mean() > 0.98
    assert (np.abs(away.mean(axis=0)) < 3 / np.sqrt(40)).all()
    assert ((away.std(axis=0) > 0.75) & (away.std(axis=0) < 1.3)).all()


def test_expected_values_come_true_where_the_model_is_true():
    rng = np.random.default_rng(2)
    p, q, v = PLANTED.values()
    orders = rng.integers(0, 6, 300_000)
    scale = rng.gamma(q, 1 / v, len(orders))
    with np.errstate(invalid="ignore"):
        values = rng.gamma(p * orders, 1 / scale) / orders
    expected = expected_order_value(PLANTED, orders, values)

    for count in range(6):
        misses = (p / scale - expected)[orders == count]
        assert abs(misses.mean()) < 4 * misses.std() / np.sqrt(len(misses))


def test_the_order_of_rows_and_the_grouping_change_nothing():
    orders, values = simulated(3, customers=400)
    values = np.round(values)
    groups, customers = np.unique(
        np.column_stack([orders, values]), axis=0, return_counts=True
    )

    by_customer = fit_gamma_gamma(orders[::-1], values[::-1])

    assert fit_gamma_gamma(groups[:, 0], groups[:, 1], customers) == by_customer


def test_cents_instead_of_euros_change_the_unit_only():
    orders, values = simulated(4)

    euros, cents = (
        fit_gamma_gamma(orders, values),
        fit_gamma_gamma(orders, 100 * values),
    )

    v = euros.parameters["v"]
    assert cents.parameters == pytest.approx(
        {**euros.parameters, "v": 100 * v}, rel=1e-6
    )
    assert cents.log_likelihood == pytest.approx(
        euros.log_likelihood - 3000 * math.log(100), rel=1e-12
    )


def test_who_says_nothing_of_values_is_left_out_and_counted():
    orders, values = simulated(5, customers=500)
    nothing = [math.nan, 9.0, 0.0, -3.0]

    told = fit_gamma_gamma(
        np.append(orders, [0, 0, 2, 2]), np.append(values, nothing), np.full(504, 2)
    )

    assert (told.customer_count, told.left_out_count) == (1000, 8)
    assert "1,000 customers, 8 left out" in told.reason
    alone = fit_gamma_gamma(orders, values, np.full(500, 2))
    assert told.parameters == alone.parameters


@pytest.mark.parametrize(
    ("orders", "values", "status", "reason"),
    [
        ([0] * 500, [0] * 500, "no_repeat_orders", "observe longer"),
        ([2] * 500, [0.0] * 500, "no_spend", "check prices"),
        ([2] * 500, [-1.0] * 500, "no_spend", "check prices"),
        ([2, 3, 1], [5, 6, 7], "too_few_customers", "3 customers"),
        ([], [], "too_few_customers", "0 customers"),
        ([2] * 500, [20.0] * 500, "did_not_converge", "ran to infinity"),
    ],
)
def test_where_there_is_no_answer_there_is_a_reason(orders, values, status, reason):
    fitted = fit_gamma_gamma(orders, values)

    assert fitted.status == status
    assert reason in fitted.reason
    assert fitted.parameters == fitted.standard_errors == {}
    assert math.isnan(fitted.log_likelihood)


def test_no_minimum_is_still_one_customer():
    assert fit_gamma_gamma([], [], minimum_customers=0).status == "too_few_customers"


def test_an_infinite_mean_is_no_answer():
    orders, values = simulated(6, {"p": 3.0, "q": 0.7, "v": 5.0})

    fitted = fit_gamma_gamma(orders, values)

    assert fitted.status == "did_not_converge"
    assert "mean order value is infinite" in fitted.reason
    assert fitted.parameters == {}


@pytest.mark.parametrize(
    ("orders", "values", "customers", "message"),
    [
        ([1, 2], [3.0, math.nan], None, "mean_value is missing.*row 1"),
        ([1, 2], [3.0, math.inf], None, "mean_value is missing or infinite"),
        ([1, -2], [3.0, 4.0], None, "repeat_count is negative"),
        ([1, 2.5], [3.0, 4.0], None, "repeat_count is not a whole number"),
        ([1, 2], [3.0], None, "differ in length"),
        ([1, 2], ["much", 4.0], None, "mean_value holds something"),
        ([1, 2], [3.0, 4.0], [1, 0], "without customers"),
    ],
)
def test_columns_that_cannot_be_are_refused(orders, values, customers, message):
    with pytest.raises(LifetimeValueError, match=message):
        fit_gamma_gamma(orders, values, customers)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "parameter p .* only a fit with the status converged"),
        ({"p": 1.0, "q": 0.0, "v": 1.0}, "parameter q"),
        ({"p": 1.0, "q": 1.0, "v": 1.0}, "q must be above 1"),
    ],
)
def test_parameters_of_a_failed_fit_are_refused(parameters, message):
    with pytest.raises(LifetimeValueError, match=message):
        expected_order_value(parameters, [1], [2.0])
