"""The feature table as a checked, ordered matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.clustering.errors import FeatureError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


class FeatureMatrix(NamedTuple):
    """Scaled features in an order that does not depend on how rows arrived.

    Attributes:
        names: Feature names, n_features of them, as in the table.
        values: (n_customers, n_features), scaled, sorted by customer_id.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]


def read_features(features: pd.DataFrame) -> FeatureMatrix:
    """Check the feature table and sort it by customer.

    Args:
        features: `customer_id` and one number column per feature, already scaled.

    Raises:
        FeatureError: If `customer_id` or every feature is missing, a customer comes
            twice, or a value is not a finite number.
    """
    if "customer_id" not in features.columns:
        raise FeatureError("features lack customer_id: add one id per row")
    names = tuple(str(name) for name in features.columns if name != "customer_id")
    if not names:
        raise FeatureError("features hold no feature column: select at least one")
    ids = features["customer_id"].astype("str").to_numpy(dtype=str)
    if len(np.unique(ids)) < len(ids):
        raise FeatureError("a customer_id comes twice: pass one as-of date only")
    try:
        columns = features.drop(columns="customer_id").astype("float64")
    except (TypeError, ValueError) as error:
        raise FeatureError(f"a feature is not a number: {error}") from error
    values = np.ascontiguousarray(
        columns.to_numpy(dtype=np.float64)[np.argsort(ids, kind="stable")]
    )
    broken = ~np.isfinite(values).all(axis=0)
    if broken.any():
        wrong = [name for name, bad in zip(names, broken, strict=True) if bad]
        raise FeatureError(f"empty or infinite values in {wrong}: impute them first")
    return FeatureMatrix(names, values)


def distinct_rows(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Number the distinct rows: equal rows get the same number, shape (n_rows,)."""
    if not len(values):
        return np.zeros(0, dtype=np.intp)
    _, numbers = np.unique(values, axis=0, return_inverse=True)
    return numbers.reshape(-1)


def subsample(
    values: NDArray[np.float64], *, size: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Positions of at most `size` rows, drawn without replacement, in row order."""
    if len(values) <= size:
        return np.arange(len(values))
    return np.sort(rng.choice(len(values), size=size, replace=False))
