"""The detectors: fitted to a sample with a receipt, and fitted again from it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.anomalies.contamination import (
    Contamination,
    estimate_contamination,
    reached_by,
)
from habitue.anomalies.features import Feature, Scaling, measure_scaling
from habitue.anomalies.isolation import (
    ROWS_PER_TREE,
    TREES,
    fit_forest,
    isolation_scores,
)
from habitue.anomalies.noise import (
    Density,
    dense_part,
    neighbour_distances,
    neighbours_for,
)

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from sklearn.ensemble import IsolationForest

FOREST, DBSCAN = METHODS = ("Isolation Forest", "DBSCAN")
# Density looks at every pair of rows.
DENSITY_ROWS = 5_000
# Where nothing is evident, people still want to see who is most unusual, and why.
TOLD_ANYWAY = 10
FITTED = "fitted"


class Sample(NamedTuple):
    """Rows that detectors are fitted to, in an order of their own.

    Attributes:
        natural: (n_rows, n_features), NaN where nothing is known, none infinite.
        scaling: How they are scaled.
        scaled: The same, scaled.
        fingerprint: Of the values, so that another fit can be told from this one.
    """

    natural: NDArray[np.float64]
    scaling: Scaling
    scaled: NDArray[np.float64]
    fingerprint: str

    @property
    def used(self) -> NDArray[np.float64]:
        """The scaled values of the features that anomalies are looked for in."""
        return self.scaled[:, self.scaling.used]


class Detector(NamedTuple):
    """What judges rows.

    Attributes:
        scaling: How features are scaled.
        forest: Knows the features that are used, in their order.
        threshold: Score from which on the forest calls a row anomalous.
        told_from: Score from which on reasons are told, anomaly or not.
        density: The cores of DBSCAN, None where it is not asked.
    """

    scaling: Scaling
    forest: IsolationForest
    threshold: float
    told_from: float
    density: Density | None


def read_sample(
    rows: pd.DataFrame, features: tuple[Feature, ...], *, key: str
) -> Sample:
    """The rows of a sample in the order of their key, without infinite ones.

    Args:
        rows: One per customer or session, with its key and every feature.
        features: n_features of them.
        key: Name of the key.
    """
    ordered = rows.assign(**{key: rows[key].astype("str")}).sort_values(
        key, kind="stable"
    )
    names = [one.name for one in features]
    natural = ordered[names].to_numpy(dtype=np.float64, na_value=np.nan)
    natural = np.ascontiguousarray(natural[~np.isinf(natural).any(axis=1)])
    # Adding 0 makes -0 and 0 one.
    told = hashlib.sha256("\n".join(names).encode())
    told.update((natural + 0.0).tobytes())
    if not len(natural):
        zeros = np.zeros(len(features))
        scaling = Scaling(features, zeros, zeros, zeros, zeros)
    else:
        scaling = measure_scaling(natural, features)
    return Sample(natural, scaling, scaling.scaled(natural), told.hexdigest())


def status_of(sample: Sample, *, minimum_rows: int, plural: str) -> str:
    """'fitted', or why nothing can be fitted, in words.

    Args:
        sample: The rows.
        minimum_rows: Fewer are not judged.
        plural: What the rows are called.
    """
    count = len(sample.natural)
    if not count:
        return f"no {plural}"
    if count < minimum_rows:
        return f"{count} of at least {minimum_rows} {plural}"
    if not sample.scaling.used.any():
        return "no feature varies"
    return FITTED


def forest_level(sample: Sample, *, seed: int) -> tuple[Contamination, float]:
    """How many rows the forest finds anomalous, and the score of the TOLD_ANYWAYth."""
    forest = fit_forest(sample.used, seed=seed)
    scores = isolation_scores(forest, sample.used)
    told_from = reached_by(np.sort(scores), TOLD_ANYWAY)
    return estimate_contamination(scores, seed=seed), told_from


def density_level(sample: Sample, *, seed: int) -> Contamination:
    """How many rows lie where hardly any others do; the threshold is eps.

    The same estimate, of the logarithm of the distance to the nth neighbour.
    """
    rows = _density_rows(sample)
    distances = neighbour_distances(
        rows, neighbours=neighbours_for(len(rows), rows.shape[1])
    )
    scores = np.log1p(distances)
    level = estimate_contamination(scores, seed=seed)
    # A row at the threshold is anomalous: eps is below it.
    below = distances[scores < level.threshold]
    eps = float(below.max()) if np.isfinite(level.threshold) else np.inf
    return level._replace(threshold=eps)


def detector_from(
    sample: Sample,
    *,
    threshold: float,
    told_from: float,
    eps: float | None,
    seed: int,
) -> Detector:
    """The detector that a receipt tells of, fitted again to the same sample.

    Args:
        sample: At least two rows, of which some feature varies.
        threshold: Score from which on the forest calls a row anomalous.
        told_from: Score from which on reasons are told.
        eps: Of DBSCAN; None to leave it out.
        seed: Of the receipt.
    """
    density = None
    if eps is not None:
        rows = _density_rows(sample)
        density = dense_part(
            rows, eps=eps, neighbours=neighbours_for(len(rows), rows.shape[1])
        )
    forest = fit_forest(sample.used, seed=seed)
    return Detector(sample.scaling, forest, threshold, told_from, density)


def setting_of(sample: Sample, method: str) -> str:
    """What a method was told, in words."""
    if method == FOREST:
        return f"{TREES} trees of {min(ROWS_PER_TREE, len(sample.natural)):,} rows"
    rows = _density_rows(sample)
    return f"{neighbours_for(*rows.shape)} neighbours among {len(rows):,} rows"


def _density_rows(sample: Sample) -> NDArray[np.float64]:
    """Every nth row: their order is that of pseudonyms, which is none."""
    step = -(-len(sample.used) // DENSITY_ROWS)
    return sample.used[:: max(1, step)]
