"""Posteriors against a closed form, against draws, and against normal theory."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from arms import counted, nowhere, rate, unknown
from scipy import special, stats

from habitue.experiments import Sums, compare, mean_posterior, proportion_posterior

CASES = [
    (100, 10, 100, 15),
    (20, 20, 30, 29),
    (5, 0, 5000, 100),
    (1, 0, 1, 1),
    (3000, 0, 3000, 3),
    (1_000_000, 50_000, 1000, 60),
]


def _stack(arms):
    return Sums(*(np.concatenate(columns) for columns in zip(*arms, strict=True)))


@pytest.fixture(scope="module")
def arms():
    control = _stack([rate(customers, yes) for customers, yes, _, _ in CASES])
    treatment = _stack([rate(customers, yes) for _, _, customers, yes in CASES])
    return control, treatment


@pytest.fixture(scope="module")
def found(arms):
    return proportion_posterior(*arms)


@pytest.mark.parametrize("row", range(len(CASES)))
def test_the_chance_to_be_better_equals_its_closed_form(found, row):
    # Miller (2015): a sum over the treatment's successes, with whole parameters.
    customers, yes, treated, treated_yes = CASES[row]
    a, c = 1 + yes, 1 + customers - yes
    i, d = np.arange(1 + treated_yes), 1 + treated - treated_yes
    terms = special.betaln(a + i, c + d) - np.log(d + i)
    terms -= special.betaln(1 + i, d) + special.betaln(a, c)
    assert found.probability_better[row] == pytest.approx(np.exp(terms).sum(), abs=1e-9)


@pytest.mark.parametrize("row", range(len(CASES)))
def test_posteriors_of_rates_equal_draws(found, row):
    rng = np.random.default_rng(row)
    customers, yes, treated, treated_yes = CASES[row]
    draws = 400_000
    control = rng.beta(1 + yes, 1 + customers - yes, draws)
    treatment = rng.beta(1 + treated_yes, 1 + treated - treated_yes, draws)
    difference, ratio = treatment - control, np.log(treatment / control)
    loss = np.maximum(-difference, 0)
    limits = np.quantile(difference, [0.5, 0.025, 0.975])
    ours = np.array([found.difference[row], found.low[row], found.high[row]])
    assert np.abs(ours - limits).max() < 0.02 * difference.std()
    relative = np.quantile(ratio, [0.5, 0.025, 0.975])
    ours = np.log1p(
        [column[row] for column in (found.relative_difference, *_relative(found))]
    )
    assert np.abs(ours - relative).max() < 0.02 * ratio.std()
    assert found.standard_deviation[row] == pytest.approx(difference.std(), rel=0.01)
    assert found.expected_loss[row] == pytest.approx(
        loss.mean(), abs=5 * loss.std() / draws**0.5
    )


def _relative(posterior):
    return posterior.relative_low, posterior.relative_high


def test_swapping_the_arms_turns_everything_round(arms, found):
    back = proportion_posterior(*reversed(arms))
    assert back.probability_better == pytest.approx(1 - found.probability_better)
    assert back.low == pytest.approx(-found.high, rel=1e-6)
    assert back.relative_low == pytest.approx(
        1 / (1 + found.relative_high) - 1, rel=1e-6
    )


def test_lower_may_be_better(arms, found):
    lower = proportion_posterior(*arms, is_lower_better=True)
    assert lower.probability_better == pytest.approx(1 - found.probability_better)
    back = proportion_posterior(*reversed(arms))
    assert lower.expected_loss == pytest.approx(back.expected_loss, abs=1e-12)
    assert lower.low == pytest.approx(found.low)


def test_millions_of_customers_are_like_a_normal_posterior():
    arms = rate(10_000_000, 200_000), rate(10_000_000, 201_000)
    exact = proportion_posterior(*arms)
    effects = compare(*arms, adjusted=False, is_proportion=True)
    normal = mean_posterior(effects, arms[0].customers, arms[1].customers)
    for name in ("low", "high", "relative_low", "probability_better", "expected_loss"):
        assert getattr(exact, name) == pytest.approx(getattr(normal, name), rel=3e-3)


def test_a_rate_that_is_none_is_not_told_and_does_not_disturb_others():
    control = _stack([nowhere(), rate(10, 11), unknown(), rate(100, 10)])
    treatment = _stack([rate(10, 5)] * 3 + [rate(100, 15)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = proportion_posterior(control, treatment)
        nobody = proportion_posterior(nowhere(), nowhere())
    assert np.isnan(found.probability_better).tolist() == [True, True, True, False]
    assert np.isnan(found.low).tolist() == [True, True, True, False]
    assert found.probability_better[3] == pytest.approx(0.853284, abs=1e-6)
    assert np.isnan(nobody.expected_loss).all()


@pytest.fixture(scope="module")
def means():
    rng = np.random.default_rng(5)
    return counted(rng.exponential(3, 150)), counted(rng.exponential(3.3, 100))


def test_the_normal_posterior_is_bayes_rule(means):
    effects = compare(*means, adjusted=False)
    found = mean_posterior(effects, np.array([150.0]), np.array([100.0]))
    # The rule on a grid: prior of one customer's deviation, normal likelihood.
    error = effects.standard_error[0]
    deviation = error / np.sqrt(1 / 150 + 1 / 100)
    grid = np.linspace(-5 * deviation, 5 * deviation, 400_001)
    weight = stats.norm.pdf(grid, 0, deviation)
    weight *= stats.norm.pdf(effects.difference[0], grid, error)
    weight /= weight.sum()
    up_to = weight.cumsum()
    assert found.difference[0] == pytest.approx(weight @ grid, rel=1e-6)
    assert found.low[0] == pytest.approx(np.interp(0.025, up_to, grid), abs=1e-3)
    assert found.high[0] == pytest.approx(np.interp(0.975, up_to, grid), abs=1e-3)
    assert found.probability_better[0] == pytest.approx(
        weight[grid > 0].sum(), abs=1e-4
    )
    assert found.expected_loss[0] == pytest.approx(
        weight @ np.maximum(-grid, 0), rel=1e-3
    )


@pytest.mark.parametrize("scale", ["log", "linear"])
def test_the_prior_is_weak(means, scale):
    effects = compare(*means, adjusted=False, relative_scale=scale)
    found = mean_posterior(
        effects, np.array([150.0]), np.array([100.0]), relative_scale=scale
    )
    assert found.difference == pytest.approx(effects.difference, rel=0.02)
    assert found.relative_low == pytest.approx(effects.relative_low, abs=0.02)
    assert found.relative_high == pytest.approx(effects.relative_high, abs=0.02)
    assert found.probability_better == pytest.approx(
        stats.norm.cdf(effects.difference / effects.standard_error), abs=0.01
    )


def test_a_lower_mean_may_be_better(means):
    effects = compare(*means, adjusted=False)
    sizes = np.array([150.0]), np.array([100.0])
    plain = mean_posterior(effects, *sizes)
    lower = mean_posterior(effects, *sizes, is_lower_better=True)
    assert lower.probability_better == pytest.approx(1 - plain.probability_better)
    assert lower.expected_loss - plain.expected_loss == pytest.approx(plain.difference)


def test_means_of_nobody_are_not_told():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        effects = compare(nowhere(), nowhere(), adjusted=False)
        found = mean_posterior(effects, np.zeros(1), np.zeros(1))
    assert all(np.isnan(column).all() for column in found)


def test_levels_that_mean_nothing(means):
    with pytest.raises(ValueError, match="alpha"):
        proportion_posterior(rate(2, 1), rate(2, 1), alpha=0)
    with pytest.raises(ValueError, match="alpha"):
        mean_posterior(compare(*means, adjusted=False), np.ones(1), np.ones(1), alpha=2)
