"""Principal components as a table that SQL scores everybody from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from habitue.clustering.matrix import read_scaled
from habitue.clustering.partition import one_thread
from habitue.decomposition.components import (
    MINIMUM_CUSTOMERS_PER_FEATURE,
    Components,
    Status,
    fit_components,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

COMPONENT_COLUMNS = {
    "component": "int64",
    "feature": "str",
    "status": "str",
    "mean": "float64",
    "loading": "float64",
    "correlation": "float64",
    "explained_variance": "float64",
    "explained_variance_ratio": "float64",
    "customer_count": "int64",
}


def component_rows(
    features: pd.DataFrame,
    *,
    customers_per_feature: int = MINIMUM_CUSTOMERS_PER_FEATURE,
) -> pd.DataFrame:
    """Fit the components and write them, one row per component and feature.

    Args:
        features: `customer_id` and one column per scaled feature, one row per customer,
            in any order.
        customers_per_feature: Customers needed per feature that varies.

    Returns:
        Components are numbered from 1, the one that explains most first. `status` is
        'fitted'; a feature that does not vary says so and has no loading. Where nothing
        could be fitted there is component 1 with the reason and no number at all.

    Raises:
        FeatureError: If ids or values are missing, repeated or not finite.
    """
    matrix = read_scaled(features)
    with one_thread():
        fitted = fit_components(
            matrix.values, customers_per_feature=customers_per_feature
        )
    if fitted.status is Status.fitted:
        rows = _fitted_rows(fitted, matrix.names)
    else:
        rows = pd.DataFrame({"feature": matrix.names, "component": 1})
        rows["status"] = fitted.status.value
    rows["customer_count"] = len(matrix.values)
    return rows.reindex(columns=list(COMPONENT_COLUMNS)).astype(COMPONENT_COLUMNS)


def _fitted_rows(fitted: Components, names: Sequence[str]) -> pd.DataFrame:
    n_components, n_features = fitted.loadings.shape
    varies = np.tile(fitted.varies, n_components)
    return pd.DataFrame(
        {
            "component": np.repeat(np.arange(1, n_components + 1), n_features),
            "feature": list(names) * n_components,
            "status": np.where(varies, Status.fitted.value, Status.constant.value),
            "mean": np.tile(fitted.means, n_components),
            "loading": np.where(varies, fitted.loadings.ravel(), np.nan),
            "correlation": np.where(varies, fitted.correlations.ravel(), np.nan),
            "explained_variance": np.repeat(fitted.variances, n_features),
            "explained_variance_ratio": np.repeat(fitted.ratios, n_features),
        }
    )
