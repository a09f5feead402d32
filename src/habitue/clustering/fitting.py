"""Fit the chosen number of segments and keep the identity they had."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from habitue.clustering.centroids import CENTROID_COLUMNS
from habitue.clustering.errors import EvidenceError
from habitue.clustering.indices import silhouette
from habitue.clustering.matching import match_segments
from habitue.clustering.matrix import read_features
from habitue.clustering.partition import Partition, one_thread, partition_rows
from habitue.clustering.scaling import Scaler, read_scaler
from habitue.fits import library_versions

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from habitue.clustering.settings import FitSettings

MODEL_COLUMNS = {
    "model_version": "int64",
    "as_of_date": "datetime64[us]",
    "algorithm": "str",
    "segment_count": "int64",
    "feature_names": "str",
    "customer_count": "int64",
    "inertia": "float64",
    "silhouette": "float64",
    "seed": "int64",
    "data_fingerprint": "str",
    "library_versions": "str",
}
# Enough rows to see k distinct ones in any but degenerate data.
FIRST_LOOK = 1000


class SegmentModel(NamedTuple):
    """One fitted model version as two tables.

    Attributes:
        models: One row about the model; none if there were no customers.
        centroids: One row per segment and feature; none if there were no customers.
    """

    models: pd.DataFrame
    centroids: pd.DataFrame

    @property
    def segment_ids(self) -> list[int]:
        """The ids in use, ascending."""
        return sorted({int(number) for number in self.centroids["segment_id"]})


def fit_segments(
    features: pd.DataFrame,
    scalers: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    previous_centroids: pd.DataFrame | None,
    settings: FitSettings,
    as_of_date: date,
) -> SegmentModel:
    """Fit k-means with the chosen k and write the model as tables.

    Args:
        features: `customer_id` and one column per scaled feature, one row per
            customer, in any order.
        scalers: How each feature was scaled: feature, transform, fill, lower, upper,
            centre, scale.
        evidence: What `evaluate_candidates` gave; its chosen k is fitted, or the
            number of distinct customers where that is smaller.
        previous_centroids: Centroid rows of all versions so far, or None.
        settings: Seed, starts and matching distance.
        as_of_date: The date the features look back from.

    Returns:
        Segments keep the id of the previous segment they match; new ones are numbered
        on from the largest id ever used, larger segments first. `slot` counts the
        version's segments by id, so the lowest slot wins a tie as the lowest id does.

    Raises:
        FeatureError: If ids or values are missing, repeated or not finite.
        ScalerError: If a feature has no scaler.
        EvidenceError: If the evidence does not choose exactly one k.
        CentroidError: If the newest previous version is incomplete.

    Assumptions:
        Euclidean distance between scaled features means something, and segments are
        roughly round.

    References:
        Lloyd (1982), Least squares quantization in PCM, IEEE TIT 28.
        Arthur and Vassilvitskii (2007), k-means++: the advantages of careful seeding.
    """
    matrix = read_features(features)
    k = _chosen_k(evidence)
    if not len(matrix.values):
        return SegmentModel(_empty(MODEL_COLUMNS), _empty(CENTROID_COLUMNS))
    scaler = read_scaler(scalers, features=matrix.names)
    with one_thread():
        partition = partition_rows(
            matrix.values,
            k=_possible_k(matrix.values, k),
            n_init=settings.n_init,
            seed=settings.seed,
        )
        separation = silhouette(
            matrix.values,
            partition.labels,
            size=settings.silhouette_sample,
            rng=np.random.default_rng(settings.seed),
        )
    model_version = _next_version(previous_centroids)
    models = pd.DataFrame(
        {
            "model_version": [model_version],
            "as_of_date": [pd.Timestamp(as_of_date)],
            "algorithm": ["k-means"],
            "segment_count": [len(partition.centroids)],
            "feature_names": [",".join(matrix.names)],
            "customer_count": [len(matrix.values)],
            "inertia": [partition.inertia],
            "silhouette": [separation],
            "seed": [settings.seed],
            "data_fingerprint": [settings.data_fingerprint],
            "library_versions": [library_versions()],
        }
    ).astype(MODEL_COLUMNS)
    scaled, shares = _canonical(partition)
    matching = match_segments(
        previous_centroids,
        scaled,
        scaler=scaler,
        match_distance=settings.match_distance,
    )
    by_id = np.argsort(matching.segment_ids)
    centroids = _centroid_rows(
        scaled[by_id],
        shares[by_id],
        segment_ids=matching.segment_ids[by_id],
        scaler=scaler,
        model_version=model_version,
    )
    return SegmentModel(models, centroids)


def _chosen_k(evidence: pd.DataFrame) -> int:
    if not {"k", "is_chosen"} <= set(evidence.columns):
        raise EvidenceError("evidence lacks k or is_chosen: pass evaluate_candidates'")
    chosen = evidence.loc[evidence["is_chosen"].astype("bool"), "k"]
    if len(chosen) != 1:
        raise EvidenceError(f"evidence must choose exactly one k, got {len(chosen)}")
    return int(chosen.iloc[0])


def _possible_k(values: NDArray[np.float64], k: int) -> int:
    if len(np.unique(values[:FIRST_LOOK], axis=0)) >= k:
        return k
    return min(k, len(np.unique(values, axis=0)))


def _next_version(previous: pd.DataFrame | None) -> int:
    if previous is None or not len(previous):
        return 1
    return int(previous["model_version"].max()) + 1


def _canonical(
    partition: Partition,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Order centroids by share, largest first, then by their values."""
    rounded = partition.centroids.round(9)
    order = np.lexsort((*rounded.T[::-1], -partition.shares))
    return partition.centroids[order], partition.shares[order]


def _centroid_rows(
    scaled: NDArray[np.float64],
    shares: NDArray[np.float64],
    *,
    segment_ids: NDArray[np.int64],
    scaler: Scaler,
    model_version: int,
) -> pd.DataFrame:
    k, n_features = scaled.shape
    return pd.DataFrame(
        {
            "model_version": np.full(k * n_features, model_version),
            "segment_id": np.repeat(segment_ids, n_features),
            "slot": np.repeat(np.arange(1, k + 1), n_features),
            "feature": list(scaler.features) * k,
            "transform": list(scaler.transforms) * k,
            "fill": np.tile(scaler.fill, k),
            "lower": np.tile(scaler.lower, k),
            "upper": np.tile(scaler.upper, k),
            "centre": np.tile(scaler.centre, k),
            "scale": np.tile(scaler.scale, k),
            "scaled_value": scaled.ravel(),
            "natural_value": scaler.to_natural(scaled).ravel(),
            "fitted_share": np.repeat(shares, n_features),
        }
    ).astype(CENTROID_COLUMNS)


def _empty(columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in columns}).astype(columns)
