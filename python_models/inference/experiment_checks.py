"""Whether experiments can be trusted: one row per experiment and check."""

from habitue.experiments.checks import check_experiments
from habitue.frames import to_pandas


def model(dbt, session):
    dbt.config(materialized="table")
    return check_experiments(
        to_pandas(dbt.ref("int_experiment_arms__checked")),
        to_pandas(dbt.ref("int_experiment_sums__counted")),
        to_pandas(dbt.ref("experiment_look_effects")),
        to_pandas(dbt.ref("int_experiment_pairs__counted")),
    )
