"""Put the anomalies and some others on a plane, once per method and data."""

from habitue.anomalies import map_anomalies
from habitue.frames import to_pandas


def model(dbt, session):
    dbt.config(materialized="table")
    return map_anomalies(
        to_pandas(dbt.ref("int_customer_profiles__charted")),
        to_pandas(dbt.ref("int_customer_profiles__sampled")),
        to_pandas(dbt.ref("int_anomaly_features__described")),
        previous=to_pandas(dbt.ref("int_anomaly_embeddings__recalled")),
        methods=dbt.config.get("map_methods"),
        seed=dbt.config.get("anomaly_seed"),
    )
