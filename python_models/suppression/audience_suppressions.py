"""Which counts of the audience are too small to publish, or would give those away."""

from habitue.frames import to_pandas
from habitue.privacy.suppression import suppress_audience


def model(dbt, session):
    dbt.config(materialized="table")
    return suppress_audience(
        to_pandas(dbt.ref("int_audience__counted")),
        minimum_cell_size=dbt.config.get("minimum_cell_size"),
    )
