"""Fit the principal components of the features: SQL scores everybody from them."""

from habitue.decomposition import fit_components_once
from habitue.frames import previous_rows, to_pandas


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key="as_of_date",
    )
    features = to_pandas(dbt.ref("int_features__standardised_sample"))
    fingerprint = to_pandas(dbt.ref("int_features__fingerprinted"))
    return fit_components_once(
        features, fingerprint, previous=previous_rows(dbt, session)
    )
