"""What the segments would be without each feature, and with each other one."""

from habitue.frames import previous_rows, to_pandas
from habitue.segmentation import refine_once


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    return refine_once(
        to_pandas(dbt.ref("int_refinements__sampled")),
        to_pandas(dbt.ref("int_refinement_scalers__selected")),
        used=list(dbt.config.get("segment_features")),
        is_wanted=dbt.config.get("feature_refinement"),
        seed=dbt.config.get("segment_seed"),
        previous=previous_rows(dbt, session),
    )
