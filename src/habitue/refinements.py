"""What other features would make of the segments, tried once per state of the data."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from habitue.clustering import read_customers
from habitue.code_version import code_version
from habitue.fits import fitted_now, is_known, library_versions, stamped, without_rows
from habitue.validation.refinement import (
    TRIAL_COLUMNS,
    RefinementSettings,
    try_features,
    untried,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

REPORT_COLUMNS = TRIAL_COLUMNS | {
    "model_version": "int64",
    "window_days": "int64",
    "seed": "int64",
    "library_versions": "str",
    "code_version": "str",
}
# What the sample tells beside the features.
TOLD = [
    "customer_id",
    "as_of_date",
    "model_version",
    "segment_id",
    "window_days",
    "later_conversion",
    "later_revenue",
]


def refine_once(
    sampled: pd.DataFrame,
    scalers: pd.DataFrame,
    *,
    used: Sequence[str],
    is_wanted: bool,
    seed: int,
    previous: pd.DataFrame | None,
) -> pd.DataFrame:
    """The feature refinement report, unless it was made of the same rows before.

    Args:
        sampled: One row per customer at the date that segments are validated at: TOLD,
            and natural values of the features in use and of the candidates; no row
            while there are no outcomes.
        scalers: One row per feature: transform, fill, lower, upper, centre, scale.
        used: The features in use.
        is_wanted: False makes none.
        seed: Source of every random number.
        previous: The reports so far, None on the first build.

    Returns:
        `habitue.validation.refinement.try_features`, with its receipt; none if there is
        nothing to do. Where nothing can be tried there is one row that says why.
    """
    empty = pd.DataFrame(columns=list(REPORT_COLUMNS)).astype(REPORT_COLUMNS)
    stamp = _stamp(sampled, scalers, used=used, seed=seed)
    if not is_wanted or is_known(stamp, previous):
        kept = fitted_now(stamped(empty, stamp))
        return kept if previous is None else without_rows(previous)
    settings = RefinementSettings(seed=seed)
    if len(sampled):
        table = _tried(sampled, scalers, used=used, settings=settings)
        told = sampled.iloc[0]
    else:
        table = untried("no outcomes yet: no customer has been followed for 30 days")
        told = pd.Series({"model_version": 0, "window_days": 0})
    table = table.assign(
        model_version=int(told["model_version"]),
        window_days=int(told["window_days"]),
        seed=seed,
        library_versions=library_versions(),
        code_version=code_version(),
    ).astype(REPORT_COLUMNS)
    return fitted_now(stamped(table, stamp))


def _tried(
    sampled: pd.DataFrame,
    scalers: pd.DataFrame,
    *,
    used: Sequence[str],
    settings: RefinementSettings,
) -> pd.DataFrame:
    # read_customers sorts in the same way.
    order = np.argsort(sampled["customer_id"].to_numpy(dtype=str), kind="stable")
    ordered = sampled.iloc[order]
    told = [name for name in TOLD if name != "customer_id"]
    return try_features(
        read_customers(ordered.drop(columns=told), scalers),
        used=used,
        adopted=ordered["segment_id"].to_numpy(dtype=np.int64),
        outcomes={
            name: ordered[f"later_{name}"].to_numpy(dtype=np.float64)
            for name in ("conversion", "revenue")
        },
        settings=settings,
    )


def _stamp(
    sampled: pd.DataFrame, scalers: pd.DataFrame, *, used: Sequence[str], seed: int
) -> pd.DataFrame:
    """A fingerprint of all that a report depends on, as one row."""
    digest = hashlib.sha256()
    for table, key in ((sampled, "customer_id"), (scalers, "feature")):
        ordered = table.sort_values(key, kind="stable", ignore_index=True)
        digest.update(json.dumps([str(name) for name in ordered.columns]).encode())
        hashed: Any = pd.util.hash_pandas_object(ordered, index=False)
        digest.update(np.asarray(hashed, dtype=np.uint64).tobytes())
    digest.update(json.dumps([list(used), seed]).encode())
    as_of = sampled["as_of_date"].iloc[0] if len(sampled) else None
    return pd.DataFrame(
        {"data_fingerprint": [digest.hexdigest()[:32]], "as_of_date": [as_of]}
    )
