"""What a build does about segments: look, gather evidence, fit, once per state of data.

Every function adds rows to a table of its own and gives none if there is nothing new.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from habitue.clustering import (
    EVIDENCE_COLUMNS,
    Customers,
    Fit,
    SegmentationSettings,
    evaluate_candidates,
    fit_segments,
    predict_segments,
    read_customers,
)
from habitue.clustering.drift import read_baseline
from habitue.clustering.lineage import LINEAGE_COLUMNS, lineage_events, overlap_of
from habitue.clustering.policy import Champion, Policy, Verdict, check_champion, judge
from habitue.code_version import code_version
from habitue.fits import (
    as_of_date,
    fingerprint_of,
    fitted_now,
    is_known,
    library_versions,
    stamped,
    without_rows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from habitue.clustering.drift import Baseline
    from habitue.clustering.lineage import Overlap

CHECK_COLUMNS = {
    "champion_version": "int64",
    "recluster": "str",
    "recluster_days": "int64",
    "recluster_drift": "float64",
    "is_due": "bool",
    "reason": "str",
    "age_days": "float64",
    "largest_drift": "float64",
    "drifted_feature": "str",
}
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
# Stands for no version: versions are counted from 1.
NO_VERSION = 0


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


def policy_from(config: Mapping[str, Any]) -> Policy:
    """The policy from the names that a dbt model is configured with.

    Args:
        config: recluster, recluster_days, recluster_drift.
    """
    return Policy(
        recluster=config["recluster"],
        days=config["recluster_days"],
        drift=config["recluster_drift"],
    ).checked()


def check_once(
    features: pd.DataFrame,
    scalers: pd.DataFrame,
    fingerprint: pd.DataFrame,
    *,
    history: pd.DataFrame,
    previous: pd.DataFrame | None,
    policy: Policy,
) -> pd.DataFrame:
    """Whether to look for a new model, unless that was the last thing decided.

    Args:
        features: (n_customers, 1 + n_features): `customer_id` and natural values.
        scalers: One row per feature: transform, fill, lower, upper, centre, scale.
        fingerprint: One row: data_fingerprint, parameters_hash, as_of_date.
        history: The centroids of all versions so far.
        previous: The decisions so far, None on the first build.
        policy: When to look.

    Returns:
        One row (CHECK_COLUMNS), stamped; none if the last decision about these data was
        of the same model and policy.
    """
    champion = champion_of(history)
    key = {
        "champion_version": champion.model_version if champion else NO_VERSION,
        "recluster": policy.recluster,
        "recluster_days": policy.days,
        "recluster_drift": policy.drift,
    }
    last = last_check(previous, fingerprint)
    if last is not None and all(last[name] == value for name, value in key.items()):
        return without_rows(previous)
    customers = read_customers(features, scalers)
    check = check_champion(
        champion,
        customers.natural,
        features=dict(zip(customers.names, customers.scaler.transforms, strict=True)),
        as_of_date=as_of_date(fingerprint),
        parameters_hash=_parameters_hash(fingerprint),
        policy=policy,
    )
    table = pd.DataFrame([key | check._asdict()]).astype(CHECK_COLUMNS)
    return fitted_now(stamped(table, fingerprint))


def last_check(
    checks: pd.DataFrame | None, fingerprint: pd.DataFrame
) -> pd.Series[Any] | None:
    """The last decision about these data, None if there is none."""
    if checks is None or not is_known(fingerprint, checks):
        return None
    same = checks[checks["data_fingerprint"] == fingerprint_of(fingerprint)]
    return same.sort_values("fitted_at", kind="stable").iloc[-1]


def evaluate_once(
    features: pd.DataFrame,
    scalers: pd.DataFrame,
    fingerprint: pd.DataFrame,
    checks: pd.DataFrame,
    *,
    previous: pd.DataFrame | None,
    settings: SegmentationSettings,
) -> pd.DataFrame:
    """The evidence for every candidate, if it is wanted and not gathered yet.

    Args:
        features: (n_customers, 1 + n_features): `customer_id` and natural values.
        scalers: One row per feature: transform, fill, lower, upper, centre, scale.
        fingerprint: One row: data_fingerprint, as_of_date.
        checks: The decisions so far; the last one about these data counts.
        previous: The evidence kept so far, None on the first build.
        settings: Algorithms, thresholds and the seed.

    Returns:
        `habitue.clustering.evaluate_candidates`, stamped; none if there is nothing to
        do.
    """
    if is_known(fingerprint, previous) or not _is_due(checks, fingerprint):
        empty = pd.DataFrame(columns=list(EVIDENCE_COLUMNS)).astype(EVIDENCE_COLUMNS)
        kept = fitted_now(stamped(empty, fingerprint))
        return kept if previous is None else without_rows(previous)
    customers = read_customers(features, scalers)
    evidence = evaluate_candidates(customers.scaled, settings=settings)
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
        newest is not None and not _is_due(checks, fingerprint)
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
        parameters_hash=_parameters_hash(fingerprint),
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
        parameters_hash=_parameters_hash(fingerprint),
    ).astype(RECEIPT_COLUMNS)
    return fitted_now(stamped(rows, fingerprint))


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
    if not len(centroids):
        empty = pd.DataFrame(columns=list(columns)).astype(columns)
        return empty if previous is None else without_rows(previous)
    newest = centroids[centroids["model_version"] == centroids["model_version"].max()]
    number = int(newest["model_version"].iloc[0])
    if previous is not None and (previous["model_version"] == number).any():
        return without_rows(previous)
    matched = _matched_version(newest)
    overlap = None
    customers = read_customers(features, scalers)
    if matched is not None:
        earlier = centroids[centroids["model_version"] == matched]
        overlap = _overlap(customers, newest, earlier)
    ids = newest["segment_id"].drop_duplicates().to_numpy(dtype="int64")
    events = lineage_events(overlap, ids)
    return events.assign(model_version=number, previous_version=matched).astype(columns)


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


def _is_due(checks: pd.DataFrame, fingerprint: pd.DataFrame) -> bool:
    last = last_check(checks, fingerprint)
    return last is not None and bool(last["is_due"])


def _parameters_hash(fingerprint: pd.DataFrame) -> str:
    return str(fingerprint["parameters_hash"].iloc[0])


def champion_of(history: pd.DataFrame | None) -> Champion | None:
    """The adopted model among all versions, None if there is none.

    Versions from before there was a policy were all adopted. The date and the baselines
    are those of the newest version, adopted or not: when a model was last looked for.

    Args:
        history: The centroids of all versions so far.
    """
    if history is None or not len(history):
        return None
    adopted = history
    if "is_adopted" in history.columns:
        adopted = history[history["is_adopted"].fillna(value=True).astype("bool")]
    version = int(adopted["model_version"].max())
    rows = adopted[adopted["model_version"] == version]
    newest = history[history["model_version"] == history["model_version"].max()]
    first, told = rows.iloc[0], rows.drop_duplicates("feature")
    jaccard_min = first.get("jaccard_min")
    return Champion(
        model_version=version,
        as_of_date=pd.Timestamp(newest["as_of_date"].iloc[0]).date(),
        features=dict(zip(told["feature"], told["transform"], strict=True)),
        baselines=_baselines(newest),
        parameters_hash=str(first.get("parameters_hash", "")),
        segment_count=int(rows["segment_id"].nunique()),
        jaccard_min=math.nan if pd.isna(jaccard_min) else float(jaccard_min),
    )


def _baselines(version: pd.DataFrame) -> dict[str, Baseline]:
    if "baseline" not in version.columns:
        return {}
    told = version[version["baseline"].notna()].drop_duplicates("feature")
    return {
        str(feature): read_baseline(str(text))
        for feature, text in zip(told["feature"], told["baseline"], strict=True)
    }
