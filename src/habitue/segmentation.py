"""What a build does about segments: evidence and fit, once per state of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from habitue.clustering import (
    EvidenceSettings,
    FitSettings,
    evaluate_candidates,
    fit_segments,
)
from habitue.fits import (
    as_of_date,
    fingerprint_of,
    fitted_now,
    is_known,
    stamped,
    without_rows,
)

if TYPE_CHECKING:
    import pandas as pd


def evaluate_once(
    features: pd.DataFrame,
    fingerprint: pd.DataFrame,
    *,
    previous: pd.DataFrame | None,
    max_k: int,
    fixed_k: int | None,
    minimum_share: float,
    seed: int,
) -> pd.DataFrame:
    """The evidence for every number of segments, if these data were not judged before.

    Args:
        features: (n_customers, 1 + n_features): `customer_id` and scaled features.
        fingerprint: One row: data_fingerprint, as_of_date.
        previous: The evidence kept so far, None on the first build.
        max_k: Largest number of segments tried.
        fixed_k: A number to take whatever the evidence says, or None.
        minimum_share: Smallest share of the customers a segment may have.
        seed: Source of every random number.

    Returns:
        `habitue.clustering.evaluate_candidates`, stamped with fingerprint and as-of
        date; without rows if `previous` holds the fingerprint.
    """
    settings = EvidenceSettings(
        max_k=max_k, fixed_k=fixed_k, minimum_share=minimum_share, seed=seed
    )
    if is_known(fingerprint, previous):
        return without_rows(previous)
    return stamped(evaluate_candidates(features, settings=settings), fingerprint)


def fit_once(
    features: pd.DataFrame,
    scalers: pd.DataFrame,
    evidence: pd.DataFrame,
    fingerprint: pd.DataFrame,
    *,
    previous: pd.DataFrame | None,
    seed: int,
) -> pd.DataFrame:
    """A new model version, if the newest one was fitted to other data.

    Args:
        features: (n_customers, 1 + n_features): `customer_id` and scaled features.
        scalers: One row per feature: transform, fill, lower, upper, centre, scale.
        evidence: All evidence kept; the rows of this fingerprint decide.
        fingerprint: One row: data_fingerprint, as_of_date.
        previous: The centroids of all versions so far, None on the first build.
        seed: Source of every random number.

    Returns:
        One row per segment and feature of the new version, with what there is to say
        of the version on each; without rows if nothing changed.
    """
    newest = None
    if previous is not None and len(previous):
        if "fill" not in previous.columns:  # fitted before there were fills
            previous = previous.assign(fill=np.nan)
        newest = previous[previous["model_version"] == previous["model_version"].max()]
    if is_known(fingerprint, newest):
        return without_rows(previous)
    current = fingerprint_of(fingerprint)
    fitted = fit_segments(
        features,
        scalers,
        evidence[evidence["data_fingerprint"] == current],
        previous_centroids=previous if newest is not None else None,
        settings=FitSettings(seed=seed, data_fingerprint=current),
        as_of_date=as_of_date(fingerprint),
    )
    rows = fitted.centroids.merge(fitted.models, on="model_version", how="left")
    return fitted_now(rows)
