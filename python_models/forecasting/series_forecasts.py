"""What is to come of every series that is not known yet, and how good that was before."""

from habitue.frames import previous_rows, to_pandas
from habitue.trends import forecast_series_once, forecast_settings_from


def model(dbt, session):
    dbt.config(materialized="incremental", unique_key="series_id")
    names = ("metrics", "methods", "horizon_days", "series_limit")
    settings = {f"forecast_{name}": dbt.config.get(f"forecast_{name}") for name in names}
    return forecast_series_once(
        to_pandas(dbt.ref("int_series__measured")),
        previous=previous_rows(dbt, session),
        settings=forecast_settings_from(settings),
    )
