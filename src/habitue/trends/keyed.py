"""The series of a table, each with its key and a fingerprint of its numbers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from habitue.code_version import code_version
from habitue.trends.series import Series, read_series

if TYPE_CHECKING:
    from collections.abc import Mapping

_LENGTH = 32


class Keyed(NamedTuple):
    """One series of a table.

    Attributes:
        series_id: Its key: grain, metric and segment (or all).
        metric: What is told.
        segment_id: Whose, None for everybody's.
        series: The numbers.
        note: What was wrong with them, None for nothing.
    """

    series_id: str
    metric: str
    segment_id: int | None
    series: Series
    note: str | None

    @property
    def day_id(self) -> str:
        """The key of the same numbers by day."""
        return f"day {self.series_id.partition(' ')[2]}"

    def fingerprint(self, *settings: object) -> str:
        """A checksum of the numbers, of settings and of the code."""
        digest = hashlib.sha256(repr((*settings, code_version(), self.note)).encode())
        digest.update(self.series.dates.astype(np.int64).tobytes())
        digest.update(self.series.values.tobytes())
        if self.series.bases is not None:
            digest.update(self.series.bases.tobytes())
        return digest.hexdigest()[:_LENGTH]


def keyed_series(frame: pd.DataFrame) -> list[Keyed]:
    """The series of a table, days before weeks, everybody's before segments'.

    Args:
        frame: One row per series and period: series_id, grain, metric, segment_id,
            period_start_date, value, base_count (null for what is no ratio).
    """
    found = []
    for series_id, rows in frame.groupby("series_id", sort=True):
        head = rows.iloc[0]
        series, note = read_series(
            str(head["grain"]),
            rows["period_start_date"].to_numpy(dtype="datetime64[D]"),
            rows["value"].to_numpy(dtype=np.float64, na_value=np.nan),
            rows["base_count"].to_numpy(dtype=np.float64, na_value=np.nan)
            if rows["base_count"].notna().any()
            else None,
        )
        segment = head["segment_id"]
        found.append(
            Keyed(
                str(series_id),
                str(head["metric"]),
                None if pd.isna(segment) else int(segment),
                series,
                note,
            )
        )
    return sorted(
        found, key=lambda one: (one.series.grain, one.segment_id or 0, one.series_id)
    )


def known_fingerprints(previous: pd.DataFrame | None) -> dict[str, str]:
    """Series → fingerprint of what its rows were made from."""
    if previous is None or not len(previous):
        return {}
    kept = previous.drop_duplicates("series_id")
    return dict(zip(kept["series_id"], kept["data_fingerprint"], strict=True))


def table_of(parts: list[pd.DataFrame], columns: Mapping[str, str]) -> pd.DataFrame:
    """All rows under one another, every column there and of its type."""
    if not parts:
        return pd.DataFrame(columns=list(columns)).astype(dict(columns))
    rows = pd.concat([part.reindex(columns=list(columns)) for part in parts])
    return rows.reset_index(drop=True).astype(dict(columns))
