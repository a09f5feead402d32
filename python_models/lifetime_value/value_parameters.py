"""Fit the models of orders and spend, each once per state of the data."""

from habitue.frames import previous_rows, to_pandas
from habitue.value import fit_once


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    wanted = to_pandas(dbt.ref("int_repeats__fingerprinted"))
    orders = dbt.ref("int_repeats__grouped")
    spend = dbt.ref("int_repeat_values__grouped")
    return fit_once(
        wanted,
        orders,
        spend,
        previous=previous_rows(dbt, session),
        minimum_customers=dbt.config.get("value_minimum_customers"),
    )
