"""Rank the features of every segment by how much they tell about it."""

from habitue.clustering import segment_traits
from habitue.frames import to_pandas


def model(dbt, session):
    dbt.config(materialized="table")
    centroids = to_pandas(dbt.ref("segment_centroids"))
    labels = to_pandas(dbt.ref("features"))
    return segment_traits(centroids, labels=labels)
