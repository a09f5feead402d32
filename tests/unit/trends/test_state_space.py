"""ARIMA and exponential smoothing against published fits and statsmodels' own paths."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.datasets import nile
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.statespace.sarimax import SARIMAX

from habitue.trends.state_space import (
    fit_arima,
    fit_local_level,
    fit_smoothing,
    forecast_arima,
    forecast_smoothing,
)

# Box and Jenkins (1976), series G: thousands of airline passengers, 1949 to 1960.
AIR_PASSENGERS = [
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135,
    125, 149, 170, 170, 158, 133, 114, 140, 145, 150, 178, 163, 172, 178, 199, 199,
    184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194,
    196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227,
    234, 264, 302, 293, 259, 229, 203, 229, 242, 233, 267, 269, 270, 315, 364, 347,
    312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306,
    315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348,
    363, 435, 491, 505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472, 548, 559,
    463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432,
]  # fmt: skip


def test_the_airline_model_is_that_of_the_r_documentation():
    """References ts-01 and ts-02."""
    assert len(AIR_PASSENGERS) == 144
    fitted = fit_arima(
        np.log(AIR_PASSENGERS), order=(0, 1, 1), seasonal_order=(0, 1, 1, 12)
    )
    ma, seasonal_ma, variance = fitted.parameters
    assert ma == pytest.approx(-0.4018, abs=0.0005)
    assert seasonal_ma == pytest.approx(-0.5569, abs=0.0005)
    assert variance == pytest.approx(0.001348, abs=1e-6)
    assert fitted.log_likelihood == pytest.approx(244.70, abs=0.01)
    assert fitted.aic == pytest.approx(-483.40, abs=0.01)


def test_the_level_of_the_nile_is_that_of_durbin_and_koopman():
    """Reference ts-03."""
    values = nile.load_pandas().data["volume"].to_numpy()
    assert values.sum() == 91_935
    fitted = fit_local_level(values)
    assert fitted.irregular_variance == pytest.approx(15098.5, rel=0.015)
    assert fitted.level_variance == pytest.approx(1469.1, rel=0.015)
    assert fitted.log_likelihood == pytest.approx(-632.538, abs=0.01)


@pytest.mark.parametrize(
    ("order", "season"),
    [((0, 1, 1), (0, 1, 1, 7)), ((1, 1, 1), (0, 0, 0, 0)), ((1, 0, 1), (1, 0, 0, 7))],
)
def test_forecasts_from_differences_are_those_of_the_whole_filter(order, season):
    rng = np.random.default_rng(1)
    values = 50 + np.tile(np.arange(7.0), 30) + rng.normal(0, 1, 210)
    fitted = fit_arima(values, order=order, seasonal_order=season)
    ours = forecast_arima(fitted, values, horizon=16)
    theirs = (
        SARIMAX(values, order=order, seasonal_order=season)
        .filter(fitted.parameters)
        .get_forecast(16)
    )
    np.testing.assert_allclose(ours.expected, theirs.predicted_mean, rtol=1e-5)
    # The filter adds what it does not know of the first values.
    np.testing.assert_allclose(ours.errors, theirs.se_mean, rtol=0.03)


@pytest.mark.parametrize("period", [1, 7])
def test_errors_of_smoothing_are_statsmodels_own(period):
    rng = np.random.default_rng(2)
    values = 50 + np.cumsum(rng.normal(0, 1, 210)) + np.tile(np.arange(7.0), 30)
    fitted = fit_smoothing(values, period=period)
    ours = forecast_smoothing(fitted, values, horizon=20)
    season = {"seasonal": "add", "seasonal_periods": 7} if period > 1 else {}
    model = ETSModel(
        pd.Series(values), error="add", trend="add", damped_trend=True,
        initialization_method="heuristic", **season,
    )  # fmt: skip
    theirs = model.smooth(fitted.parameters).get_prediction(start=210, end=229)
    np.testing.assert_allclose(ours.expected, theirs.predicted_mean)
    np.testing.assert_allclose(
        ours.errors, np.sqrt(np.asarray(theirs.forecast_variance)), rtol=1e-6
    )
