"""What the segments would be without each feature, and with each other one."""

from habitue.frames import to_pandas
from habitue.refinements import refine_once


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    previous = None
    if dbt.is_incremental:
        previous = to_pandas(session.table(str(dbt.this)))
    return refine_once(
        to_pandas(dbt.ref("int_refinements__sampled")),
        to_pandas(dbt.ref("int_refinement_scalers__selected")),
        used=list(dbt.config.get("segment_features")),
        is_wanted=dbt.config.get("feature_refinement"),
        seed=dbt.config.get("segment_seed"),
        previous=previous,
    )
