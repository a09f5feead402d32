"""What the primary metric told at every look, and between one look and the next."""

from habitue.experiments.looks import measure_looks
from habitue.frames import to_pandas


def model(dbt, session):
    dbt.config(materialized="table")
    return measure_looks(
        to_pandas(dbt.ref("int_experiment_metrics__asked")),
        to_pandas(dbt.ref("int_experiment_arms__counted")),
        to_pandas(dbt.ref("int_experiment_looks__counted")),
        tuning=dbt.config.get("experiment_sequential_tuning"),
    )
