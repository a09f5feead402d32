"""Fit the segments on a sample and write their centroids: SQL scores from them."""

from habitue.frames import to_pandas
from habitue.segmentation import fit_once


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    features = to_pandas(dbt.ref("int_features__scaled_sample"))
    scalers = to_pandas(dbt.ref("int_segment_scalers__selected"))
    evidence = to_pandas(dbt.ref("k_evidence"))
    fingerprint = to_pandas(dbt.ref("int_features__fingerprinted"))
    previous = None
    if dbt.is_incremental:
        previous = to_pandas(session.table(str(dbt.this)))
    return fit_once(
        features,
        scalers,
        evidence,
        fingerprint,
        previous=previous,
        seed=dbt.config.get("segment_seed"),
    )
