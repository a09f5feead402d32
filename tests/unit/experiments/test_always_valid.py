"""Always-valid intervals equal GrowthBook's, and agree with their own p-values."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from arms import counted, nowhere, published, rate

from habitue.experiments import always_valid, always_valid_effects, compare


def _growthbook(n_a):
    return published(n_a, 1396.87, 52377.9767), published(3461, 2422.7, 134698.29)


@pytest.mark.parametrize(
    ("arms", "tuning", "expected"),
    [
        pytest.param(
            _growthbook(3000), 1000, [0.50336, 0.33341, -0.55844, 1.56516], id="ab-04"
        ),
        pytest.param(
            (rate(3000, 1396), rate(3461, 2422)),
            5000,
            [0.50386, 0.03386, 0.40098, 0.60675],
            id="ab-05",
        ),
    ],
)
def test_the_intervals_equal_growthbook(arms, tuning, expected):
    effects = compare(
        *arms, adjusted=False, relative_scale="linear", is_proportion=tuning == 5000
    )
    found = always_valid_effects(
        effects,
        arms[0].customers + arms[1].customers,
        tuning=tuning,
        relative_scale="linear",
    )
    names = (
        "relative_difference",
        "relative_standard_error",
        "relative_low",
        "relative_high",
    )
    assert [getattr(found, name)[0] for name in names] == pytest.approx(
        expected, abs=1e-5
    )


def _arms(seed=0, size=400):
    rng = np.random.default_rng(seed)
    return counted(rng.exponential(3, size)), counted(rng.exponential(3.6, size))


def test_the_p_value_is_the_level_whose_interval_touches_zero():
    # With one tuning the sequence at alpha and the e-value share their mixture.
    estimate, error, customers = np.array([0.31]), np.array([0.1]), np.array([4000.0])
    found = always_valid(estimate, error, customers, tuning=4000, alpha=0.05)
    z = estimate / error
    rho = (-2 * np.log(0.05) + np.log(-2 * np.log(0.05) + 1)) / 4000
    time = customers * rho
    by_hand = np.sqrt(time + 1) * np.exp(-(z**2) * time / (2 * (time + 1)))
    assert found.p_value == pytest.approx(np.minimum(by_hand, 1))
    on_the_edge = estimate - found.low
    touching = always_valid(on_the_edge, error, customers, tuning=4000, alpha=0.05)
    assert touching.low == pytest.approx(0, abs=1e-12)
    assert touching.p_value == pytest.approx(0.05)


@pytest.mark.parametrize("scale", ["log", "linear"])
def test_always_valid_intervals_are_wider_than_fixed_ones(scale):
    arms = _arms()
    fixed = compare(*arms, adjusted=False, relative_scale=scale)
    found = always_valid_effects(fixed, np.array([800.0]), relative_scale=scale)
    assert found.low < fixed.low < fixed.high < found.high
    assert found.relative_low < fixed.relative_low
    assert fixed.relative_high < found.relative_high
    assert found.p_value > fixed.p_value
    assert found.difference == fixed.difference


def test_on_the_log_scale_nothing_is_below_minus_one():
    few = counted(np.array([0.0] * 9 + [1])), counted(np.array([0.0] * 9 + [0.5]))
    effects = compare(*few, adjusted=False)
    found = always_valid_effects(effects, np.array([20.0]))
    assert -1 < found.relative_low[0] < found.relative_high[0]


def test_a_handful_of_customers_bound_nothing_without_a_warning():
    few = counted(np.array([0.0] * 29 + [9])), counted(np.array([0.0] * 29 + [8]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        effects = compare(*few, adjusted=False)
        found = always_valid_effects(effects, np.array([2.0]), tuning=1e9)
    assert found.relative_low[0] == pytest.approx(-1)
    assert np.isinf(found.relative_high[0])


def test_nobody_means_nothing_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        effects = compare(nowhere(), nowhere(), adjusted=False)
        found = always_valid_effects(effects, np.zeros(1))
    assert np.isnan([found.low, found.high, found.p_value, found.relative_low]).all()


@pytest.mark.parametrize("settings", [{"alpha": 1.5}, {"tuning": 0}])
def test_settings_that_mean_nothing(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        always_valid(np.ones(1), np.ones(1), np.ones(1), **settings)
