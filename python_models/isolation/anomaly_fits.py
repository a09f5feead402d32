"""How many anomalies there are, and from where on a customer or session is one."""

from habitue.anomalies import fit_detectors
from habitue.frames import to_pandas


def model(dbt, session):
    dbt.config(materialized="table")
    return fit_detectors(
        {
            "customer": to_pandas(dbt.ref("int_customer_profiles__sampled")),
            "session": to_pandas(dbt.ref("int_session_profiles__sampled")),
        },
        to_pandas(dbt.ref("int_anomaly_features__described")),
        seed=dbt.config.get("anomaly_seed"),
        minimum_rows=dbt.config.get("anomaly_minimum_rows"),
    )
