"""What conversions would be lost without each channel and step."""

from habitue.frames import to_pandas
from habitue.journeys import measure_removals


def model(dbt, session):
    dbt.config(materialized="table")
    return measure_removals(to_pandas(dbt.ref("int_transitions__bagged")))
