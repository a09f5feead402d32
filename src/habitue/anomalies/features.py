"""Features on one scale: filled, transformed, robustly centred; never clipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.anomalies.errors import AnomalyError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

DESCRIBED_COLUMNS = (
    "subject",
    "feature",
    "place",
    "label",
    "unit",
    "transform",
    "fill",
    "is_used",
)
TRANSFORMS = ("none", "log1p")
# Quartiles of a normal distribution lie so many standard deviations apart.
_NORMAL_QUARTILES = 1.3489795003921634
# Beyond so many deviations nothing is more unusual: squares stay finite.
FARTHEST = 1e6


class Feature(NamedTuple):
    """One feature, in words and numbers.

    Attributes:
        name: Name of the column.
        label: The same in words.
        unit: What it is counted in.
        transform: 'none' or 'log1p', which keeps the sign.
        fill: What stands in for a missing value: zero, median, maximum, or never.
        is_used: Whether anomalies are looked for in it; else it is there for the rules
            that say what an anomaly may be.
    """

    name: str
    label: str
    unit: str
    transform: str
    fill: str
    is_used: bool = True


class Scaling(NamedTuple):
    """How the features of customers, or sessions, are brought to one scale.

    Attributes:
        features: n_features of them.
        fill: What stands in for a missing value, natural units, shape (n_features,).
        typical: The median, natural units, shape (n_features,).
        centre: The median after the transform, shape (n_features,).
        spread: Standard deviation by the quartiles after the transform; the plain one
            where the quartiles do not differ, 0 where nothing does.
    """

    features: tuple[Feature, ...]
    fill: NDArray[np.float64]
    typical: NDArray[np.float64]
    centre: NDArray[np.float64]
    spread: NDArray[np.float64]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, n_features of them."""
        return tuple(one.name for one in self.features)

    @property
    def varies(self) -> NDArray[np.bool_]:
        """Which features differ between rows, shape (n_features,)."""
        return np.asarray(self.spread > 0)

    @property
    def used(self) -> NDArray[np.bool_]:
        """Those of them that anomalies are looked for in, shape (n_features,)."""
        wanted = np.array([one.is_used for one in self.features], dtype=np.bool_)
        return np.asarray(self.varies & wanted)

    def filled(self, natural: NDArray[np.float64]) -> NDArray[np.float64]:
        """Natural values without gaps, (n_rows, n_features)."""
        return np.where(np.isnan(natural), self.fill, natural)

    def scaled(self, natural: NDArray[np.float64]) -> NDArray[np.float64]:
        """Deviations from the median, (n_rows, n_features).

        Args:
            natural: (n_rows, n_features), NaN where nothing is known.

        Returns:
            Standard deviations above the median of the transformed value, at most
            `FARTHEST`; 0 for a feature that does not vary.
        """
        values = transformed(self.filled(natural), self.features)
        divisor = np.where(self.varies, self.spread, 1.0)
        with np.errstate(over="ignore"):
            deviations = (values - self.centre) / divisor
        return np.where(self.varies, np.clip(deviations, -FARTHEST, FARTHEST), 0.0)


def read_described(described: pd.DataFrame, *, subject: str) -> tuple[Feature, ...]:
    """The features of customers, or of sessions, in their order.

    Args:
        described: One row per subject and feature, DESCRIBED_COLUMNS.
        subject: 'customer' or 'session'.

    Raises:
        AnomalyError: If a column is missing or a transform is unknown.
    """
    missing = [name for name in DESCRIBED_COLUMNS if name not in described.columns]
    if missing:
        raise AnomalyError(f"the features lack the columns {missing}")
    rows = described[described["subject"] == subject].sort_values("place")
    features = tuple(
        Feature(
            name=str(row["feature"]),
            label=str(row["label"]),
            unit=str(row["unit"]),
            transform=str(row["transform"]),
            fill=str(row["fill"]),
            is_used=bool(row["is_used"]),
        )
        for row in rows.to_dict("records")
    )
    unknown = sorted({one.transform for one in features} - set(TRANSFORMS))
    if unknown:
        raise AnomalyError(f"unknown transform {unknown}: use one of {TRANSFORMS}")
    return features


def transformed(
    values: NDArray[np.float64], features: tuple[Feature, ...]
) -> NDArray[np.float64]:
    """Values on the scale that they differ on.

    log1p keeps the sign: an amount below zero is what is looked for, so it must not be
    taken for zero.
    """
    logged = np.array([one.transform == "log1p" for one in features])
    return np.where(logged, np.sign(values) * np.log1p(np.abs(values)), values)


def measure_scaling(
    natural: NDArray[np.float64], features: tuple[Feature, ...]
) -> Scaling:
    """Learn the scaling from a sample.

    Args:
        natural: (n_rows, n_features), NaN where nothing is known, at least one row,
            none infinite.
        features: n_features of them.
    """
    fill = np.array(
        [
            _fill_of(natural[:, place], feature.fill)
            for place, feature in enumerate(features)
        ]
    )
    known = np.where(np.isnan(natural), fill, natural)
    values = transformed(known, features)
    low, centre, high = np.quantile(values, [0.25, 0.5, 0.75], axis=0)
    spread = (high - low) / _NORMAL_QUARTILES
    # Of values so large that their squares have no number the spread is infinite.
    with np.errstate(over="ignore", invalid="ignore"):
        plain = np.nan_to_num(values.std(axis=0), nan=np.inf)
        ranges = np.ptp(values, axis=0)
    spread = np.where(spread > 0, spread, plain)
    # What differs by rounding only does not differ.
    least = 1e-12 * np.maximum(np.abs(values).max(axis=0), 1e-300)
    spread = np.where(ranges > least, spread, 0.0)
    return Scaling(features, fill, np.median(known, axis=0), centre, spread)


def _fill_of(values: NDArray[np.float64], rule: str) -> float:
    known = values[~np.isnan(values)]
    if rule == "zero" or not len(known):
        return 0.0
    return float(known.max() if rule == "maximum" else np.median(known))
