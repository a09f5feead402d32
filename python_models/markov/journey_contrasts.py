"""Where two groups of customers go differently: segments, months, arms."""

from habitue.frames import to_pandas
from habitue.journeys import compare_transitions


def model(dbt, session):
    dbt.config(materialized="table")
    return compare_transitions(
        to_pandas(dbt.ref("int_transition_sums__compared")),
        control_arm=dbt.config.get("journey_control_arm"),
    )
