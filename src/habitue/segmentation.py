"""What a build does about segments: evidence and fit, once per state of the data."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd

from habitue.clustering import (
    EvidenceSettings,
    FitSettings,
    evaluate_candidates,
    fit_segments,
)

# Dates as timestamps: an empty column of dates has no type that a database would know.
_TIME = "datetime64[us]"
_NEVER = date(1, 1, 1)


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
    if _is_known(fingerprint, previous):
        return _like(previous)
    evidence = evaluate_candidates(features, settings=settings)
    return _stamped(evidence, fingerprint)


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
        scalers: One row per feature: transform, lower, upper, centre, scale.
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
        newest = previous[previous["model_version"] == previous["model_version"].max()]
    if _is_known(fingerprint, newest):
        return _like(previous)
    current = str(fingerprint["data_fingerprint"].iloc[0])
    fitted = fit_segments(
        features,
        scalers,
        evidence[evidence["data_fingerprint"] == current],
        previous_centroids=previous if newest is not None else None,
        settings=FitSettings(seed=seed, data_fingerprint=current),
        as_of_date=_as_of(fingerprint),
    )
    rows = fitted.centroids.merge(fitted.models, on="model_version", how="left")
    fitted_at = pd.Timestamp(datetime.now(tz=UTC).replace(tzinfo=None))
    return rows.assign(fitted_at=pd.Series(fitted_at, index=rows.index, dtype=_TIME))


def _is_known(fingerprint: pd.DataFrame, previous: pd.DataFrame | None) -> bool:
    if previous is None or not len(previous):
        return False
    current = fingerprint["data_fingerprint"].iloc[0]
    return bool((previous["data_fingerprint"] == current).any())


def _like(previous: pd.DataFrame | None) -> pd.DataFrame:
    return pd.DataFrame() if previous is None else previous.iloc[:0]


def _stamped(rows: pd.DataFrame, fingerprint: pd.DataFrame) -> pd.DataFrame:
    current = str(fingerprint["data_fingerprint"].iloc[0])
    as_of = pd.Series(_as_of(fingerprint), index=rows.index, dtype=_TIME)
    return rows.assign(data_fingerprint=current, as_of_date=as_of)


def _as_of(fingerprint: pd.DataFrame) -> date:
    """The as-of date; without customers there is none, and nothing is fitted."""
    as_of = fingerprint["as_of_date"].iloc[0]
    return _NEVER if pd.isna(as_of) else pd.Timestamp(as_of).date()
