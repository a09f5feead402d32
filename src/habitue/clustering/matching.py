"""Which of today's segments is which of yesterday's."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from habitue.clustering.centroids import Centroids, read_centroids
from habitue.clustering.errors import CentroidError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from habitue.clustering.lineage import Overlap
    from habitue.clustering.scaling import Scaler

# A root-mean-square move of .75 standard deviations per feature. Two customers drawn at
# random are sqrt(2) apart per feature and a customer is 1 from the overall mean, so a
# centroid that moved further is nearer to "somebody else" than to what it was.
MATCH_DISTANCE_PER_FEATURE = 0.75


# Of all customers of two segments a quarter must be in both: where one segment falls
# apart in four alike, one of them still is the one it was.
LEAST_JACCARD = 0.25
# Where customers say the same of two pairs, the nearer centroids win.
DISTANCE_WEIGHT = 0.1


class Matching(NamedTuple):
    """The ids of the current segments.

    Attributes:
        segment_ids: Kept or fresh id per current centroid, shape (k,).
        distances: Distance to the previous centroid (scaled units) where the id was
            kept, NaN where it is fresh, shape (k,).
    """

    segment_ids: NDArray[np.int64]
    distances: NDArray[np.float64]


def match_segments(
    history: pd.DataFrame | None,
    current: NDArray[np.float64],
    *,
    scaler: Scaler,
    overlap: Overlap | None = None,
    champion: int | None = None,
    match_distance: float | None = None,
) -> Matching:
    """Give each current centroid the id of its match, or a fresh one.

    Args:
        history: Centroid rows of all versions so far; all count for ids never being
            used again. None or empty: all are fresh.
        current: (k, n_features), scaled by `scaler`.
        scaler: Features and scaling of `current`. Previous centroids are brought from
            natural units into it, as the scaling may have moved between versions.
        overlap: The customers in each pair of segments, rows in the order of
            `current`; None to go by centroids alone, where the earlier model cannot
            place today's customers.
        champion: The version matched against, None for the newest.
        match_distance: Largest distance of a match by centroids alone, scaled units;
            None for .75 x the square root of the number of features compared.

    Returns:
        With customers: the one-to-one matching with the most customers in common
        (Jaccard similarity, at least .25 each), nearer centroids first where that is
        much the same. By centroids: the one with the least total distance. A pair
        beyond the limit costs the limit: a hopeless pair never pulls a good one apart.
        Fresh ids follow the largest id ever used, in the order of `current`.

    Raises:
        CentroidError: If the version matched against is incomplete.

    Assumptions:
        Features missing on one side, or constant now, say nothing about distance and
        are left out. With nothing to compare, nothing matches.

    References:
        Kuhn (1955), The Hungarian method for the assignment problem, NRLQ 2.
    """
    ids = np.zeros(len(current), dtype=np.int64)
    distances = np.full(len(current), np.nan)
    highest = 0
    if history is not None and len(history):
        if not {"model_version", "segment_id"} <= set(history.columns):
            raise CentroidError("previous centroids lack model_version or segment_id")
        highest = int(history["segment_id"].max())
        version = history["model_version"].max() if champion is None else champion
        before = read_centroids(history[history["model_version"] == version])
        apart, limit = _distances(before, current, scaler=scaler, limit=match_distance)
        cost = apart
        if overlap is not None:
            nearness = np.minimum(apart / limit, 1) if limit else np.zeros_like(apart)
            cost = 1 - overlap.jaccard + DISTANCE_WEIGHT * nearness
            cost[overlap.jaccard < LEAST_JACCARD] = math.inf
            limit = 1 + DISTANCE_WEIGHT
        rows, columns = linear_sum_assignment(np.minimum(cost, limit))
        for row, column in zip(rows, columns, strict=True):
            if cost[row, column] <= limit and math.isfinite(cost[row, column]):
                ids[row] = before.segment_ids[column]
                distances[row] = apart[row, column]
    fresh = ids == 0
    ids[fresh] = highest + 1 + np.arange(fresh.sum())
    return Matching(segment_ids=ids, distances=distances)


def _distances(
    before: Centroids,
    current: NDArray[np.float64],
    *,
    scaler: Scaler,
    limit: float | None,
) -> tuple[NDArray[np.float64], float]:
    known = before.scaler.features
    shared = [name for name in scaler.features if name in known]
    natural = np.zeros((len(before.natural), len(scaler.features)))
    here = [scaler.features.index(name) for name in shared]
    natural[:, here] = before.natural[:, [known.index(name) for name in shared]]
    compared = np.zeros(len(scaler.features), dtype=bool)
    compared[here] = True
    if scaler.varies.any():
        compared &= scaler.varies
    if limit is None:
        limit = MATCH_DISTANCE_PER_FEATURE * math.sqrt(compared.sum())
    if not compared.any():
        return np.full((len(current), len(natural)), math.inf), limit
    moved = current[:, None, compared] - scaler.to_scaled(natural)[None, :, compared]
    return np.sqrt((moved**2).sum(axis=2)), limit
