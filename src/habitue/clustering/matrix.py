"""The feature table as checked, ordered matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.clustering.errors import FeatureError
from habitue.clustering.scaling import Scaler, read_scaler, unscaled

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


class Features(NamedTuple):
    """The numbers of a feature table.

    Attributes:
        names: Names of the features, n_features of them, as in the table.
        values: (n_customers, n_features), sorted by customer_id.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]


def read_features(features: pd.DataFrame) -> Features:
    """Check the feature table and sort it by customer.

    Args:
        features: `customer_id` and one number column per feature, NaN where nothing is
            known.

    Raises:
        FeatureError: If `customer_id` or every feature is missing, a customer comes
            twice, or a value is infinite or no number.
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
    _refuse(np.isinf(values), names, "infinite values in {}: mend them")
    return Features(names, values)


def read_scaled(features: pd.DataFrame) -> Features:
    """Read a feature table that is filled and scaled already.

    Raises:
        FeatureError: As `read_features`, and if a value is empty.
    """
    read = read_features(features)
    _refuse(np.isnan(read.values), read.names, "empty values in {}: fill them")
    return read


def read_customers(features: pd.DataFrame, scalers: pd.DataFrame) -> Customers:
    """Read the feature table and scale it.

    Args:
        features: `customer_id` and one number column per feature, natural units, empty
            where nothing is known.
        scalers: One row per feature: transform, fill, lower, upper, centre, scale.

    Raises:
        FeatureError: As `read_features`, and if a value is empty whose feature has no
            fill.
        ScalerError: If a feature has no scaler, or not exactly one. Without customers
            there is nothing to scale, and none is needed.
    """
    names, natural = read_features(features)
    if not len(natural):
        return Customers(natural, natural, unscaled(names))
    scaler = read_scaler(scalers, features=names)
    _refuse(
        np.isnan(natural) & np.isnan(scaler.fill),
        names,
        "empty values in {}, which have no fill: fill them",
    )
    return Customers(natural, scaler.to_scaled(natural), scaler)


def _refuse(wrong: NDArray[np.bool_], names: tuple[str, ...], message: str) -> None:
    broken = np.asarray(wrong.any(axis=0))
    if broken.any():
        said = [names[place] for place in np.flatnonzero(broken)]
        raise FeatureError(message.format(said))


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
