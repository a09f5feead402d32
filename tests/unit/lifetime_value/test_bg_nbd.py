"""BG/NBD against integrals, sums and simulations that share no formula with it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.special import betaln, expit, hyp2f1
from scipy.stats import gamma as gamma_distribution
from scipy.stats import nbinom

from habitue.lifetime_value import (
    RepeatCounts,
    expected_orders,
    fit_bg_nbd,
    probability_alive,
)
from habitue.lifetime_value.bg_nbd import BgNbdLikelihood
from habitue.lifetime_value.simulation import simulate_orders

CDNOW = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
HISTORIES = [(0, 0.0, 30.0), (1, 2.0, 30.0), (4, 28.0, 30.0), (12, 6.0, 20.0)]


def likelihood_of_being(alive: bool, parameters, history) -> float:
    """Integrate the likelihood of one customer over rates and chances of leaving."""
    r, alpha, a, b = parameters.values()
    x, last, observed = history
    # Over the logarithm and the logit, so that densities have no poles.
    rate = np.exp(np.linspace(-200, 10, 20_001))
    logit = np.linspace(-60, 60, 20_001)
    chance, stay = expit(logit), expit(-logit)
    by_rate = rate**x * np.exp(-rate * (observed if alive else last))
    by_chance = stay**x if alive else chance * stay ** (x - 1)
    by_rate *= gamma_distribution(r, scale=1 / alpha).pdf(rate) * rate
    by_chance *= chance**a * stay**b / np.exp(betaln(a, b))
    return float(np.trapezoid(by_rate, dx=210 / 20_000)) * float(
        np.trapezoid(by_chance, dx=120 / 20_000)
    )


def published_orders(parameters, history, horizon) -> float:
    """Equation 10 of Fader, Hardie and Lee (2005), word for word."""
    r, alpha, a, b = parameters.values()
    x, last, observed = history
    end = np.float64(alpha + observed)
    series = hyp2f1(r + x, b + x, a + b + x - 1, horizon / (end + horizon))
    above = 1 - (end / (end + horizon)) ** (r + x) * series
    odds = a / (b + x - 1) * (end / (alpha + last)) ** (r + x) if x else 0
    return (a + b + x - 1) / (a - 1) * above / (1 + odds)


def summed_orders_while_alive(parameters, history, horizon) -> float:
    """Order j + 1 comes if j + 1 are due and j times nobody left; add up over j."""
    r, alpha, a, b = parameters.values()
    x, _, observed = history
    share = (alpha + observed) / (alpha + observed + horizon)
    due = nbinom(r + x, share)
    j = np.arange(int(due.mean() + 40 * due.std() + 200))
    stays = np.exp(betaln(a, b + x + j) - betaln(a, b + x))
    return float((due.sf(j) * stays).sum())


def simulated(seed: int, parameters=CDNOW, customers=3000) -> RepeatCounts:
    rng = np.random.default_rng(seed)
    spans = rng.choice([13.0, 26.0, 39.0, 52.0], customers)
    return RepeatCounts.of_customers(
        *simulate_orders("bg_nbd", parameters, spans, rng=rng).histories
    )


@pytest.mark.parametrize("history", HISTORIES)
def test_the_likelihood_is_the_integral_over_customers(history):
    counts = RepeatCounts.of_customers(*([value] for value in history))
    integral = likelihood_of_being(True, CDNOW, history)
    if history[0]:
        integral += likelihood_of_being(False, CDNOW, history)

    found, _ = BgNbdLikelihood(counts)(np.array(list(CDNOW.values())))

    assert found == pytest.approx(np.log(integral), rel=1e-9)


@pytest.mark.parametrize("history", HISTORIES[1:])
def test_p_alive_is_the_posterior(history):
    alive, gone = (
        likelihood_of_being(is_so, CDNOW, history) for is_so in (True, False)
    )

    found = probability_alive("bg_nbd", CDNOW, *([value] for value in history))

    assert found == pytest.approx([alive / (alive + gone)], rel=1e-9)


def test_the_gradient_is_the_slope():
    likelihood = BgNbdLikelihood(simulated(1, customers=300), unit=7.0)
    for parameters in ([0.2, 0.6, 0.8, 2.4], [3.0, 0.05, 5.0, 0.3], [0.9, 20, 0.1, 9]):
        at = np.array(parameters)

        gradient = likelihood(at)[1]

        slope = approx_fprime(at, lambda p: likelihood(p)[0], 1e-7 * at)
        assert gradient == pytest.approx(slope, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("horizon", [0.1, 4.0, 39.0, 500.0])
@pytest.mark.parametrize("history", HISTORIES)
def test_expected_orders_are_the_published_formula(history, horizon):
    columns = ([value] for value in history)

    found = expected_orders("bg_nbd", CDNOW, *columns, horizon=horizon)

    assert found == pytest.approx([published_orders(CDNOW, history, horizon)], rel=1e-9)


@pytest.mark.parametrize(
    "history", [(3000, 51.99, 52.0), (3000, 10.0, 52.0), (20_000, 51.0, 52.0)]
)
def test_frequent_buyers_do_not_overflow(history):
    with np.errstate(all="ignore"):
        assert not np.isfinite(published_orders(CDNOW, history, 52.0))
    columns = [[value] for value in history]

    alive = probability_alive("bg_nbd", CDNOW, *columns)
    found = expected_orders("bg_nbd", CDNOW, *columns, horizon=52.0)

    assert 0 <= alive[0] <= 1
    naive = alive * summed_orders_while_alive(CDNOW, history, 52.0)
    assert found == pytest.approx(naive, rel=1e-9)


@pytest.mark.parametrize(
    "parameters",
    [
        {"r": 0.24, "alpha": 4.4, "a": 1.0, "b": 2.4},  # the formula divides by a - 1
        {"r": 0.24, "alpha": 4.4, "a": 0.4, "b": 0.6},  # and by a + b - 1
        {"r": 0.24, "alpha": 0.01, "a": 0.05, "b": 0.3},
        {"r": 0.83, "alpha": 9.9, "a": 0.004, "b": 6.7},  # a shop nobody leaves
        {"r": 80.0, "alpha": 20.0, "a": 0.3, "b": 50.0},
        {"r": 2.0, "alpha": 1.0, "a": 300.0, "b": 900.0},
    ],
)
@pytest.mark.parametrize("history", [(0, 0.0, 0.0), (0, 0.0, 9.0), (7, 8.0, 9.0)])
def test_no_parameters_are_special(parameters, history):
    columns = [[value] for value in history]
    alive = probability_alive("bg_nbd", parameters, *columns)

    found = expected_orders("bg_nbd", parameters, *columns, horizon=20)

    naive = alive * summed_orders_while_alive(parameters, history, 20.0)
    assert found == pytest.approx(naive, rel=1e-8)


def test_planted_parameters_are_found_and_errors_are_honest(errors_of):
    away = errors_of([fit_bg_nbd(simulated(seed)) for seed in range(40)], CDNOW)

    assert (np.abs(away) < 3.5).all()
    assert (np.abs(away) < 3).mean() > 0.98
    assert (np.abs(away.mean(axis=0)) < 3 / np.sqrt(40)).all()
    assert ((away.std(axis=0) > 0.75) & (away.std(axis=0) < 1.3)).all()


def test_the_order_of_rows_and_the_grouping_change_nothing():
    counts = simulated(5)
    columns = [counts.repeat_count, counts.last_repeat, counts.observed]
    rows = np.repeat(np.arange(len(counts.observed)), counts.customer_count)
    np.random.default_rng(0).shuffle(rows)

    shuffled = RepeatCounts.of_customers(*(column[rows] for column in columns))

    assert fit_bg_nbd(shuffled) == fit_bg_nbd(counts)


def test_days_instead_of_weeks_change_the_unit_only():
    weeks = simulated(6)
    days = RepeatCounts(
        weeks.repeat_count,
        7 * weeks.last_repeat,
        7 * weeks.observed,
        weeks.customer_count,
    )

    by_week, by_day = fit_bg_nbd(weeks), fit_bg_nbd(days)

    alpha = by_week.parameters["alpha"]
    assert by_day.parameters == pytest.approx(
        {**by_week.parameters, "alpha": 7 * alpha}, rel=1e-6
    )
    orders = (weeks.repeat_count * weeks.customer_count).sum()
    assert by_day.log_likelihood == pytest.approx(
        by_week.log_likelihood - orders * np.log(7), rel=1e-12
    )
