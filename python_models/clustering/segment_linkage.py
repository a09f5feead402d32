"""The hierarchy of the customers that each version was fitted to."""

from habitue.frames import to_pandas
from habitue.segmentation import linkage_once


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    previous = None
    if dbt.is_incremental:
        previous = to_pandas(session.table(str(dbt.this)))
    return linkage_once(
        to_pandas(dbt.ref("int_features__sampled")),
        to_pandas(dbt.ref("int_segment_scalers__selected")),
        to_pandas(dbt.ref("segment_centroids")),
        previous=previous,
        seed=dbt.config.get("segment_seed"),
    )
