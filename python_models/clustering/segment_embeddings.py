"""Put customers on a plane, once per method and state of the data."""

from habitue.embeddings import map_once
from habitue.frames import to_pandas


def model(dbt, session):
    dbt.config(materialized="table")
    return map_once(
        to_pandas(dbt.ref("int_customers__mapped")),
        to_pandas(dbt.ref("segment_centroids")),
        to_pandas(dbt.ref("int_segment_models__adopted")),
        previous=to_pandas(dbt.ref("int_segment_embeddings__recalled")),
        methods=dbt.config.get("map_methods"),
        seed=dbt.config.get("segment_seed"),
    )
