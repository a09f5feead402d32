"""What every arm changes: by metric, segment and method, with a verdict in words."""

from habitue.experiments.results import measure_effects
from habitue.frames import to_pandas


def model(dbt, session):
    dbt.config(materialized="table")
    return measure_effects(
        to_pandas(dbt.ref("int_experiment_metrics__asked")),
        to_pandas(dbt.ref("int_experiment_arms__counted")),
        to_pandas(dbt.ref("int_experiment_sums__counted")),
        to_pandas(dbt.ref("int_experiment_ranks__kept")),
        correction=dbt.config.get("experiment_correction"),
        power=dbt.config.get("experiment_power"),
        tuning=dbt.config.get("experiment_sequential_tuning"),
    )
