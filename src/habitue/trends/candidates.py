"""Ways to forecast a series, all asked in the same way."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from habitue.trends.state_space import (
    Arima,
    Outlook,
    Smoothing,
    fit_arima,
    fit_smoothing,
    forecast_arima,
    forecast_smoothing,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from habitue.trends.series import Dates, Floats

SEASONAL_NAIVE, ETS, ARIMA, PROPHET = "seasonal_naive", "ets", "arima", "prophet"
# The simpler one first: it wins where two are as good.
CANDIDATES = (SEASONAL_NAIVE, ETS, ARIMA, PROPHET)
NO_PROPHET = "not installed: pip install 'habitue[forecast]'"


Fitted = TypeVar("Fitted")


class Candidate(Protocol):
    """Fitted now and then, asked from every origin on."""

    def fit(self, values: Floats, dates: Dates) -> None:
        """Fit to values, (n,), without gaps and outliers."""
        ...

    def ahead(self, values: Floats, dates: Dates, *, horizon: int) -> Outlook:
        """What follows on values; the fit may be of earlier ones."""
        ...


def what_candidate_lacks(name: str) -> str | None:
    """In words why a candidate cannot be tried, None if it can."""
    if name == PROPHET and find_spec("prophet") is None:
        return NO_PROPHET
    return None


def new_candidate(name: str, *, period: int) -> Candidate:
    """A candidate by its name.

    Args:
        name: One of CANDIDATES.
        period: Points of the season, 1 for none.
    """
    kinds: dict[str, Callable[[int], Candidate]] = {
        SEASONAL_NAIVE: _SeasonalNaive,
        ETS: _Smoothed,
        ARIMA: _Arima,
        PROPHET: _Prophet,
    }
    return kinds[name](period)


def repeat_season(values: Floats, *, period: int, horizon: int) -> Floats:
    """The last season over and over: the forecast that any other has to beat."""
    return np.resize(values[-period:], horizon)


class _SeasonalNaive:
    def __init__(self, period: int) -> None:
        self._period = period

    def fit(self, values: Floats, dates: Dates) -> None:
        """There is nothing to fit."""

    def ahead(self, values: Floats, dates: Dates, *, horizon: int) -> Outlook:  # noqa: ARG002
        period = self._period
        noise = np.sqrt(np.mean((values[period:] - values[:-period]) ** 2))
        seasons = np.arange(horizon) // period + 1
        expected = repeat_season(values, period=period, horizon=horizon)
        return Outlook(expected, noise * np.sqrt(seasons))


class _Smoothed:
    def __init__(self, period: int) -> None:
        self._period = period
        self._fitted: Smoothing | None = None

    def fit(self, values: Floats, dates: Dates) -> None:  # noqa: ARG002
        self._fitted = fit_smoothing(values, period=self._period)

    def ahead(self, values: Floats, dates: Dates, *, horizon: int) -> Outlook:  # noqa: ARG002
        return forecast_smoothing(_known(self._fitted), values, horizon=horizon)


class _Arima:
    """The airline model, ARIMA(0,1,1)(0,1,1)m; without a season ARIMA(1,1,1)."""

    def __init__(self, period: int) -> None:
        has_season = period > 1
        self._order = (0, 1, 1) if has_season else (1, 1, 1)
        self._season = (0, 1, 1, period) if has_season else (0, 0, 0, 0)
        self._fitted: Arima | None = None

    def fit(self, values: Floats, dates: Dates) -> None:  # noqa: ARG002
        self._fitted = fit_arima(values, order=self._order, seasonal_order=self._season)

    def ahead(self, values: Floats, dates: Dates, *, horizon: int) -> Outlook:  # noqa: ARG002
        return forecast_arima(_known(self._fitted), values, horizon=horizon)


class _Prophet:
    """Prophet as it comes, fitted anew at every origin; its components are not kept."""

    def __init__(self, period: int) -> None:
        self._period = period

    def fit(self, values: Floats, dates: Dates) -> None:
        """It is fitted to the values that it is asked from."""

    def ahead(self, values: Floats, dates: Dates, *, horizon: int) -> Outlook:
        for name in ("cmdstanpy", "prophet"):
            logging.getLogger(name).setLevel(logging.ERROR)
        # Nothing is plotted; without plotly it says so at every import.
        logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)
        import pandas as pd  # noqa: PLC0415
        from prophet import Prophet  # noqa: PLC0415

        step = dates[1] - dates[0]
        later = dates[-1] + step * np.arange(1, horizon + 1)
        model = Prophet(
            weekly_seasonality=self._period > 1,
            daily_seasonality=False,
            uncertainty_samples=0,
        )
        model.fit(pd.DataFrame({"ds": dates.astype("datetime64[ns]"), "y": values}))
        asked = pd.DataFrame(
            {"ds": np.concatenate([dates, later]).astype("datetime64[ns]")}
        )
        said = model.predict(asked)["yhat"].to_numpy(dtype=np.float64)
        noise = float(np.sqrt(np.mean((values - said[: len(values)]) ** 2)))
        return Outlook(said[len(values) :], np.full(horizon, noise))


def _known(fitted: Fitted | None) -> Fitted:
    if fitted is None:
        raise ValueError("a candidate is asked before it was fitted")
    return fitted
