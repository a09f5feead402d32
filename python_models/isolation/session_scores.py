"""The sessions that are unusual, and what makes them so."""

from habitue.anomalies import score_sessions
from habitue.frames import to_pandas


def model(dbt, session):
    dbt.config(materialized="table")
    return score_sessions(
        dbt.ref("int_session_profiles__measured"),
        sample=to_pandas(dbt.ref("int_session_profiles__sampled")),
        described=to_pandas(dbt.ref("int_anomaly_features__described")),
        fits=to_pandas(dbt.ref("anomaly_fits")),
        rules=to_pandas(dbt.ref("anomaly_kind_rules")),
    )
