"""What a build does about components: one fit per as-of date and state of the data."""

from __future__ import annotations

import pandas as pd

from habitue.decomposition.components import MINIMUM_CUSTOMERS_PER_FEATURE
from habitue.decomposition.tables import component_rows
from habitue.fits import (
    as_of_date,
    fitted_now,
    is_known,
    library_versions,
    stamped,
    without_rows,
)


def fit_components_once(
    features: pd.DataFrame,
    fingerprint: pd.DataFrame,
    *,
    previous: pd.DataFrame | None,
    customers_per_feature: int = MINIMUM_CUSTOMERS_PER_FEATURE,
) -> pd.DataFrame:
    """The components of an as-of date, unless they were fitted to these very data.

    Args:
        features: (n_customers, 1 + n_features): `customer_id` and scaled features.
        fingerprint: One row: data_fingerprint, as_of_date.
        previous: The components of all as-of dates so far, None on the first build.
        customers_per_feature: Customers needed per feature that varies.

    Returns:
        `component_rows` with as_of_date (the version), data_fingerprint,
        library_versions and fitted_at; without rows if nothing changed.

    Raises:
        FeatureError: If ids or values are missing, repeated or not finite.
    """
    version = None
    if previous is not None and len(previous):
        dates = pd.to_datetime(previous["as_of_date"]).dt.date
        version = previous[dates == as_of_date(fingerprint)]
    if is_known(fingerprint, version):
        return without_rows(previous)
    rows = component_rows(features, customers_per_feature=customers_per_feature)
    rows["library_versions"] = library_versions()
    return fitted_now(stamped(rows, fingerprint))
