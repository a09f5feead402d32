"""The long centroid table, read back as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.clustering.errors import CentroidError
from habitue.clustering.scaling import SCALER_COLUMNS, Scaler, read_scaler

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

CENTROID_COLUMNS = {
    "model_version": "int64",
    "segment_id": "int64",
    "slot": "int64",
    "feature": "str",
    "transform": "str",
    "fill": "float64",
    "lower": "float64",
    "upper": "float64",
    "centre": "float64",
    "scale": "float64",
    "scaled_value": "float64",
    "natural_value": "float64",
    "fitted_share": "float64",
    "effect_size": "float64",
    "baseline": "str",
}
# What scoring needs; the rest is told beside it, and older versions lack it.
NEEDED_COLUMNS = list(CENTROID_COLUMNS)[:-2]


class Centroids(NamedTuple):
    """The segments of one model version.

    Attributes:
        segment_ids: Ascending, shape (k,).
        scaler: Feature names and their scaling.
        scaled: Centroids in scaled units, shape (k, n_features).
        natural: Centroids in natural units, shape (k, n_features).
        shares: Share of the fitted customers, shape (k,).
        effects: Cohen's d against everybody else, shape (k, n_features); None for a
            version from before they were kept.
    """

    segment_ids: NDArray[np.int64]
    scaler: Scaler
    scaled: NDArray[np.float64]
    natural: NDArray[np.float64]
    shares: NDArray[np.float64]
    effects: NDArray[np.float64] | None

    @property
    def overall(self) -> NDArray[np.float64]:
        """Share-weighted mean of the centroids, scaled units, shape (n_features,)."""
        return np.asarray(
            self.shares @ self.scaled / self.shares.sum(), dtype=np.float64
        )


def read_centroids(
    centroids: pd.DataFrame, *, features: Sequence[str] | None = None
) -> Centroids:
    """Read one model version.

    Args:
        centroids: One row per segment and feature, as `fit_segments` writes them.
        features: Order of the features; None for the order they first come in.

    Raises:
        CentroidError: If columns, rows or numbers are missing, a pair of segment and
            feature comes twice, or there is not exactly one model version.
    """
    missing = [name for name in NEEDED_COLUMNS if name not in centroids.columns]
    if missing:
        raise CentroidError(f"centroids lack the columns {missing}")
    versions = centroids["model_version"].nunique()
    if versions != 1:
        raise CentroidError(f"expected one model version, got {versions}: filter them")
    if centroids.duplicated(["segment_id", "feature"]).any():
        raise CentroidError("a segment has two rows for one feature")
    known = [str(name) for name in centroids["feature"].unique()]
    names = known if features is None else list(features)
    if sorted(names) != sorted(known):
        raise CentroidError(f"the model has the features {known}, not {names}")
    wide = centroids.pivot(
        index="segment_id", columns="feature", values=["scaled_value", "natural_value"]
    ).sort_index()
    scaled = wide["scaled_value"][names].to_numpy(dtype=np.float64)
    natural = wide["natural_value"][names].to_numpy(dtype=np.float64)
    if np.isnan(scaled).any() or np.isnan(natural).any():
        raise CentroidError("a segment lacks a feature, or its value is empty")
    return Centroids(
        segment_ids=wide.index.to_numpy(dtype=np.int64),
        scaler=read_scaler(
            centroids[list(SCALER_COLUMNS)].drop_duplicates(), features=names
        ),
        scaled=scaled,
        natural=natural,
        shares=centroids.groupby("segment_id")["fitted_share"]
        .first()
        .to_numpy(dtype=np.float64),
        effects=_effects(centroids, names),
    )


def _effects(
    centroids: pd.DataFrame, names: Sequence[str]
) -> NDArray[np.float64] | None:
    if "effect_size" not in centroids.columns or centroids["effect_size"].isna().any():
        return None
    wide = centroids.pivot(index="segment_id", columns="feature", values="effect_size")
    return wide.sort_index()[list(names)].to_numpy(dtype=np.float64)
