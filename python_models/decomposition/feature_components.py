"""Fit the principal components of the features: SQL scores everybody from them."""

from habitue.decomposition import fit_components_once
from habitue.frames import to_pandas


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key="as_of_date",
    )
    features = to_pandas(dbt.ref("int_features__standardised_sample"))
    fingerprint = to_pandas(dbt.ref("int_features__fingerprinted"))
    previous = None
    if dbt.is_incremental:
        previous = to_pandas(session.table(str(dbt.this)))
    return fit_components_once(features, fingerprint, previous=previous)
