"""How many segments there are: every candidate with its evidence, one chosen."""

from habitue.frames import previous_rows, to_pandas
from habitue.segmentation import evaluate_once, settings_from


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    return evaluate_once(
        to_pandas(dbt.ref("int_features__sampled")),
        to_pandas(dbt.ref("int_segment_scalers__selected")),
        to_pandas(dbt.ref("int_features__fingerprinted")),
        to_pandas(dbt.ref("segment_checks")),
        history=to_pandas(dbt.ref("int_segment_centroids__recalled")),
        previous=previous_rows(dbt, session),
        settings=settings_from(dbt.config.get("segmentation")),
    )
