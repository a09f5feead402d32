"""Fit what the evidence chose and keep the identity that segments had."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from habitue.clustering.algorithms import algorithms_for, drawn_rows
from habitue.clustering.centroids import CENTROID_COLUMNS
from habitue.clustering.drift import baseline_of
from habitue.clustering.effects import effect_sizes
from habitue.clustering.errors import EvidenceError
from habitue.clustering.indices import silhouette
from habitue.clustering.lineage import Overlap, overlap_of
from habitue.clustering.matching import match_segments
from habitue.clustering.partition import inertia_of, means_of, one_thread
from habitue.clustering.scoring import nearest_centroid, predict_segments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from habitue.clustering.matrix import Customers
    from habitue.clustering.settings import SegmentationSettings


class Fit(NamedTuple):
    """One fitted model version.

    Attributes:
        centroids: One row per segment and feature (CENTROID_COLUMNS); none if there
            were no customers.
        algorithm: What divided the customers.
        setting: Its candidate, in words.
        inertia: Sum of squared distances to the nearest centroid, scaled units.
        silhouette: Mean silhouette, NaN with one segment.
        jaccard_min: Bootstrap stability of the weakest segment.
        champion_silhouette: Of the same customers in the segments of the model
            matched against; NaN where it cannot place them, or in one segment.
        overlap: The customers in each pair of segments of that model and this one, rows
            in the order of the segment ids; None without such a model.
    """

    centroids: pd.DataFrame
    algorithm: str
    setting: str
    inertia: float
    silhouette: float
    jaccard_min: float
    champion_silhouette: float
    overlap: Overlap | None

    @property
    def segment_ids(self) -> list[int]:
        """The ids in use, ascending."""
        return sorted({int(number) for number in self.centroids["segment_id"]})


def fit_segments(
    customers: Customers,
    evidence: pd.DataFrame,
    *,
    history: pd.DataFrame | None,
    champion: int | None = None,
    settings: SegmentationSettings,
) -> Fit:
    """Divide the customers as the evidence chose and write the means as a table.

    Args:
        customers: Those that the evidence was gathered on.
        evidence: What `evaluate_candidates` gave under the same settings.
        history: Centroid rows of all versions so far, or None.
        champion: The version that segments are matched against, None for the newest.
        settings: As for the evidence.

    Returns:
        Segments keep the id of the earlier segment that they match; new ones are
        numbered on from the largest id ever used, larger segments first. `slot` counts
        the version's segments by id, so the lowest slot wins a tie as the lowest id
        does. Shares and inertia are of nearest centroids, as everybody is scored.

    Raises:
        EvidenceError: If the evidence does not choose exactly one candidate, or one
            that these customers do not have.
        CentroidError: If the version matched against is incomplete.

    Assumptions:
        Euclidean distance between scaled features means something.

    References:
        Lloyd (1982), Least squares quantization in PCM, IEEE TIT 28.
        Ward (1963), Hierarchical grouping to optimize an objective function, JASA 58.
    """
    chosen = _chosen(evidence)
    with one_thread():
        means = _means(customers.scaled, chosen, settings=settings)
        centroids, shares = _canonical(customers.scaled, means)
        labels = nearest_centroid(customers.scaled, centroids)
        placed = _placed_by_champion(customers, history, champion)
        overlap = None
        if placed is not None:
            ids, earlier = placed
            overlap = overlap_of(labels, earlier, k=len(centroids), previous_ids=ids)
        matching = match_segments(
            history,
            centroids,
            scaler=customers.scaler,
            overlap=overlap,
            champion=champion,
            match_distance=settings.match_distance,
        )
        by_id = np.argsort(matching.segment_ids)
        if overlap is not None:
            overlap = overlap._replace(counts=overlap.counts[by_id])
        return Fit(
            centroids=_centroid_rows(
                customers,
                np.argsort(by_id)[labels],
                centroids[by_id],
                shares[by_id],
                segment_ids=matching.segment_ids[by_id],
                model_version=_next_version(history),
            ),
            algorithm=str(chosen["algorithm"]),
            setting=str(chosen["setting"]),
            inertia=inertia_of(customers.scaled, labels, centroids),
            silhouette=_silhouette(customers, labels, settings=settings),
            jaccard_min=float(chosen["jaccard_min"]),
            champion_silhouette=(
                math.nan
                if placed is None
                else _silhouette(customers, placed[1], settings=settings)
            ),
            overlap=overlap,
        )


def _chosen(evidence: pd.DataFrame) -> pd.Series[Any]:
    needed = {"algorithm", "candidate", "setting", "jaccard_min", "is_chosen"}
    if not needed <= set(evidence.columns):
        raise EvidenceError(f"evidence lacks {sorted(needed - set(evidence.columns))}")
    chosen = evidence[evidence["is_chosen"].astype("bool")]
    if len(chosen) != 1:
        raise EvidenceError(f"evidence must choose one candidate, got {len(chosen)}")
    return chosen.iloc[0]


def _means(
    values: NDArray[np.float64],
    chosen: pd.Series[Any],
    *,
    settings: SegmentationSettings,
) -> NDArray[np.float64]:
    """Means of the clusters of the chosen candidate, (k, n_features)."""
    if int(chosen["k"]) == 1 or not len(values):
        return values.mean(axis=0, keepdims=True) if len(values) else values
    drawn = drawn_rows(values, settings=settings)
    place = int(chosen["candidate"]) - 1
    for algorithm in algorithms_for(values[drawn], settings=settings):
        if algorithm.name == chosen["algorithm"] and place < len(algorithm.settings):
            division = algorithm.alone(place).divide(
                values, drawn=drawn, seed=settings.seed
            )
            return means_of(values[division.rows], division.labels[0])
    raise EvidenceError(
        f"{chosen['algorithm']}, {chosen['setting']} cannot be fitted to these "
        "customers: gather the evidence on them"
    )


def _placed_by_champion(
    customers: Customers, history: pd.DataFrame | None, champion: int | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Ids of the champion's segments, and where it would place today's customers.

    None if there is no champion, or it knows features that the customers lack.
    """
    if history is None or not len(history) or not len(customers.natural):
        return None
    version = history["model_version"].max() if champion is None else champion
    rows = history[history["model_version"] == version]
    features = [str(name) for name in rows["feature"].unique()]
    if not set(features) <= set(customers.names):
        return None
    columns = [customers.names.index(name) for name in features]
    scored = predict_segments(customers.natural[:, columns], rows, features=features)
    return scored.segment_ids, scored.labels


def _silhouette(
    customers: Customers, labels: NDArray[np.int64], *, settings: SegmentationSettings
) -> float:
    return silhouette(
        customers.scaled,
        labels,
        size=settings.silhouette_sample,
        rng=np.random.default_rng(settings.seed),
    )


def _next_version(history: pd.DataFrame | None) -> int:
    if history is None or not len(history):
        return 1
    return int(history["model_version"].max()) + 1


def _canonical(
    values: NDArray[np.float64], means: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Order means by share of the customers, largest first, then by their values."""
    labels = nearest_centroid(values, means)
    shares = np.bincount(labels, minlength=len(means)) / max(len(values), 1)
    order = np.lexsort((*means.round(9).T[::-1], -shares))
    return means[order], shares[order]


def _centroid_rows(
    customers: Customers,
    labels: NDArray[np.int64],
    scaled: NDArray[np.float64],
    shares: NDArray[np.float64],
    *,
    segment_ids: NDArray[np.int64],
    model_version: int,
) -> pd.DataFrame:
    scaler = customers.scaler
    k, n_features = scaled.shape
    baselines = [baseline_of(column).to_json() for column in customers.natural.T]
    effects = effect_sizes(customers.scaled, labels, k=k)
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
            "effect_size": effects.ravel(),
            "baseline": baselines * k,
        }
    ).astype(CENTROID_COLUMNS)
