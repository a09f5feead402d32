"""Power, required customers and rates equal statsmodels'; sample ratios scipy's."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from arms import counted, nowhere, rate
from scipy import stats
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_effectsize,
    proportions_ztest,
)

from habitue.experiments import (
    compare,
    customers_for_means,
    customers_for_rates,
    customers_needed,
    minimum_detectable_effect,
    pooled_z,
    power_of,
    sample_ratio,
)

ONE = np.ones(1)


def test_customers_for_a_conversion_of_twelve_instead_of_ten_percent():  # ab-16
    found = customers_for_rates(0.1 * ONE, 0.12 * ONE)
    assert found.control == pytest.approx(3834.6, abs=0.1)
    assert found.treatment == pytest.approx(found.control)


@pytest.mark.parametrize("ratio", [0.25, 1.0, 3.0])
@pytest.mark.parametrize("power", [0.1, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("rates", [(0.1, 0.12), (0.5, 0.2), (0.0, 0.01)])
def test_customers_for_rates_equal_statsmodels(ratio, power, rates):
    expected = NormalIndPower().solve_power(
        abs(proportion_effectsize(*rates)), alpha=0.05, power=power, ratio=ratio
    )
    low, high = (value * ONE for value in rates)
    found = customers_for_rates(low, high, ratio=ratio, power=power)
    assert found.control[0] == pytest.approx(expected, rel=1e-6)
    assert found.treatment[0] == pytest.approx(ratio * expected, rel=1e-6)


@pytest.mark.parametrize("ratio", [0.25, 1.0, 3.0])
def test_customers_for_means_equal_statsmodels(ratio):
    expected = NormalIndPower().solve_power(
        0.3 / 2.5, alpha=0.01, power=0.9, ratio=ratio
    )
    found = customers_for_means(
        2.5**2 * ONE, -0.3 * ONE, ratio=ratio, alpha=0.01, power=0.9
    )
    assert found.control[0] == pytest.approx(expected, rel=1e-6)


def test_every_comparison_may_have_shares_of_its_own():
    ratios = np.array([0.5, 2.0])
    together = customers_for_means(np.full(2, 9.0), np.full(2, 0.5), ratio=ratios)
    alone = customers_for_means(9.0 * ONE, 0.5 * ONE, ratio=2.0)
    assert together.control[1] == alone.control[0]
    assert together.treatment[1] == alone.treatment[0]


@pytest.mark.parametrize("effect", [-0.4, 0.0, 0.1, 0.4])
def test_power_equals_statsmodels(effect):
    error = 2.5 * np.sqrt(1 / 300 + 1 / 900)
    expected = NormalIndPower().power(abs(effect) / 2.5, 300, alpha=0.05, ratio=3)
    assert power_of(effect * ONE, error * ONE)[0] == pytest.approx(expected, abs=1e-9)


def test_the_detectable_effect_has_the_power_and_needs_the_customers():
    error, customers = np.array([0.2, 3.0]), np.array([1000.0, 50.0])
    effect = minimum_detectable_effect(error, power=0.9)
    assert power_of(effect, error) == pytest.approx(np.full(2, 0.9))
    assert customers_needed(effect, error, customers, power=0.9) == pytest.approx(
        customers
    )
    half = customers_needed(effect / 2, error, customers, power=0.9)
    assert half == pytest.approx(4 * customers)


def test_the_needed_customers_reach_the_power():
    # Customers who deviate by 3, a third of them in the control.
    rng = np.random.default_rng(1)
    needed = customers_for_means(9.0 * ONE, 0.8 * ONE, ratio=2)
    sizes = [round(float(side[0])) for side in needed]
    control = counted(rng.normal(5, 3, (4000, sizes[0])))
    treatment = counted(rng.normal(5.8, 3, (4000, sizes[1])))
    found = compare(control, treatment, adjusted=False)
    assert (found.p_value < 0.05).mean() == pytest.approx(0.8, abs=0.02)


def test_what_needs_no_number_of_customers_is_not_told():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(customers_for_rates(0.1 * ONE, 0.1 * ONE).control)
        assert np.isnan(customers_for_rates(0.1 * ONE, 1.1 * ONE).control)
        assert np.isnan(customers_for_means(0 * ONE, ONE).control)
        assert np.isnan(power_of(ONE, 0 * ONE))
        assert np.isnan(customers_needed(0 * ONE, ONE, ONE))
        assert np.isnan(minimum_detectable_effect(np.nan * ONE))


@pytest.mark.parametrize(
    "settings", [{"alpha": 0.0}, {"power": 1.0}, {"power": 0.04}, {"ratio": 0.0}]
)
def test_settings_that_mean_nothing(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        customers_for_rates(0.1 * ONE, 0.2 * ONE, **settings)


def test_two_rates_are_tested_as_one():  # ab-15
    found = pooled_z(rate(99, 12), rate(83, 5))
    assert found.statistic == pytest.approx([-1.4078], abs=1e-4)
    assert found.p_value == pytest.approx([0.1592], abs=1e-4)


@pytest.mark.parametrize("counts", [(5, 12), (0, 12), (83, 80), (1, 1)])
def test_two_rates_equal_statsmodels(counts):
    expected = proportions_ztest(counts, [83, 99])
    found = pooled_z(rate(99, counts[1]), rate(83, counts[0]))
    assert (found.statistic[0], found.p_value[0]) == pytest.approx(expected)
    limits = confint_proportions_2indep(
        counts[0], 83, counts[1], 99, method="newcomb", compare="diff"
    )
    assert (found.low[0], found.high[0]) == pytest.approx(limits)


def test_two_rates_without_any_spread_are_not_told():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(pooled_z(rate(9, 0), rate(8, 0)).p_value)
        assert np.isnan(pooled_z(rate(9, 9), rate(8, 8)).p_value)
        assert np.isnan(pooled_z(nowhere(), rate(8, 3)).p_value)


def test_the_sample_ratio_of_two_arms_is_exact():  # ab-14
    found = sample_ratio([2023, 1977], [1, 1])
    assert found.p_value == pytest.approx(0.476771, abs=1e-6)
    chi_square = stats.chi2.sf(found.statistic, 1)
    assert chi_square == pytest.approx(0.467028, abs=1e-6)


def test_sample_ratios_of_any_shares_equal_scipy():
    exact = sample_ratio([70, 950], [0.1, 0.9])
    assert exact.p_value == pytest.approx(stats.binomtest(70, 1020, 0.1).pvalue)
    three = sample_ratio([300, 340, 660], [25, 25, 50])
    expected = stats.chisquare([300, 340, 660], [325, 325, 650])
    assert three == pytest.approx((expected.statistic, expected.pvalue))


def test_sample_ratios_of_ten_million_customers():
    assert sample_ratio([5_000_000, 5_000_000], [1, 1]).p_value == pytest.approx(1)
    assert sample_ratio([5_010_000, 4_990_000], [1, 1]).p_value < 1e-9


def test_an_empty_arm_is_a_mismatch_and_no_customers_are_unknown():
    assert sample_ratio([40, 0], [1, 1]).p_value < 0.001
    assert np.isnan(sample_ratio([0, 0], [1, 1]).p_value)
    assert np.isnan(sample_ratio([10], [1]).p_value)


@pytest.mark.parametrize(
    ("counts", "shares"),
    [([1, 2], [1]), ([1, 2], [1, 0]), ([1, 2], [1, float("nan")]), ([-1, 2], [1, 1])],
)
def test_ratios_that_mean_nothing(counts, shares):
    with pytest.raises(ValueError, match=r"share|arm"):
        sample_ratio(counts, shares)
