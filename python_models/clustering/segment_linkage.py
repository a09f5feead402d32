"""The hierarchy of the customers that each version was fitted to."""

from habitue.frames import previous_rows, to_pandas
from habitue.segmentation import linkage_once


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    return linkage_once(
        to_pandas(dbt.ref("int_features__sampled")),
        to_pandas(dbt.ref("int_segment_scalers__selected")),
        to_pandas(dbt.ref("segment_centroids")),
        previous=previous_rows(dbt, session),
        seed=dbt.config.get("segment_seed"),
    )
