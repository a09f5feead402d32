"""What is told of a new model version once: the fate of segments, the hierarchy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from habitue.clustering import Customers, predict_segments, read_customers
from habitue.clustering.dendrogram import DENDROGRAM_COLUMNS, linkage_rows
from habitue.clustering.lineage import LINEAGE_COLUMNS, lineage_events, overlap_of
from habitue.fits import without_rows

if TYPE_CHECKING:
    from habitue.clustering.lineage import Overlap


def lineage_once(
    features: pd.DataFrame,
    scalers: pd.DataFrame,
    centroids: pd.DataFrame,
    *,
    previous: pd.DataFrame | None,
) -> pd.DataFrame:
    """What became of each segment with the newest version, if that was not told yet.

    Args:
        features: (n_customers, 1 + n_features): `customer_id` and natural values.
        scalers: One row per feature: transform, fill, lower, upper, centre, scale.
        centroids: All versions so far, as `fit_once` gave them.
        previous: What was told so far, None on the first build.

    Returns:
        One row per segment of the newest version or of the one that its segments were
        matched with (`habitue.clustering.lineage.lineage_events`), with both versions.
        Both place the customers of `features`; where the earlier one knows features
        that these lack, its segments are told by their ids alone.
    """
    columns = LINEAGE_COLUMNS | {"model_version": "int64", "previous_version": "Int64"}
    newest = _untold(centroids, previous)
    if newest is None:
        empty = pd.DataFrame(columns=list(columns)).astype(columns)
        return empty if previous is None else without_rows(previous)
    number = int(newest["model_version"].iloc[0])
    matched = _matched_version(newest)
    overlap = None
    customers = read_customers(features, scalers)
    if matched is not None:
        earlier = centroids[centroids["model_version"] == matched]
        overlap = _overlap(customers, newest, earlier)
    ids = newest["segment_id"].drop_duplicates().to_numpy(dtype="int64")
    events = lineage_events(overlap, ids)
    return events.assign(model_version=number, previous_version=matched).astype(columns)


def linkage_once(
    features: pd.DataFrame,
    scalers: pd.DataFrame,
    centroids: pd.DataFrame,
    *,
    previous: pd.DataFrame | None,
    seed: int,
) -> pd.DataFrame:
    """Ward's hierarchy of the customers, if the newest version has none yet.

    Args:
        features: (n_customers, 1 + n_features): `customer_id` and natural values.
        scalers: One row per feature: transform, fill, lower, upper, centre, scale.
        centroids: All versions so far, as `fit_once` gave them.
        previous: The hierarchies kept so far, None on the first build.
        seed: Source of the micro-clusters.

    Returns:
        `habitue.clustering.dendrogram.linkage_rows`; none if there is nothing to do, or
        the version knows other features than these customers have.
    """
    newest = _untold(centroids, previous)
    customers = read_customers(features, scalers)
    if newest is None or set(newest["feature"]) != set(customers.names):
        empty = pd.DataFrame(columns=list(DENDROGRAM_COLUMNS))
        kept = empty.astype(DENDROGRAM_COLUMNS)
        return kept if previous is None else without_rows(previous)
    return linkage_rows(customers, newest, seed=seed)


def _untold(
    centroids: pd.DataFrame, previous: pd.DataFrame | None
) -> pd.DataFrame | None:
    """The newest version, None if there is none or it was told of before."""
    if not len(centroids):
        return None
    number = int(centroids["model_version"].max())
    if previous is not None and (previous["model_version"] == number).any():
        return None
    return centroids.loc[centroids["model_version"] == number]


def _matched_version(newest: pd.DataFrame) -> int | None:
    """The version that the newest one was matched with, None for the first."""
    if "champion_version" in newest.columns:
        matched = newest["champion_version"].iloc[0]
        if pd.notna(matched):
            return int(matched) or None
    number = int(newest["model_version"].iloc[0])
    return number - 1 or None


def _overlap(
    customers: Customers, current: pd.DataFrame, earlier: pd.DataFrame
) -> Overlap | None:
    placed = []
    for version in (current, earlier):
        names = [str(name) for name in version["feature"].unique()]
        if not set(names) <= set(customers.names):
            return None
        columns = [customers.names.index(name) for name in names]
        placed.append(
            predict_segments(customers.natural[:, columns], version, features=names)
        )
    ours, theirs = placed
    return overlap_of(
        ours.segment_ids.searchsorted(ours.labels),
        theirs.labels,
        k=len(ours.segment_ids),
        previous_ids=theirs.segment_ids,
    )
