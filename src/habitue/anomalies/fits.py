"""Fitting to the samples of a build: one receipt per subject and method."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from habitue.anomalies.detector import (
    DBSCAN,
    FITTED,
    FOREST,
    Detector,
    Sample,
    density_level,
    detector_from,
    forest_level,
    read_sample,
    setting_of,
    status_of,
)
from habitue.anomalies.features import read_described
from habitue.code_version import code_version
from habitue.fits import library_versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from habitue.anomalies.contamination import Contamination

FIT_COLUMNS = {
    "subject": "str",
    "method": "str",
    "status": "str",
    "setting": "str",
    "feature_names": "str",
    "unvarying_features": "str",
    "sample_fingerprint": "str",
    "sample_count": "int64",
    "contamination": "float64",
    "contamination_low": "float64",
    "contamination_high": "float64",
    "threshold": "float64",
    "ordinary_share": "float64",
    "told_from": "float64",
    "seed": "int64",
    "library_versions": "str",
    "code_version": "str",
}


class Subject(NamedTuple):
    """What is judged.

    Attributes:
        name: 'customer' or 'session'.
        plural: The word for many.
        key: Name of the key.
        methods: By which detectors.
    """

    name: str
    plural: str
    key: str
    methods: tuple[str, ...]


CUSTOMER = Subject("customer", "customers", "customer_id", (FOREST, DBSCAN))
SESSION = Subject("session", "sessions", "session_id", (FOREST,))
SUBJECTS = (CUSTOMER, SESSION)


def fit_detectors(
    samples: Mapping[str, pd.DataFrame],
    described: pd.DataFrame,
    *,
    seed: int,
    minimum_rows: int,
) -> pd.DataFrame:
    """Estimate how many anomalies there are and from where on a row is one.

    Args:
        samples: Rows of the sample by the name of the subject.
        described: One row per subject and feature.
        seed: Source of every random number.
        minimum_rows: Fewer are not judged.

    Returns:
        FIT_COLUMNS, one row per subject and method, always: where nothing can be fitted
        the status says why. The threshold is a score for the forest, a distance (eps)
        for DBSCAN, and empty where nothing is anomalous.
    """
    rows = []
    for subject in SUBJECTS:
        features = read_described(described, subject=subject.name)
        sample = read_sample(samples[subject.name], features, key=subject.key)
        status = status_of(sample, minimum_rows=minimum_rows, plural=subject.plural)
        for method in subject.methods:
            level, told_from = None, np.nan
            if status == FITTED and method == FOREST:
                level, told_from = forest_level(sample, seed=seed)
            elif status == FITTED:
                level = density_level(sample, seed=seed)
            rows.append(
                _receipt(subject, method, sample, status=status, level=level)
                | {"told_from": _or_missing(told_from), "seed": seed}
            )
    return pd.DataFrame(rows, columns=list(FIT_COLUMNS)).astype(FIT_COLUMNS)


def refit(
    rows: pd.DataFrame,
    described: pd.DataFrame,
    fits: pd.DataFrame,
    *,
    subject: Subject,
) -> tuple[Sample, Detector | None, str]:
    """The sample, its detector and the status that a receipt tells of.

    Args:
        rows: The sample that the receipt is of.
        described: One row per subject and feature.
        fits: FIT_COLUMNS.
        subject: Whose.
    """
    features = read_described(described, subject=subject.name)
    sample = read_sample(rows, features, key=subject.key)
    own = fits[fits["subject"] == subject.name].set_index("method")
    forest = own.loc[FOREST]
    if forest["status"] != FITTED:
        return sample, None, str(forest["status"])
    eps = None
    if DBSCAN in subject.methods:
        eps = _or_infinite(own.loc[DBSCAN, "threshold"])
    detector = detector_from(
        sample,
        threshold=_or_infinite(forest["threshold"]),
        told_from=_or_infinite(forest["told_from"]),
        eps=eps,
        seed=int(str(forest["seed"])),
    )
    return sample, detector, FITTED


def _receipt(
    subject: Subject,
    method: str,
    sample: Sample,
    *,
    status: str,
    level: Contamination | None,
) -> dict[str, object]:
    scaling = sample.scaling
    names = np.array(scaling.names, dtype=object)
    wanted = np.array([one.is_used for one in scaling.features], dtype=np.bool_)
    known = level is not None and np.isfinite(level.threshold)
    return {
        "subject": subject.name,
        "method": method,
        "status": status,
        "setting": setting_of(sample, method) if level else "",
        "feature_names": ", ".join(names[scaling.used]),
        "unvarying_features": ", ".join(names[wanted & ~scaling.varies]),
        "sample_fingerprint": sample.fingerprint,
        "sample_count": len(sample.natural),
        "contamination": level.share if level else np.nan,
        "contamination_low": level.low if level else np.nan,
        "contamination_high": level.high if level else np.nan,
        "threshold": level.threshold if level and known else np.nan,
        "ordinary_share": level.ordinary_share if level and known else np.nan,
        "library_versions": library_versions(),
        "code_version": code_version(),
    }


def _or_missing(number: float) -> float:
    return number if np.isfinite(number) else np.nan


def _or_infinite(value: object) -> float:
    number = float(str(value)) if value is not None else np.nan
    return np.inf if np.isnan(number) else number
