"""Isolation Forest: how few random cuts set a row apart, and by which features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.ensemble import IsolationForest

from habitue.clustering.partition import one_thread

if TYPE_CHECKING:
    from numpy.typing import NDArray

TREES = 200
# Liu et al. (2008) take 256. A tree does not know how far beyond its rows another row
# is, so that one wild customer in a thousand looks like the busiest of 256: of 4,096
# rows some are wild themselves, and cuts fall between them and the rest.
ROWS_PER_TREE = 4096


def fit_forest(scaled: NDArray[np.float64], *, seed: int) -> IsolationForest:
    """Grow the trees, the same for the same rows in the same order.

    Args:
        scaled: (n_rows, n_features), finite, at least two rows.
        seed: Source of every random number.

    References:
        Liu, Ting and Zhou (2008), Isolation forest, ICDM.
    """
    forest = IsolationForest(
        n_estimators=TREES,
        max_samples=min(ROWS_PER_TREE, len(scaled)),
        random_state=seed,
    )
    return forest.fit(scaled)


def isolation_scores(
    forest: IsolationForest, scaled: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How unusual rows are, in (0, 1): near 1 for what one cut sets apart.

    Args:
        forest: As `fit_forest` gives it.
        scaled: (n_rows, n_features), finite.
    """
    if not len(scaled):
        return np.zeros(0)
    with one_thread():
        return -np.asarray(forest.score_samples(scaled), dtype=np.float64)


def isolating_contributions(
    forest: IsolationForest,
    scaled: NDArray[np.float64],
    scores: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How much each feature alone makes the score: what it falls by at the median.

    Args:
        forest: As `fit_forest` gives it.
        scaled: (n_rows, n_features), 0 being the median.
        scores: Of the same rows, shape (n_rows,).

    Returns:
        (n_rows, n_features): the score less the score with this feature at its median,
        exactly. Negative where the value of the feature is what makes the row look
        ordinary. Features that say the same share what they say, so the sum is not the
        score.
    """
    rows, features = scaled.shape
    at_median = np.repeat(scaled, features, axis=0)
    at_median[np.arange(rows * features), np.tile(np.arange(features), rows)] = 0.0
    without = isolation_scores(forest, at_median).reshape(rows, features)
    return scores[:, None] - without
