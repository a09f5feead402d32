"""How many segments there are: every candidate with its evidence, one chosen."""

from habitue.frames import to_pandas
from habitue.segmentation import evaluate_once


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    features = to_pandas(dbt.ref("int_features__scaled_sample"))
    fingerprint = to_pandas(dbt.ref("int_features__fingerprinted"))
    previous = None
    if dbt.is_incremental:
        previous = to_pandas(session.table(str(dbt.this)))
    return evaluate_once(
        features,
        fingerprint,
        previous=previous,
        max_k=dbt.config.get("max_segments"),
        fixed_k=dbt.config.get("fixed_segment_count"),
        minimum_share=dbt.config.get("minimum_segment_share"),
        seed=dbt.config.get("segment_seed"),
    )
