"""No order for some time: closed forms, simulated customers, both ends of the scale."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import roots_genlaguerre

from habitue.lifetime_value import (
    LifetimeValueError,
    no_order_probability,
    probability_alive,
)
from habitue.lifetime_value.simulation import simulate_orders

BG_NBD = {"r": 0.6, "alpha": 5.0, "a": 0.8, "b": 2.5}
PARETO_NBD = {"r": 0.6, "alpha": 5.0, "s": 0.7, "beta": 12.0}
BOTH = [("bg_nbd", BG_NBD), ("pareto_nbd", PARETO_NBD)]
CUSTOMERS = ([0, 2, 2, 26, 0], [0, 30.43, 1, 30.86, 0], [38.86, 38.86, 38.86, 31, 0])


def test_bg_nbd_customers_have_left_or_wait():
    """Gone for good, or still there with a rate that is gamma(r + x, alpha + T)."""
    alive = probability_alive("bg_nbd", BG_NBD, *CUSTOMERS)
    orders, _, seen = (np.array(column, dtype=float) for column in CUSTOMERS)
    waits = ((5 + seen) / (5 + seen + 13)) ** (0.6 + orders)

    found = no_order_probability("bg_nbd", BG_NBD, *CUSTOMERS, horizon=13)

    assert found == pytest.approx(1 - alive + alive * waits, rel=1e-12)


def test_pareto_nbd_newcomers_by_a_double_integral():
    """No order in 7 weeks: left before the first one, or neither left nor ordered.

    Rates are gamma(2, 5), rates of leaving gamma(3, 12): a Gauss-Laguerre rule each.
    """
    (rates, rate_weights), (leavings, leaving_weights) = (
        roots_genlaguerre(60, shape - 1) for shape in (2, 3)
    )
    rate, leaving = rates[:, None] / 5, leavings[None, :] / 12
    weights = rate_weights[:, None] * leaving_weights[None, :]
    both = rate + leaving
    silent = (leaving + rate * np.exp(-7 * both)) / both
    expected = (weights * silent).sum() / weights.sum()
    fitted = {"r": 2.0, "alpha": 5.0, "s": 3.0, "beta": 12.0}

    found = no_order_probability("pareto_nbd", fitted, [0], [0], [0], horizon=7)

    assert found == pytest.approx([expected], abs=1e-6)


@pytest.mark.parametrize(("model", "parameters"), BOTH)
def test_simulated_customers_are_silent_as_often_as_predicted(model, parameters):
    rng = np.random.default_rng(4)
    world = simulate_orders(
        model, parameters, rng.uniform(5, 60, 60_000), horizon=13, rng=rng
    )
    told = no_order_probability(model, parameters, *world.histories, horizon=13)
    is_silent = world.later_orders == 0
    bands = np.minimum((10 * told).astype(int), 9)
    for band in range(10):
        chosen = bands == band
        if chosen.sum() > 300:
            error = np.sqrt(0.25 / chosen.sum())
            difference = told[chosen].mean() - is_silent[chosen].mean()
            assert abs(difference) < 4 * error
    assert len(set(bands)) >= 8


@pytest.mark.parametrize(("model", "parameters"), BOTH)
def test_longer_silence_is_less_probable_down_to_having_left(model, parameters):
    alive = probability_alive(model, parameters, *CUSTOMERS)
    before = np.ones(5)
    for horizon in (1e-9, 1, 10, 100, 1e4):
        found = no_order_probability(model, parameters, *CUSTOMERS, horizon=horizon)
        assert (found <= before).all()
        assert (found >= 1 - alive - 1e-12).all()
        before = found
    soon = no_order_probability(model, parameters, *CUSTOMERS, horizon=1e-9)
    assert soon == pytest.approx(np.ones(5), abs=1e-6)


@pytest.mark.parametrize(("model", "parameters"), BOTH)
def test_thousands_of_orders_do_not_overflow(model, parameters):
    busy = ([5000, 5000], [700.0, 700.0], [700.0, 800.0])

    active, gone = no_order_probability(model, parameters, *busy, horizon=1)

    assert active < 0.01
    assert gone == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("horizon", [0, -1, np.nan, np.inf])
def test_a_horizon_that_is_none_is_refused(horizon):
    with pytest.raises(LifetimeValueError, match="horizon must be above 0"):
        no_order_probability("bg_nbd", BG_NBD, *CUSTOMERS, horizon=horizon)


def test_a_model_of_spend_says_nothing_of_orders():
    fitted = {"p": 6.0, "q": 3.0, "v": 15.0}
    with pytest.raises(LifetimeValueError, match="no model of orders"):
        no_order_probability("gamma_gamma", fitted, *CUSTOMERS, horizon=1)
