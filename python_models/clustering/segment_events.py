"""What became of each segment when a new version was fitted."""

from habitue.frames import previous_rows, to_pandas
from habitue.segmentation import lineage_once


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    return lineage_once(
        to_pandas(dbt.ref("int_features__sampled")),
        to_pandas(dbt.ref("int_segment_scalers__selected")),
        to_pandas(dbt.ref("segment_centroids")),
        previous=previous_rows(dbt, session),
    )
