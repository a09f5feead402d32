"""ARIMA and exponential smoothing, fitted once and asked again from other days on."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.signal import lfilter
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.statespace.structural import UnobservedComponents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from habitue.trends.series import Floats

# Steps of the optimiser: what has not settled by then is a flat likelihood.
_STEPS = 40


class Arima(NamedTuple):
    """A fitted ARIMA(p,d,q)(P,D,Q)m.

    Attributes:
        order: p, d, q.
        seasonal_order: P, D, Q, m; m is 0 for no season.
        parameters: As statsmodels orders them: AR, MA, seasonal AR, seasonal MA, and
            the variance of the innovations last.
        log_likelihood: Of the differenced series.
        aic: Akaike's criterion; the variance counts as a parameter.
    """

    order: tuple[int, int, int]
    seasonal_order: tuple[int, int, int, int]
    parameters: Floats
    log_likelihood: float
    aic: float


class LocalLevel(NamedTuple):
    """A random walk observed with noise.

    Attributes:
        irregular_variance: Of the noise.
        level_variance: Of the steps of the walk.
        log_likelihood: Of all values but the first.
    """

    irregular_variance: float
    level_variance: float
    log_likelihood: float


class Outlook(NamedTuple):
    """What is to come, on the scale of the model; arrays have shape (horizon,).

    Attributes:
        expected: The most likely values.
        errors: Standard errors of the forecasts, parameters taken as known.
    """

    expected: Floats
    errors: Floats


def fit_arima(
    values: Floats,
    *,
    order: tuple[int, int, int],
    seasonal_order: tuple[int, int, int, int],
) -> Arima:
    """Fit an ARIMA without a constant by exact maximum likelihood.

    Args:
        values: (n,), without gaps.
        order: p, d, q.
        seasonal_order: P, D, Q, m.

    References:
        Box and Jenkins (1976), Time series analysis: forecasting and control.
    """
    with _quiet():
        model = SARIMAX(
            values,
            order=order,
            seasonal_order=seasonal_order,
            simple_differencing=True,
            concentrate_scale=True,
        )
        found = model.fit(disp=0, maxiter=_STEPS)
    parameters = np.append(np.asarray(found.params), float(found.scale))
    likelihood = float(found.llf)
    return Arima(
        order,
        seasonal_order,
        parameters,
        likelihood,
        2 * (len(parameters) - likelihood),
    )


def forecast_arima(fitted: Arima, values: Floats, *, horizon: int) -> Outlook:
    """What follows on values, which need not be those it was fitted to.

    The differences are forecast, which is a far smaller state, and added up again; the
    errors follow from the weights of past shocks (Box and Jenkins, ch. 5).
    """
    with _quiet():
        model = SARIMAX(
            values,
            order=fitted.order,
            seasonal_order=fitted.seasonal_order,
            simple_differencing=True,
        )
        found = model.filter(fitted.parameters)
        changes = np.asarray(found.forecast(horizon))
    differencing = _differencing(fitted)
    path = np.concatenate([values, np.zeros(horizon)])
    back = -differencing[1:]
    for step, change in enumerate(changes):
        place = len(values) + step
        path[place] = change + path[place - len(back) : place] @ back[::-1]
    impulse = np.concatenate([[1.0], np.zeros(horizon - 1)])
    ar = np.convolve(np.asarray(found.polynomial_reduced_ar), differencing)
    weights = lfilter(np.asarray(found.polynomial_reduced_ma), ar, impulse)
    errors = np.sqrt(fitted.parameters[-1] * np.cumsum(weights**2))
    return Outlook(path[len(values) :], np.asarray(errors))


def _differencing(fitted: Arima) -> Floats:
    """(1 - B)^d (1 - B^m)^D as weights of the values so many points back."""
    polynomial = np.ones(1)
    for _ in range(fitted.order[1]):
        polynomial = np.convolve(polynomial, [1.0, -1.0])
    season = np.zeros(fitted.seasonal_order[3] + 1)
    season[0], season[-1] = 1.0, -1.0
    for _ in range(fitted.seasonal_order[1]):
        polynomial = np.convolve(polynomial, season)
    return polynomial


class Smoothing(NamedTuple):
    """Fitted exponential smoothing with additive errors, a damped trend and a season.

    Attributes:
        period: Points of a season, 1 for none.
        parameters: As statsmodels orders them.
    """

    period: int
    parameters: Floats


def fit_smoothing(values: Floats, *, period: int) -> Smoothing:
    """Fit ETS(A, Ad, A), without a season ETS(A, Ad, N), from heuristic first states.

    References:
        Hyndman, Koehler, Ord and Snyder (2008), Forecasting with exponential smoothing.
    """
    with _quiet():
        found = _smoothing_model(values, period).fit(disp=0, maxiter=_STEPS)
    return Smoothing(period, np.asarray(found.params))


def forecast_smoothing(fitted: Smoothing, values: Floats, *, horizon: int) -> Outlook:
    """What follows on values, which need not be those it was fitted to."""
    with _quiet():
        # The first states are those of the values: only the weights are kept.
        found = _smoothing_model(values, fitted.period).smooth(fitted.parameters)
        expected = np.asarray(found.forecast(horizon))
        noise = float(np.mean(np.asarray(found.resid) ** 2))
    return Outlook(expected, np.sqrt(noise * _growth(fitted, horizon)))


def _smoothing_model(values: Floats, period: int) -> ETSModel:
    season = {"seasonal": "add", "seasonal_periods": period} if period > 1 else {}
    return ETSModel(
        values,
        error="add",
        trend="add",
        damped_trend=True,
        initialization_method="heuristic",
        **season,
    )


def _growth(fitted: Smoothing, horizon: int) -> Floats:
    """Variance of forecasts over the noise's: Hyndman et al. (2008), table 6.1."""
    level, trend = fitted.parameters[:2]
    season = fitted.parameters[2] if fitted.period > 1 else 0.0
    damping = fitted.parameters[-1]
    steps = np.arange(1, horizon)
    carried = level + trend * np.cumsum(damping**steps)
    carried = carried + season * (steps % fitted.period == 0)
    return np.asarray(1 + np.concatenate([[0.0], np.cumsum(carried**2)]))


def fit_local_level(values: Floats) -> LocalLevel:
    """Fit a local level by maximum likelihood, the first level unknown.

    References:
        Durbin and Koopman (2012), Time series analysis by state space methods, 2.
    """
    with _quiet():
        found = UnobservedComponents(values, "local level").fit(disp=0)
    irregular, level = (float(one) for one in found.params)
    return LocalLevel(irregular, level, float(found.llf))


@contextmanager
def _quiet() -> Iterator[None]:
    """A flat likelihood is no news: backtests say what a fit is worth."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
