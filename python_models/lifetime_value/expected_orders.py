"""How many orders every group of customers is expected to place from now on."""

from habitue.frames import to_pandas
from habitue.order_forecasts import forecast_orders


def model(dbt, session):
    dbt.config(materialized="table")
    groups = dbt.ref("int_repeats__grouped")
    parameters = to_pandas(dbt.ref("int_value_parameters__widened"))
    return forecast_orders(
        groups,
        parameters,
        orders_model=dbt.config.get("value_model"),
        horizon_days=dbt.config.get("value_horizon_days"),
        discount_rate=dbt.config.get("value_discount_rate"),
    )
