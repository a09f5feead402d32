"""What both order models share: discounting, options, groups of equal customers."""

from __future__ import annotations

import numpy as np
import pytest

from habitue.lifetime_value import (
    LifetimeValueError,
    discounted_expected_orders,
    expected_orders,
    expected_orders_of_new_customer,
    probability_alive,
)

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
