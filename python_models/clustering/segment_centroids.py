"""Fit the segments on a sample and write their centroids: SQL scores from them."""

from habitue.frames import previous_rows, to_pandas
from habitue.segmentation import fit_once, settings_from


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    return fit_once(
        to_pandas(dbt.ref("int_features__sampled")),
        to_pandas(dbt.ref("int_segment_scalers__selected")),
        to_pandas(dbt.ref("int_features__fingerprinted")),
        to_pandas(dbt.ref("segment_checks")),
        to_pandas(dbt.ref("segment_candidates")),
        previous=previous_rows(dbt, session),
        settings=settings_from(dbt.config.get("segmentation")),
    )
