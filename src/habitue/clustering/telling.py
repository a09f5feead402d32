"""Which features tell a segment from all customers, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from habitue.clustering.centroids import Centroids

# Below a tenth of a scaled unit from the mean, a feature tells nothing.
LEAST_DEVIATION = 0.1


class TellingFeature(NamedTuple):
    """A feature in which a segment differs from all customers.

    Attributes:
        label: Readable name of the feature.
        direction: 'high' or 'low'.
        value: Centroid of the segment, natural units.
        overall: The same for all customers: the share-weighted mean of the centroids,
            taken in scaled units and brought back.
        deviation: Distance from all customers, scaled units, signed.
    """

    label: str
    direction: str
    value: float
    overall: float
    deviation: float

    @property
    def phrase(self) -> str:
        """Such as 'orders high (6.2 vs 1.4)'."""
        return (
            f"{self.label} {self.direction} "
            f"({format_number(self.value)} vs {format_number(self.overall)})"
        )


def telling_features(
    centroids: Centroids, *, position: int, labels: Mapping[str, str]
) -> list[TellingFeature]:
    """The features that tell one segment apart, strongest first.

    Args:
        centroids: All segments of the version.
        position: Which of them.
        labels: Readable name per feature; a feature without one is named by its column.
    """
    overall = centroids.overall
    deviations = centroids.scaled[position] - overall
    overall_natural = centroids.scaler.to_natural(overall)
    # Rounded, so that noise in the last bits cannot swap two features.
    order = np.argsort(-np.abs(deviations).round(9), kind="stable")
    names = centroids.scaler.features
    return [
        TellingFeature(
            label=labels.get(names[column], names[column].replace("_", " ")),
            direction="high" if deviations[column] > 0 else "low",
            value=float(centroids.natural[position, column]),
            overall=float(overall_natural[column]),
            deviation=float(deviations[column]),
        )
        for column in order
        if abs(deviations[column]) >= LEAST_DEVIATION
    ]


def format_number(value: float) -> str:
    """Two to three telling digits: 1,234 or 56 or 6.2 or 0.031."""
    size = abs(value)
    if size >= 9.95:  # noqa: PLR2004
        return f"{value:,.0f}"
    if size >= 1:
        return f"{value:.1f}"
    return f"{value:.2g}" if size >= 1e-4 else "0"  # noqa: PLR2004
