"""Pareto/NBD against integrals and simulations that share no formula with it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.special import expit, gammaln, hyp2f1
from scipy.stats import gamma as gamma_distribution

from habitue.lifetime_value import (
    RepeatCounts,
    expected_orders,
    fit_pareto_nbd,
    probability_alive,
)
from habitue.lifetime_value.pareto_nbd import ParetoNbdLikelihood
from habitue.lifetime_value.simulation import simulate_orders

CDNOW = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
SLOW = {"r": 1.5, "alpha": 8.0, "s": 2.5, "beta": 40.0}
HISTORIES = [(0, 0.0, 30.0), (1, 2.0, 30.0), (4, 28.0, 30.0), (12, 6.0, 20.0)]


def likelihood_of_being(alive: bool, parameters, history) -> float:
    """Integrate the likelihood of one customer over rates, of orders and of leaving."""
    r, alpha, s, beta = parameters.values()
    x, last, observed = history
    # Over the logarithms, so that densities have no poles.
    logs, step = np.linspace(-60, 8, 1201, retstep=True)
    rate, leaving = np.exp(logs)[:, None], np.exp(logs)[None, :]
    both = rate + leaving
    until_end = np.exp(-both * observed)
    left = leaving / both * (np.exp(-both * last) - until_end)
    weight = gamma_distribution(r, scale=1 / alpha).pdf(rate) * rate
    weight = weight * gamma_distribution(s, scale=1 / beta).pdf(leaving) * leaving
    return float((rate**x * (until_end if alive else left) * weight).sum() * step**2)


def published_log_likelihood(parameters, history) -> float:
    """Equation 22 of Fader and Hardie's note, word for word."""
    r, alpha, s, beta = (np.float64(value) for value in parameters)
    x, last, observed = history
    high, low = max(alpha, beta), min(alpha, beta)
    second = s + 1 if alpha >= beta else r + x
    total = r + s + x

    def series(time: float) -> float:
        z = (high - low) / (high + time)
        return hyp2f1(total, second, total + 1, z) / (high + time) ** total

    alive = 1 / ((alpha + observed) ** (r + x) * (beta + observed) ** s)
    inside = alive + s / total * (series(last) - series(observed))
    return (
        gammaln(r + x)
        - gammaln(r)
        + r * np.log(alpha)
        + s * np.log(beta)
        + np.log(inside)
    )


def simulated(seed: int, parameters=SLOW, customers=2000) -> RepeatCounts:
    rng = np.random.default_rng(seed)
    spans = rng.choice([26.0, 39.0, 52.0], customers)
    histories = simulate_orders("pareto_nbd", parameters, spans, rng=rng).histories
    # To the day: fewer distinct histories make quicker fits.
    last = np.maximum(np.round(histories.last_repeat * 7), histories.repeat_count > 0)
    return RepeatCounts.of_customers(histories.repeat_count, last / 7, spans)


def value_at(parameters, history) -> float:
    counts = RepeatCounts.of_customers(*([value] for value in history))
    return ParetoNbdLikelihood(counts)(np.array(list(parameters)))[0]


@pytest.mark.parametrize("history", HISTORIES)
def test_the_likelihood_and_p_alive_are_integrals_over_customers(history):
    alive, gone = (
        likelihood_of_being(is_so, CDNOW, history) for is_so in (True, False)
    )

    found = probability_alive("pareto_nbd", CDNOW, *([value] for value in history))

    assert value_at(CDNOW.values(), history) == pytest.approx(
        np.log(alive + gone), rel=1e-9
    )
    assert found == pytest.approx([alive / (alive + gone)], rel=1e-9)


@pytest.mark.parametrize(
    "parameters",
    [
        (0.553, 10.578, 0.606, 11.669),
        (0.553, 11.669, 0.606, 10.578),
        (2.0, 3.0, 0.3, 90.0),
        (5.0, 90.0, 3.0, 3.0),
        (1.0, 7.0, 1.0, 7.0),
    ],
)
def test_the_likelihood_is_the_published_formula(parameters):
    for history in HISTORIES:
        published = published_log_likelihood(parameters, history)
        assert value_at(parameters, history) == pytest.approx(published, rel=1e-9)


@pytest.mark.parametrize(
    "history", [(400, 51.9, 52.0), (3000, 51.99, 52.0), (3000, 1.0, 52.0)]
)
def test_frequent_buyers_do_not_overflow(history):
    """Against one integral over the time of leaving, scaled by its largest value."""
    r, alpha, s, beta = CDNOW.values()
    x, last, observed = history
    with np.errstate(all="ignore"):
        assert not np.isfinite(published_log_likelihood(CDNOW.values(), history))
    ratio = quad(
        lambda t: (
            s
            * np.exp(
                (r + x) * np.log((alpha + last) / (alpha + t))
                - (s + 1) * np.log(beta + t)
            )
        ),
        last,
        min(observed, last + 1),
        epsrel=1e-12,
        limit=500,
    )[0]
    log_alive = (r + x) * np.log((alpha + last) / (alpha + observed))
    log_alive -= s * np.log(beta + observed)

    found = probability_alive("pareto_nbd", CDNOW, *([value] for value in history))

    expected = expit(log_alive - np.log(ratio))
    assert found == pytest.approx([expected], rel=1e-8)


def test_who_ordered_a_moment_ago_is_alive():
    found = probability_alive("pareto_nbd", CDNOW, [0, 9], [0.0, 31.0], [0.0, 31.0])

    assert found.tolist() == [1.0, 1.0]


def test_the_gradient_is_the_slope():
    likelihood = ParetoNbdLikelihood(simulated(1, customers=200), unit=52.0)
    for parameters in ([0.5, 0.2, 0.6, 0.2], [3.0, 0.05, 5.0, 0.3], [0.9, 2, 0.1, 0.1]):
        at = np.array(parameters)

        gradient = likelihood(at)[1]

        slope = approx_fprime(at, lambda p: likelihood(p)[0], 1e-7 * at)
        assert gradient == pytest.approx(slope, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("s", [0.6, 1.0, 1.0 + 1e-12, 2.5])
def test_expected_orders_are_the_integral_over_who_is_alive(s):
    parameters = {**CDNOW, "s": s}
    history, horizon = (4, 28.0, 30.0), 52.0
    columns = [[value] for value in history]
    leaving = gamma_distribution(s, scale=1 / (CDNOW["beta"] + 30.0))
    lifetime = quad(
        lambda u: -np.expm1(-leaving.ppf(u) * horizon) / leaving.ppf(u), 0, 1
    )[0]
    rate = (CDNOW["r"] + 4) / (CDNOW["alpha"] + 30.0)
    alive = probability_alive("pareto_nbd", parameters, *columns)

    found = expected_orders("pareto_nbd", parameters, *columns, horizon=horizon)

    assert found == pytest.approx(alive * rate * lifetime, rel=1e-6)


def test_planted_parameters_are_found_and_errors_are_honest(errors_of):
    away = errors_of([fit_pareto_nbd(simulated(seed)) for seed in range(12)], SLOW)

    assert (np.abs(away) < 3).all()
    assert (np.abs(away.mean(axis=0)) < 3 / np.sqrt(12)).all()
    assert ((away.std(axis=0) > 0.5) & (away.std(axis=0) < 1.6)).all()


def test_the_order_of_rows_changes_nothing():
    counts = simulated(5, customers=500)
    columns = [counts.repeat_count, counts.last_repeat, counts.observed]
    rows = np.repeat(np.arange(len(counts.observed)), counts.customer_count)

    backwards = RepeatCounts.of_customers(*(column[rows[::-1]] for column in columns))

    assert fit_pareto_nbd(backwards) == fit_pareto_nbd(counts)
