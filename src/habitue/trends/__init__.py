"""Behaviour over time: what it is made of, what broke it, what is to come."""

from habitue.trends.fitted import FIT_COLUMNS, fit_series_once
from habitue.trends.forecasts import (
    FORECAST_COLUMNS,
    ForecastSettings,
    forecast_series_once,
)

__all__ = [
    "FIT_COLUMNS",
    "FORECAST_COLUMNS",
    "ForecastSettings",
    "fit_series_once",
    "forecast_series_once",
]
