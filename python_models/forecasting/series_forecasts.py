"""What is to come of every series that changed, and how good that was before."""

from habitue.frames import previous_rows, to_pandas
from habitue.trends import ForecastSettings, forecast_series_once


def model(dbt, session):
    dbt.config(materialized="incremental", unique_key="series_id")
    return forecast_series_once(
        to_pandas(dbt.ref("int_series__measured")),
        previous=previous_rows(dbt, session),
        settings=ForecastSettings(
            metrics=dbt.config.get("forecast_metrics"),
            methods=dbt.config.get("forecast_methods"),
            horizon_days=dbt.config.get("forecast_horizon_days"),
            limit=dbt.config.get("forecast_series_limit"),
        ),
    )
