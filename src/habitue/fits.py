"""What all fits have in common: one per state of the data, with a receipt."""

from __future__ import annotations

import json
import platform
from datetime import UTC, date, datetime
from importlib.metadata import version

import pandas as pd

# Dates as timestamps: an empty column of dates has no type that a database would know.
TIME = "datetime64[us]"
LIBRARIES = ("fastcluster", "numpy", "pandas", "scikit-learn", "scipy")
_NEVER = date(1, 1, 1)


def is_known(fingerprint: pd.DataFrame, previous: pd.DataFrame | None) -> bool:
    """Whether a fit to these data is among the previous ones.

    Args:
        fingerprint: One row: data_fingerprint, as_of_date.
        previous: Rows of earlier fits with their data_fingerprint, None for none.
    """
    if previous is None or not len(previous):
        return False
    return bool((previous["data_fingerprint"] == fingerprint_of(fingerprint)).any())


def without_rows(previous: pd.DataFrame | None) -> pd.DataFrame:
    """Nothing to add to the previous rows."""
    return pd.DataFrame() if previous is None else previous.iloc[:0]


def fingerprint_of(fingerprint: pd.DataFrame) -> str:
    """The fingerprint of the only row."""
    return str(fingerprint["data_fingerprint"].iloc[0])


def as_of_date(fingerprint: pd.DataFrame) -> date:
    """The as-of date; without customers there is none, and nothing is fitted."""
    as_of = fingerprint["as_of_date"].iloc[0]
    return _NEVER if pd.isna(as_of) else pd.Timestamp(as_of).date()


def stamped(rows: pd.DataFrame, fingerprint: pd.DataFrame) -> pd.DataFrame:
    """The rows with what they were made from: data_fingerprint and as_of_date."""
    as_of = pd.Series(as_of_date(fingerprint), index=rows.index, dtype=TIME)
    text = pd.Series(fingerprint_of(fingerprint), index=rows.index, dtype="str")
    return rows.assign(data_fingerprint=text, as_of_date=as_of)


def fitted_now(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the time of the fit, UTC."""
    now = pd.Timestamp(time_of_fit())
    return rows.assign(fitted_at=pd.Series(now, index=rows.index, dtype=TIME))


def time_of_fit() -> datetime:
    """Now, UTC, without a time zone, as databases keep it."""
    return datetime.now(tz=UTC).replace(tzinfo=None)


def library_versions() -> str:
    """What a fit is computed with, as JSON."""
    versions = {"python": platform.python_version()}
    versions |= {name: version(name) for name in LIBRARIES}
    return json.dumps(versions, sort_keys=True)
