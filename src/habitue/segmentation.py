"""What a build does about segments: look, gather evidence, fit, once per state of data.

Every function adds rows to a table of its own and gives none if there is nothing new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from habitue.clustering import (
    Customers,
    SegmentationSettings,
    evaluate_candidates,
    fit_segments,
    read_customers,
)
from habitue.clustering.drift import read_baseline
from habitue.clustering.lineage import lineage_events
from habitue.clustering.policy import Champion, Policy, check_champion, judge
from habitue.code_version import code_version
from habitue.fits import (
    TIME,
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

CHECK_COLUMNS = {
    "champion_version": "Int64",
    "recluster": "str",
    "is_due": "bool",
    "reason": "str",
    "age_days": "float64",
    "largest_drift": "float64",
    "drifted_feature": "str",
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


def policy_from(config: Mapping[str, Any]) -> Policy:
    """The policy from the names that a dbt model is configured with.

    Args:
        config: recluster, recluster_days, recluster_drift.
    """
    return Policy(
        recluster=config["recluster"],
        days=config["recluster_days"],
        drift=config["recluster_drift"],
    )


def check_once(
    features: pd.DataFrame,
    scalers: pd.DataFrame,
    fingerprint: pd.DataFrame,
    *,
    history: pd.DataFrame | None,
    previous: pd.DataFrame | None,
    policy: Policy,
) -> pd.DataFrame:
    """Whether to look for a new model, unless that was decided before.

    Args:
        features: (n_customers, 1 + n_features): `customer_id` and natural values.
        scalers: One row per feature: transform, fill, lower, upper, centre, scale.
        fingerprint: One row: data_fingerprint, parameters_hash, as_of_date.
        history: The centroids of all versions so far, None on the first build.
        previous: The decisions so far, None likewise.
        policy: When to look.

    Returns:
        One row (CHECK_COLUMNS), stamped; none if `previous` has decided about these
        data, this model and this policy.
    """
    champion = champion_of(history)
    version = None if champion is None else champion.model_version
    if previous is not None and len(previous):
        same = (
            (previous["data_fingerprint"] == fingerprint_of(fingerprint))
            & (previous["recluster"] == policy.recluster)
            & (previous["champion_version"].fillna(0).astype("int64") == (version or 0))
        )
        if same.any():
            return without_rows(previous)
    customers = read_customers(features, scalers)
    check = check_champion(
        champion,
        customers.natural,
        features=customers.names,
        as_of_date=as_of_date(fingerprint),
        parameters_hash=_parameters_hash(fingerprint),
        policy=policy,
    )
    row = {"champion_version": version, "recluster": policy.recluster}
    table = pd.DataFrame([row | check._asdict()]).astype(CHECK_COLUMNS)
    return fitted_now(stamped(table, fingerprint))


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
    baselines = {}
    if "baseline" in newest.columns:
        told = newest[newest["baseline"].notna()].drop_duplicates("feature")
        baselines = {
            str(row.feature): read_baseline(str(row.baseline))
            for row in told.itertuples()
        }
    first = rows.iloc[0]
    return Champion(
        model_version=version,
        as_of_date=pd.Timestamp(newest["as_of_date"].iloc[0]).date(),
        features=tuple(str(name) for name in rows["feature"].unique()),
        baselines=baselines,
        parameters_hash=str(first.get("parameters_hash", "")),
        segment_count=int(rows["segment_id"].nunique()),
        jaccard_min=float(first.get("jaccard_min", float("nan"))),
    )
