"""The feature table as checked, ordered matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.clustering.errors import FeatureError
from habitue.clustering.scaling import Scaler, read_scaler

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


class Customers(NamedTuple):
    """Features of customers, in an order that does not depend on how rows arrived.

    Attributes:
        natural: (n_customers, n_features), natural units, NaN where nothing is known,
            sorted by customer_id.
        scaled: The same filled, transformed, winsorised and scaled.
        scaler: Names of the features and their scaling.
    """

    natural: NDArray[np.float64]
    scaled: NDArray[np.float64]
    scaler: Scaler

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, n_features of them."""
        return self.scaler.features


def read_customers(features: pd.DataFrame, scalers: pd.DataFrame) -> Customers:
    """Check the feature table, sort it by customer and scale it.

    Args:
        features: `customer_id` and one number column per feature, natural units, empty
            where nothing is known.
        scalers: One row per feature: transform, fill, lower, upper, centre, scale.

    Raises:
        FeatureError: If `customer_id` or every feature is missing, a customer comes
            twice, a value is infinite or no number, or it is empty and the feature has
            no fill.
        ScalerError: If a feature has no scaler, or not exactly one.
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
    natural = np.ascontiguousarray(
        columns.to_numpy(dtype=np.float64)[np.argsort(ids, kind="stable")]
    )
    scaler = read_scaler(scalers, features=names)
    unknown = np.isnan(natural) & np.isnan(scaler.fill)
    broken = (np.isinf(natural) | unknown).any(axis=0)
    if broken.any():
        wrong = [name for name, bad in zip(names, broken, strict=True) if bad]
        raise FeatureError(
            f"infinite values, or empty ones without a fill, in {wrong}: fill them"
        )
    return Customers(natural, scaler.to_scaled(natural), scaler)


def count_distinct(values: NDArray[np.float64]) -> int:
    """How many rows differ from each other."""
    return len(np.unique(values, axis=0))


def subsample(
    values: NDArray[np.float64], *, size: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Positions of at most `size` rows, drawn without replacement, in row order."""
    if len(values) <= size:
        return np.arange(len(values))
    return np.sort(rng.choice(len(values), size=size, replace=False))
