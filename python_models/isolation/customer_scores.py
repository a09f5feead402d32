"""How unusual every customer is, by two detectors, and what makes the unusual so."""

from habitue.anomalies import score_customers
from habitue.frames import to_pandas


def model(dbt, session):
    dbt.config(materialized="table")
    return score_customers(
        dbt.ref("int_customer_profiles__measured"),
        sample=to_pandas(dbt.ref("int_customer_profiles__sampled")),
        described=to_pandas(dbt.ref("int_anomaly_features__described")),
        fits=to_pandas(dbt.ref("anomaly_fits")),
        rules=to_pandas(dbt.ref("anomaly_kind_rules")),
    )
