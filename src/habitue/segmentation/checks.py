"""Whether a build looks for a new model, asked once per state of the data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from habitue.clustering import read_customers
from habitue.clustering.drift import read_baseline
from habitue.clustering.policy import Champion, Policy, check_champion
from habitue.fits import (
    as_of_date,
    fingerprint_of,
    fitted_now,
    is_known,
    stamped,
    without_rows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from habitue.clustering.drift import Baseline

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
# Stands for no version: versions are counted from 1.
NO_VERSION = 0


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
        parameters_hash=parameters_hash_of(fingerprint),
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


def is_due(checks: pd.DataFrame, fingerprint: pd.DataFrame) -> bool:
    """Whether the last decision about these data was to look for a new model."""
    last = last_check(checks, fingerprint)
    return last is not None and bool(last["is_due"])


def parameters_hash_of(fingerprint: pd.DataFrame) -> str:
    """What a fit would be told, in short: of the only row."""
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
