"""From natural units to scaled ones and back, by the rows of the scaler table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.clustering.errors import ScalerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

TRANSFORMS = ("none", "log1p")
SCALER_NUMBERS = ("fill", "lower", "upper", "centre", "scale")
SCALER_COLUMNS = ("feature", "transform", *SCALER_NUMBERS)


class Scaler(NamedTuple):
    """The scaling of several features, in the order of `features`.

    Attributes:
        features: Names, n_features of them.
        transforms: 'none' or 'log1p' per feature.
        fill: What stands in for a missing value, natural units, shape (n_features,);
            NaN for a feature that is never missing.
        lower: Lower winsor limit after the transform, shape (n_features,).
        upper: Upper winsor limit after the transform, shape (n_features,).
        centre: What is subtracted after winsorising, shape (n_features,).
        scale: What is divided by, shape (n_features,); 0 for a constant feature.
    """

    features: tuple[str, ...]
    transforms: tuple[str, ...]
    fill: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]

    @property
    def varies(self) -> NDArray[np.bool_]:
        """Which features are not constant, shape (n_features,)."""
        return np.asarray(self.scale != 0)

    def to_scaled(
        self, natural: NDArray[np.float64], *, winsorise: bool = True
    ) -> NDArray[np.float64]:
        """Fill, transform, winsorise and scale; a constant feature becomes 0.

        Args:
            natural: (..., n_features), natural units, NaN where a value is missing.
            winsorise: False keeps values outside the limits, for bounds and the like.
        """
        natural = np.where(np.isnan(natural), self.fill, natural)
        logged = np.array([name == "log1p" for name in self.transforms])
        # A value of -1 or less has no log1p: it counts as the lowest there is.
        floored = np.maximum(natural, np.nextafter(-1.0, 0.0))
        values = np.where(logged, np.log1p(floored), natural)
        if winsorise:
            values = np.clip(values, self.lower, self.upper)
        divisor = np.where(self.varies, self.scale, 1.0)
        return np.where(self.varies, (values - self.centre) / divisor, 0.0)

    def to_natural(self, scaled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Undo scale and transform; winsorising cannot be undone.

        Args:
            scaled: (..., n_features), scaled units.
        """
        logged = np.array([name == "log1p" for name in self.transforms])
        values = np.asarray(scaled * self.scale + self.centre, dtype=np.float64)
        return np.where(logged, np.expm1(np.where(logged, values, 0.0)), values)


def unscaled(features: Sequence[str]) -> Scaler:
    """The scaler that leaves the named features as they are."""
    zeros, ones = np.zeros(len(features)), np.ones(len(features))
    return Scaler(
        features=tuple(features),
        transforms=("none",) * len(features),
        fill=zeros,
        lower=-np.inf * ones,
        upper=np.inf * ones,
        centre=zeros,
        scale=ones,
    )


def read_scaler(scalers: pd.DataFrame, *, features: Sequence[str]) -> Scaler:
    """Read the scaling of the named features.

    Args:
        scalers: One row per feature: feature, transform, fill (empty for a feature that
            is never missing), lower, upper, centre, scale.
        features: Names in the order wanted; other rows of `scalers` are ignored.

    Raises:
        ScalerError: If a column or feature is missing, a feature has two rows, a
            transform is unknown or another number is missing.
    """
    missing_columns = [name for name in SCALER_COLUMNS if name not in scalers.columns]
    if missing_columns:
        raise ScalerError(f"scalers lack the columns {missing_columns}")
    table = scalers[list(SCALER_COLUMNS)].set_index("feature")
    if table.index.has_duplicates:
        repeated = sorted(set(table.index[table.index.duplicated()]))
        raise ScalerError(f"more than one scaler row for {repeated}: pass one version")
    missing = [name for name in features if name not in table.index]
    if missing:
        raise ScalerError(f"no scaler row for {missing}: add one per feature")
    table = table.loc[list(features)]
    transforms = tuple(str(name) for name in table["transform"])
    unknown = sorted(set(transforms) - set(TRANSFORMS))
    if unknown:
        raise ScalerError(f"unknown transform {unknown}: use one of {TRANSFORMS}")
    numbers = table[list(SCALER_NUMBERS)].astype("float64").to_numpy()
    if np.isnan(numbers[:, 1:]).any() or not np.isfinite(numbers[:, 3:]).all():
        raise ScalerError("scalers hold empty or infinite numbers: fill them in")
    fill, lower, upper, centre, scale = np.ascontiguousarray(numbers.T)
    return Scaler(tuple(features), transforms, fill, lower, upper, centre, scale)
