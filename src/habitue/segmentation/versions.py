"""Evidence and model versions, each made once per state of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from habitue.clustering import (
    EVIDENCE_COLUMNS,
    Customers,
    Fit,
    SegmentationSettings,
    evaluate_candidates,
    fit_segments,
    read_customers,
)
from habitue.clustering.policy import Verdict, judge
from habitue.code_version import code_version
from habitue.fits import (
    fingerprint_of,
    fitted_now,
    is_known,
    library_versions,
    stamped,
    without_rows,
)
from habitue.segmentation.checks import (
    NO_VERSION,
    champion_of,
    is_due,
    parameters_hash_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

RECEIPT_COLUMNS = {
    "algorithm": "str",
    "setting": "str",
    "segment_count": "int64",
    "feature_names": "str",
    "customer_count": "int64",
    "inertia": "float64",
    "silhouette": "float64",
    "champion_silhouette": "float64",
    "jaccard_min": "float64",
    "seed": "int64",
    "library_versions": "str",
    "code_version": "str",
    "is_adopted": "bool",
    "verdict": "str",
    "champion_version": "int64",
    "parameters_hash": "str",
}


def settings_from(config: Mapping[str, Any]) -> SegmentationSettings:
    """Settings from the names that a dbt model is configured with.

    Args:
        config: max_segments, fixed_segment_count, minimum_segment_share, segment_seed,
            segment_algorithm, compared_algorithms.
    """
    return SegmentationSettings(
        max_k=config["max_segments"],
        fixed_k=config["fixed_segment_count"],
        minimum_share=config["minimum_segment_share"],
        seed=config["segment_seed"],
        algorithm=config["segment_algorithm"],
        compared=tuple(config["compared_algorithms"]),
    )


def evaluate_once(
    features: pd.DataFrame,
    scalers: pd.DataFrame,
    fingerprint: pd.DataFrame,
    checks: pd.DataFrame,
    *,
    history: pd.DataFrame,
    previous: pd.DataFrame | None,
    settings: SegmentationSettings,
) -> pd.DataFrame:
    """The evidence for every candidate, if it is wanted and not gathered yet.

    Args:
        features: (n_customers, 1 + n_features): `customer_id` and natural values.
        scalers: One row per feature: transform, fill, lower, upper, centre, scale.
        fingerprint: One row: data_fingerprint, as_of_date.
        checks: The decisions so far; the last one about these data counts.
        history: The centroids of all versions so far. Under the same settings the
            number of segments only changes for a reason.
        previous: The evidence kept so far, None on the first build.
        settings: Algorithms, thresholds and the seed.

    Returns:
        `habitue.clustering.evaluate_candidates`, stamped; none if there is nothing to
        do.
    """
    if is_known(fingerprint, previous) or not is_due(checks, fingerprint):
        empty = pd.DataFrame(columns=list(EVIDENCE_COLUMNS)).astype(EVIDENCE_COLUMNS)
        kept = fitted_now(stamped(empty, fingerprint))
        return kept if previous is None else without_rows(previous)
    customers = read_customers(features, scalers)
    champion = champion_of(history)
    previous_k = None
    if champion and champion.parameters_hash == parameters_hash_of(fingerprint):
        previous_k = champion.segment_count
    evidence = evaluate_candidates(
        customers.scaled, settings=settings, previous_k=previous_k
    )
    return fitted_now(stamped(evidence, fingerprint))


def fit_once(
    features: pd.DataFrame,
    scalers: pd.DataFrame,
    fingerprint: pd.DataFrame,
    checks: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    previous: pd.DataFrame | None,
    settings: SegmentationSettings,
) -> pd.DataFrame:
    """A new model version, if one is wanted and the newest was fitted to other data.

    Args:
        features: (n_customers, 1 + n_features): `customer_id` and natural values.
        scalers: One row per feature: transform, fill, lower, upper, centre, scale.
        fingerprint: One row: data_fingerprint, parameters_hash, as_of_date.
        checks: The decisions so far; the last one about these data counts.
        evidence: All evidence kept; the rows of this fingerprint decide.
        previous: The centroids of all versions so far, None on the first build.
        settings: As for the evidence.

    Returns:
        One row per segment and feature of the new version, with its receipt, whether it
        is adopted and why on each; none if there is nothing to do.
    """
    newest = None
    if previous is not None and len(previous):
        newest = previous[previous["model_version"] == previous["model_version"].max()]
    if is_known(fingerprint, newest) or (
        newest is not None and not is_due(checks, fingerprint)
    ):
        return without_rows(previous)
    champion = champion_of(previous)
    version = champion.model_version if champion else NO_VERSION
    customers = read_customers(features, scalers)
    fit = fit_segments(
        customers,
        evidence[evidence["data_fingerprint"] == fingerprint_of(fingerprint)],
        history=None if newest is None else previous,
        champion=version if champion else None,
        settings=settings,
    )
    verdict = judge(
        champion,
        parameters_hash=parameters_hash_of(fingerprint),
        segment_count=len(fit.segment_ids),
        jaccard_min=fit.jaccard_min,
        silhouette=fit.silhouette,
        champion_silhouette=fit.champion_silhouette,
        minimum_jaccard=settings.minimum_jaccard,
    )
    receipt = _receipt(fit, customers, verdict, settings=settings)
    rows = fit.centroids.assign(
        **receipt,
        champion_version=version,
        parameters_hash=parameters_hash_of(fingerprint),
    ).astype(RECEIPT_COLUMNS)
    return fitted_now(stamped(rows, fingerprint))


def _receipt(
    fit: Fit,
    customers: Customers,
    verdict: Verdict,
    *,
    settings: SegmentationSettings,
) -> dict[str, Any]:
    return {
        "algorithm": fit.algorithm,
        "setting": fit.setting,
        "segment_count": len(fit.segment_ids),
        "feature_names": ",".join(customers.names),
        "customer_count": len(customers.natural),
        "inertia": fit.inertia,
        "silhouette": fit.silhouette,
        "champion_silhouette": fit.champion_silhouette,
        "jaccard_min": fit.jaccard_min,
        "seed": settings.seed,
        "library_versions": library_versions(),
        "code_version": code_version(),
        "is_adopted": verdict.is_adopted,
        "verdict": verdict.reason,
    }
