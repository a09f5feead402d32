"""Name every segment, by hand or by the rules, and tell what is most telling."""

from habitue.clustering import name_segments
from habitue.frames import to_pandas


def model(dbt, session):
    dbt.config(materialized="table")
    centroids = to_pandas(dbt.ref("segment_centroids"))
    rules = to_pandas(dbt.ref("segment_name_rules"))
    own_names = to_pandas(dbt.ref("segment_own_names"))
    labels = to_pandas(dbt.ref("features"))
    return name_segments(centroids, rules, own_names=own_names, labels=labels)
