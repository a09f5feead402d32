"""Which features tell a segment from everybody else, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from habitue.clustering.centroids import read_centroids
from habitue.clustering.errors import CentroidError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from habitue.clustering.centroids import Centroids

# Below a tenth of a scaled unit from the mean, a feature tells nothing; where effect
# sizes are known, below what Cohen calls small.
LEAST_DEVIATION = 0.1
LEAST_EFFECT = 0.2
TRAIT_COLUMNS = {
    "model_version": "int64",
    "segment_id": "int64",
    "feature": "str",
    "label": "str",
    "direction": "str",
    "phrase": "str",
    "feature_rank": "int64",
    "deviation": "float64",
    "effect_size": "float64",
    "is_telling": "bool",
}


class TellingFeature(NamedTuple):
    """How a segment differs from all customers in one feature.

    Attributes:
        feature: Name of the feature.
        label: Readable name of the feature.
        direction: 'high' or 'low'.
        value: Centroid of the segment, natural units.
        overall: The same for all customers: the share-weighted mean of the centroids,
            taken in scaled units and brought back.
        deviation: Distance from all customers, scaled units, signed.
        effect: Cohen's d against everybody else, signed; NaN where it is not known.
        strength: What features are ranked by: the size of the effect, else of the
            deviation. 0 where the two point in different directions.
    """

    feature: str
    label: str
    direction: str
    value: float
    overall: float
    deviation: float
    effect: float
    strength: float

    @property
    def is_telling(self) -> bool:
        """Whether the difference is large enough to speak of."""
        least = LEAST_DEVIATION if np.isnan(self.effect) else LEAST_EFFECT
        return self.strength >= least

    @property
    def phrase(self) -> str:
        """Such as 'orders high (6.2 vs 1.4)'."""
        return (
            f"{self.label} {self.direction} "
            f"({format_number(self.value)} vs {format_number(self.overall)})"
        )


def ranked_features(
    centroids: Centroids, *, position: int, labels: Mapping[str, str]
) -> list[TellingFeature]:
    """All features of one segment, the most telling first, then by name.

    Args:
        centroids: All segments of the version.
        position: Which of them.
        labels: Readable name per feature; a feature without one is named by its column.
    """
    overall = centroids.overall
    deviations = centroids.scaled[position] - overall
    overall_natural = centroids.scaler.to_natural(overall)
    if centroids.effects is None:
        effects = np.full(len(deviations), np.nan)
        strengths = np.abs(deviations)
    else:
        effects = centroids.effects[position]
        strengths = np.where(effects * deviations > 0, np.abs(effects), 0.0)
    features = [
        TellingFeature(
            feature=name,
            label=labels.get(name, name.replace("_", " ")),
            direction="high" if deviations[column] > 0 else "low",
            value=float(centroids.natural[position, column]),
            overall=float(overall_natural[column]),
            deviation=float(deviations[column]),
            effect=float(effects[column]),
            strength=float(strengths[column]),
        )
        for column, name in enumerate(centroids.scaler.features)
    ]
    # Rounded, so that noise in the last bits cannot swap two features.
    return sorted(features, key=lambda one: (-round(one.strength, 9), one.feature))


def telling_features(
    centroids: Centroids, *, position: int, labels: Mapping[str, str]
) -> list[TellingFeature]:
    """The features that tell one segment apart, strongest first.

    Args:
        centroids: All segments of the version.
        position: Which of them.
        labels: Readable name per feature; a feature without one is named by its column.
    """
    ranked = ranked_features(centroids, position=position, labels=labels)
    return [feature for feature in ranked if feature.is_telling]


def segment_traits(
    centroids: pd.DataFrame, *, labels: Mapping[str, str] | pd.DataFrame | None = None
) -> pd.DataFrame:
    """Every feature of every segment of every version given, with its rank.

    Args:
        centroids: One row per model version, segment and feature, as `fit_segments`
            writes them.
        labels: Readable name per feature, as a mapping or a table of feature and label.

    Returns:
        One row per version, segment and feature (TRAIT_COLUMNS), from rank 1 on, the
        most telling first. Names and phrases of segments follow the same order.

    Raises:
        CentroidError: If a version is incomplete.
    """
    lookup = read_labels(labels)
    rows = [
        {
            "model_version": number,
            "segment_id": segment_id,
            "feature": told.feature,
            "label": told.label,
            "direction": told.direction,
            "phrase": told.phrase,
            "feature_rank": rank,
            "deviation": told.deviation,
            "effect_size": told.effect,
            "is_telling": told.is_telling,
        }
        for number, model in read_versions(centroids).items()
        for position, segment_id in enumerate(model.segment_ids)
        for rank, told in enumerate(
            ranked_features(model, position=position, labels=lookup), start=1
        )
    ]
    return pd.DataFrame(rows, columns=list(TRAIT_COLUMNS)).astype(TRAIT_COLUMNS)


def read_versions(centroids: pd.DataFrame) -> dict[int, Centroids]:
    """The models by their version, oldest first.

    Args:
        centroids: One row per model version, segment and feature.

    Raises:
        CentroidError: If the versions are not told, or one is incomplete.
    """
    if "model_version" not in centroids.columns:
        raise CentroidError("centroids lack the columns ['model_version']")
    return {
        int(str(number)): read_centroids(version)
        for number, version in centroids.groupby("model_version", sort=True)
    }


def read_labels(labels: Mapping[str, str] | pd.DataFrame | None) -> dict[str, str]:
    """Feature → readable name, from either form."""
    if labels is None:
        return {}
    if isinstance(labels, pd.DataFrame):
        return dict(
            zip(labels["feature"].astype(str), labels["label"].astype(str), strict=True)
        )
    return dict(labels)


def format_number(value: float) -> str:
    """Two to three telling digits: 1,234 or 56 or 6.2 or 0.031."""
    size = abs(value)
    if size >= 9.95:  # noqa: PLR2004
        return f"{value:,.0f}"
    if size >= 1:
        return f"{value:.1f}"
    return f"{value:.2g}" if size >= 1e-4 else "0"  # noqa: PLR2004
