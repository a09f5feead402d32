"""What both order models say of customers, held against integrals and simulations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import roots_genlaguerre

from habitue.lifetime_value import (
    LifetimeValueError,
    discounted_expected_orders,
    expected_orders,
    expected_orders_of_new_customer,
    no_order_probability,
    probability_alive,
)
from habitue.lifetime_value.simulation import simulate_orders

BG_NBD = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
PARETO_NBD = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
BOTH = [("bg_nbd", BG_NBD), ("pareto_nbd", PARETO_NBD)]
CUSTOMERS = ([0, 2, 2, 26, 0], [0, 30.43, 1, 30.86, 0], [38.86, 38.86, 38.86, 31, 0])


def test_orders_are_discounted_by_the_middle_of_their_step():
    """With s = 2 and all else 1 a newcomer is expected to order t / (1 + t) times."""
    simple = {"r": 1.0, "alpha": 1.0, "s": 2.0, "beta": 1.0}

    found = discounted_expected_orders(
        "pareto_nbd", simple, [0], [0], [0], horizon=3, step=1, discount_rate=0.21
    )

    # 1/2, 1/6 and 1/12 orders, at 1.21^-.5, 1.21^-1.5 and 1.21^-2.5.
    by_hand = 1 / 2 / 1.1 + 1 / 6 / 1.331 + 1 / 12 / 1.61051
    assert found == pytest.approx([by_hand], rel=1e-12)


@pytest.mark.parametrize(("model", "parameters"), BOTH)
def test_the_last_step_may_be_shorter(model, parameters):
    def by(horizon):
        return expected_orders(model, parameters, *CUSTOMERS, horizon=horizon)

    found = discounted_expected_orders(
        model, parameters, *CUSTOMERS, horizon=2.5, step=1, discount_rate=0.1
    )

    steps = by(1), by(2) - by(1), by(2.5) - by(2)
    middles = 0.5, 1.5, 2.25
    expected = sum(
        step * 1.1**-middle for step, middle in zip(steps, middles, strict=True)
    )
    assert found == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("model", "parameters"), BOTH)
def test_without_interest_steps_add_up_to_the_horizon(model, parameters):
    whole = expected_orders(model, parameters, *CUSTOMERS, horizon=0.3)

    # .3 is not three times .1 in floating point: there must be no fourth step.
    found = discounted_expected_orders(
        model, parameters, *CUSTOMERS, horizon=0.3, step=0.1, discount_rate=0
    )

    assert found == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize(("model", "parameters"), BOTH)
def test_equal_customers_get_equal_answers_in_their_own_rows(model, parameters):
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 5, 10_000)
    many = [np.array(column)[rows] for column in CUSTOMERS]

    few = expected_orders(model, parameters, *CUSTOMERS, horizon=8)

    assert (expected_orders(model, parameters, *many, horizon=8) == few[rows]).all()


@pytest.mark.parametrize(("model", "parameters"), BOTH)
def test_more_distinct_customers_than_are_in_memory_at_once(model, parameters):
    spans = np.linspace(1, 50, 9000)
    columns = (np.full(9000, 3), spans / 2, spans)

    alive = probability_alive(model, parameters, *columns)
    orders = expected_orders(model, parameters, *columns, horizon=8)

    for row in (0, 4095, 4096, 8999):
        one = [column[row : row + 1] for column in columns]
        assert alive[row] == probability_alive(model, parameters, *one)[0]
        assert orders[row] == expected_orders(model, parameters, *one, horizon=8)[0]


@pytest.mark.parametrize(("model", "parameters"), BOTH)
def test_no_customers_no_answers(model, parameters):
    nobody = ([], [], [])

    assert len(probability_alive(model, parameters, *nobody)) == 0
    assert len(expected_orders(model, parameters, *nobody, horizon=8)) == 0


@pytest.mark.parametrize(("model", "parameters"), BOTH)
def test_a_newcomer_is_a_customer_of_no_age(model, parameters):
    known = expected_orders(model, parameters, [0], [0], [0], horizon=26)

    found = expected_orders_of_new_customer(model, parameters, [0, 26])

    assert found.tolist() == [0, known[0]]


@pytest.mark.parametrize(("model", "parameters"), BOTH)
def test_expected_orders_come_true_where_the_model_is_true(model, parameters):
    rng = np.random.default_rng(3)
    spans = rng.choice([5.0, 15.0, 25.0, 50.0], 150_000)
    truth = simulate_orders(model, parameters, spans, horizon=26, rng=rng)
    alive = probability_alive(model, parameters, *truth.histories)
    orders = expected_orders(model, parameters, *truth.histories, horizon=26)
    repeats = np.minimum(truth.histories.repeat_count, 5)

    for repeat_count in range(6):
        rows = repeats == repeat_count
        for expected, happened in (
            (alive, truth.is_alive.astype(float)),
            (orders, truth.later_orders.astype(float)),
        ):
            misses = (happened - expected)[rows]
            error = max(misses.std(), 1e-9) / np.sqrt(rows.sum())
            assert abs(misses.mean()) < 4 * error
    newcomers = simulate_orders(model, parameters, np.full(150_000, 30.0), rng=rng)
    happened = newcomers.histories.repeat_count
    expected = expected_orders_of_new_customer(model, parameters, 30.0)[0]
    assert abs(happened.mean() - expected) < 4 * happened.std() / np.sqrt(150_000)


def test_bg_nbd_customers_have_left_or_wait():
    """Gone for good, or still there with a rate that is gamma(r + x, alpha + T)."""
    alive = probability_alive("bg_nbd", BG_NBD, *CUSTOMERS)
    orders, _, seen = (np.array(column, dtype=float) for column in CUSTOMERS)
    alpha = BG_NBD["alpha"]
    waits = ((alpha + seen) / (alpha + seen + 13)) ** (BG_NBD["r"] + orders)

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


@pytest.mark.parametrize("predict", [no_order_probability, expected_orders])
@pytest.mark.parametrize("horizon", [0, -1, np.nan, np.inf])
def test_a_horizon_that_is_none_is_refused(predict, horizon):
    with pytest.raises(LifetimeValueError, match="horizon must be above 0"):
        predict("bg_nbd", BG_NBD, *CUSTOMERS, horizon=horizon)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"horizon": 0}, "horizon must be above 0"),
        ({"horizon": np.nan}, "horizon must be above 0"),
        ({"step": 0}, "step must be above 0"),
        ({"step": -1}, "step must be above 0"),
        ({"discount_rate": -0.1}, "discount_rate is negative"),
        ({"discount_rate": np.nan}, "discount_rate is missing"),
    ],
)
def test_options_that_mean_nothing_are_refused(option, message):
    options = {"horizon": 8, "step": 1, "discount_rate": 0.01, **option}

    with pytest.raises(LifetimeValueError, match=message):
        discounted_expected_orders("bg_nbd", BG_NBD, *CUSTOMERS, **options)


@pytest.mark.parametrize(
    ("model", "parameters", "message"),
    [
        ("gamma_gamma", {"p": 1.0, "q": 2.0, "v": 1.0}, "no order model 'gamma_gamma'"),
        ("bg_nbd", {}, "parameter r .* only a fit with the status converged"),
        ("bg_nbd", PARETO_NBD, "parameter a of bg_nbd"),
        ("pareto_nbd", {**PARETO_NBD, "s": np.nan}, "parameter s"),
        ("pareto_nbd", {**PARETO_NBD, "s": -1.0}, "parameter s"),
    ],
)
def test_parameters_of_another_model_are_refused(model, parameters, message):
    with pytest.raises(LifetimeValueError, match=message):
        probability_alive(model, parameters, *CUSTOMERS)
    with pytest.raises(LifetimeValueError, match=message):
        no_order_probability(model, parameters, *CUSTOMERS, horizon=1)
