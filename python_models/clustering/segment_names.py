"""Name every segment from the rules, and say what is most telling about it."""

from habitue.clustering import name_segments
from habitue.frames import to_pandas


def model(dbt, session):
    dbt.config(materialized="table")
    centroids = to_pandas(dbt.ref("segment_centroids"))
    rules = to_pandas(dbt.ref("segment_name_rules"))
    labels = to_pandas(dbt.ref("features"))
    return name_segments(centroids, rules, labels=labels)
