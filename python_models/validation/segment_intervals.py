"""How far the KPIs of segments could be off: bootstrap intervals."""

from habitue.frames import to_pandas
from habitue.validation import kpi_intervals


def model(dbt, session):
    dbt.config(materialized="table")
    return kpi_intervals(
        to_pandas(dbt.ref("int_outcomes__sampled")),
        to_pandas(dbt.ref("int_outcomes__totalled")),
        seed=dbt.config.get("segment_seed"),
    )
