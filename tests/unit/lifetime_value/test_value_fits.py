"""Order models where there is nothing to fit: a status in words, never a number."""

from __future__ import annotations

import math

import numpy as np
import pytest

from habitue.lifetime_value import RepeatCounts, fit_bg_nbd, fit_pareto_nbd
from habitue.lifetime_value.maximum_likelihood import maximise
from habitue.lifetime_value.simulation import simulate_orders

FITS = [fit_bg_nbd, fit_pareto_nbd]


def alike(repeat_count: int, last: float, observed: float, customers: int):
    columns = ([repeat_count], [last], [observed], [customers])
    return RepeatCounts(*(np.array(column) for column in columns))


def poisson_buyers(seed: int) -> RepeatCounts:
    """Everybody orders at one rate and nobody leaves; order times are uniform."""
    rng = np.random.default_rng(seed)
    spans = rng.choice([20.0, 40.0, 60.0], 500)
    orders = rng.poisson(0.1 * spans)
    last = spans * rng.random(500) ** (1 / np.maximum(orders, 1))
    return RepeatCounts.of_customers(orders, np.where(orders, last, 0), spans)


def assert_no_numbers(fitted, status: str, *reasons: str) -> None:
    assert fitted.status == status
    for reason in reasons:
        assert reason in fitted.reason
    assert fitted.parameters == fitted.standard_errors == {}
    assert math.isnan(fitted.log_likelihood)


@pytest.mark.parametrize("fit", FITS)
def test_nobody_at_all(fit):
    nobody = RepeatCounts.of_customers([], [], [])

    assert_no_numbers(fit(nobody), "too_few_customers", "0 customers")
    assert_no_numbers(fit(nobody, minimum_customers=0), "no_repeat_orders")


@pytest.mark.parametrize("fit", FITS)
def test_three_customers(fit):
    counts = RepeatCounts.of_customers([0, 1, 5], [0, 3, 8], [9, 9, 9])

    assert_no_numbers(fit(counts), "too_few_customers", "3 customers", "100")
    assert fit(counts).customer_count == 3


@pytest.mark.parametrize("fit", FITS)
def test_customers_of_a_group_count(fit):
    assert fit(alike(1, 3, 9, 99)).status == "too_few_customers"
    assert fit(alike(1, 3, 9, 99), minimum_customers=99).status == "did_not_converge"


@pytest.mark.parametrize("fit", FITS)
def test_one_time_buyers_only(fit):
    fitted = fit(alike(0, 0, 40, 1000))

    assert_no_numbers(fitted, "no_repeat_orders", "observe longer")


@pytest.mark.parametrize("fit", FITS)
def test_one_repeat_order_in_a_thousand_customers(fit):
    counts = RepeatCounts.of_customers([0] * 999 + [1], [0] * 999 + [20], [40] * 1000)

    assert_no_numbers(fit(counts), "did_not_converge", "take more customers")


@pytest.mark.parametrize("fit", FITS)
def test_all_customers_alike(fit):
    fitted = fit(alike(2, 20, 40, 1000))

    assert_no_numbers(fitted, "did_not_converge", "r ran to infinity", "order rates")


@pytest.mark.parametrize("fit", FITS)
def test_buyers_who_all_have_one_rate_and_stay(fit):
    fitted = fit(poisson_buyers(0))

    assert_no_numbers(
        fitted, "did_not_converge", "r ran to infinity", "order rates and chances"
    )


def test_buyers_who_all_have_one_rate_and_leave():
    rng = np.random.default_rng(0)
    spans = rng.choice([20.0, 40.0, 60.0], 2000)
    planted = {"r": 1e6, "alpha": 1e7, "a": 1.0, "b": 3.0}
    histories = simulate_orders("bg_nbd", planted, spans, rng=rng).histories

    fitted = fit_bg_nbd(RepeatCounts.of_customers(*histories))

    assert_no_numbers(fitted, "did_not_converge", "r ran to infinity")
    assert "leaving" not in fitted.reason


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("fit", FITS)
def test_one_rate_is_never_taken_for_several(fit, seed):
    """By chance buyers look a little different: then the fitted spread is small."""
    fitted = fit(poisson_buyers(seed))

    assert not fitted.parameters or fitted.parameters["r"] > 20


def test_chances_of_leaving_that_are_all_one():
    rng = np.random.default_rng(0)
    spans = rng.choice([20.0, 40.0, 60.0], 2000)
    planted = {"r": 0.5, "alpha": 5.0, "a": 5e4, "b": 2e5}
    histories = simulate_orders("bg_nbd", planted, spans, rng=rng).histories

    fitted = fit_bg_nbd(RepeatCounts.of_customers(*histories))

    assert_no_numbers(fitted, "did_not_converge", "b ran to infinity", "leaving")


@pytest.mark.parametrize("fit", FITS)
def test_a_small_shop_is_fitted_or_told_why_not(fit):
    for seed in range(6):
        rng = np.random.default_rng(seed)
        planted = {"r": 0.24, "alpha": 4.4, "a": 0.8, "b": 2.4}
        histories = simulate_orders("bg_nbd", planted, np.full(100, 39.0), rng=rng)
        fitted = fit(RepeatCounts.of_customers(*histories.histories))

        if fitted.status == "converged":
            assert all(
                math.isfinite(error) for error in fitted.standard_errors.values()
            )
        else:
            assert_no_numbers(fitted, "did_not_converge", "stopped at r")


def test_a_likelihood_without_a_peak_is_told():
    """It falls from a ridge to both sides, but along the ridge it never ends."""

    def ridge(parameters):
        x, y = np.log(parameters)
        return -((x - y) ** 2), -2 * np.array([x - y, y - x]) / parameters

    found = maximise(
        ridge, describes={"x": "eggs", "y": "eggs"}, starts=[(2, 3)], customer_count=9
    )

    assert found.problem


def test_a_gradient_that_is_nowhere_zero_is_told():
    """A roof has a highest line, but its slope jumps there from up to down."""

    def roof(parameters):
        x = np.log(parameters) - 1
        return float(-(np.abs(x) + x**2).sum()), -(np.sign(x) + 2 * x) / parameters

    found = maximise(roof, describes={"x": "eggs"}, starts=[(2.0,)], customer_count=9)

    assert "gradient is not near zero" in found.problem


def test_the_highest_peak_wins_whatever_the_start():
    """Two peaks, at e^-2 and e^2, the second one higher."""

    def peaks(parameters):
        x = np.log(parameters[0])
        heights = np.array([1.0, 2.0]) * np.exp(-((x - np.array([-2, 2])) ** 2))
        slope = (-2 * (x - np.array([-2, 2])) * heights).sum()
        return float(heights.sum()), np.array([slope]) / parameters

    found = maximise(
        peaks, describes={"x": "eggs"}, starts=[(0.2,), (4.0,)], customer_count=1
    )

    assert not found.problem
    assert np.log(found.parameters) == pytest.approx([2.0], abs=1e-4)
    # The curvature of the higher peak in log x is 4.
    assert found.standard_errors / found.parameters == pytest.approx([0.5], rel=1e-3)
