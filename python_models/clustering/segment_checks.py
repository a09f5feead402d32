"""Whether to look for a new model: the policy, asked once per state of the data."""

from habitue.frames import previous_rows, to_pandas
from habitue.segmentation import check_once, policy_from


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    return check_once(
        to_pandas(dbt.ref("int_features__sampled")),
        to_pandas(dbt.ref("int_segment_scalers__selected")),
        to_pandas(dbt.ref("int_features__fingerprinted")),
        history=to_pandas(dbt.ref("int_segment_centroids__recalled")),
        previous=previous_rows(dbt, session),
        policy=policy_from(dbt.config.get("recluster_policy")),
    )
