"""Trend, seasons, level shifts and anomalies of every series that is not known yet."""

from habitue.frames import previous_rows, to_pandas
from habitue.trends import fit_series_once


def model(dbt, session):
    dbt.config(materialized="incremental", unique_key="series_id")
    return fit_series_once(
        to_pandas(dbt.ref("int_series__measured")),
        previous=previous_rows(dbt, session),
    )
