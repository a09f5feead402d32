"""The reference scorer: what the SQL scoring must equal on every row."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.clustering.centroids import read_centroids
from habitue.clustering.errors import FeatureError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray


class Prediction(NamedTuple):
    """The segment of each customer.

    Attributes:
        labels: Segment id of the nearest centroid, shape (n_customers,).
        distances: Squared Euclidean distance (scaled units) to every centroid, in the
            order of `segment_ids`, shape (n_customers, k).
        segment_ids: Ascending, shape (k,).
    """

    labels: NDArray[np.int64]
    distances: NDArray[np.float64]
    segment_ids: NDArray[np.int64]


def predict_segments(
    values: NDArray[np.float64],
    centroids: pd.DataFrame,
    *,
    features: Sequence[str] | None = None,
) -> Prediction:
    """Fill, transform, winsorise and scale, then take the nearest centroid.

    Args:
        values: (n_customers, n_features), natural units, in the order of `features`;
            NaN where a value is missing.
        centroids: Rows of one model version, as `fit_segments` writes them.
        features: Names of the columns of `values`; None for the order in which they
            first come in `centroids`.

    Returns:
        The lowest segment id wins a tie. A constant feature (scale 0) counts as 0.

    Raises:
        CentroidError: If the centroids are incomplete or of several versions.
        FeatureError: If the shape does not fit, or a value is missing that the model
            has no fill for.
    """
    model = read_centroids(centroids, features=features)
    if values.ndim != 2 or values.shape[1] != len(model.scaler.features):  # noqa: PLR2004
        raise FeatureError(
            f"values must be (n, {len(model.scaler.features)}), got {values.shape}"
        )
    if (np.isnan(values) & np.isnan(model.scaler.fill)).any():
        raise FeatureError("values hold NaN where the model has no fill: impute them")
    scaled = model.scaler.to_scaled(values)
    distances = squared_distances(scaled, model.scaled)
    return Prediction(
        labels=model.segment_ids[distances.argmin(axis=1)],
        distances=distances,
        segment_ids=model.segment_ids,
    )


def nearest_centroid(
    scaled: NDArray[np.float64], centroids: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Position of the nearest centroid, the first of equally near ones, shape (n,).

    Args:
        scaled: (n, n_features).
        centroids: (k, n_features), at least one if there are rows.
    """
    if not len(scaled):
        return np.zeros(0, dtype=np.int64)
    return np.asarray(squared_distances(scaled, centroids).argmin(axis=1))


def squared_distances(
    scaled: NDArray[np.float64], centroids: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Squared Euclidean distance of every row to every centroid, shape (n, k).

    Args:
        scaled: (n, n_features).
        centroids: (k, n_features).
    """
    # Differences, not the dot-product shortcut: SQL adds up the same squares.
    return np.column_stack(
        [((scaled - centroid) ** 2).sum(axis=1) for centroid in centroids]
    )
