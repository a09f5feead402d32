"""What dropping or adding a feature does to the segments, and to what they tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import ttest_1samp

from habitue.clustering.indices import agreement, silhouette
from habitue.clustering.matrix import count_distinct
from habitue.clustering.partition import means_of, one_thread, partition_rows, refine
from habitue.clustering.stability import best_jaccard
from habitue.validation.groupings import (
    beyond_chance,
    redrawn_shares,
    shares_explained,
)
from habitue.validation.words import recommendation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from habitue.clustering import Customers

NO_CHANGE, WITHOUT, WITH = "none", "without", "with"
# Two outcomes: whether customers order, and for how much.
OUTCOMES = {"conversion": True, "revenue": False}
DIGITS = 12
TRIAL_COLUMNS = {
    "change": "str",
    "feature": "str",
    "segment_count": "int64",
    "customer_count": "int64",
    "jaccard_min": "float64",
    "jaccard_min_change": "float64",
    "jaccard_mean": "float64",
    "jaccard_mean_change": "float64",
    "silhouette": "float64",
    "silhouette_change": "float64",
    "agreement": "float64",
    **{
        f"{name}_effect{part}": "float64"
        for name in OUTCOMES
        for part in ("", "_change", "_change_low", "_change_high")
    },
    "is_recommended": "bool",
    "recommendation": "str",
}


@dataclass(frozen=True, kw_only=True)
class RefinementSettings:
    """How features are tried.

    Attributes:
        bootstraps: Bootstrap samples of the stability of each trial.
        draws: Bootstrap samples of what each trial tells more or less.
        n_init: Random starts of each k-means.
        silhouette_sample: Customers drawn for the silhouette.
        confidence: Of the intervals that decide: many features are tried.
        stability_tolerance: Change of the mean Jaccard similarity that is no change.
        effect_tolerance: The same of an effect size, however sure it is.
        inertia_tolerance: Share of the inertia by which random starts must be better
            than the adopted segments to be taken.
        seed: Source of every random number.
    """

    bootstraps: int = 10
    draws: int = 250
    n_init: int = 4
    silhouette_sample: int = 1000
    confidence: float = 0.99
    stability_tolerance: float = 0.05
    effect_tolerance: float = 0.02
    inertia_tolerance: float = 0.01
    seed: int = 20240101


class Trial(NamedTuple):
    """The segments that some features make.

    Attributes:
        labels: Segment of each customer from 0, shape (n,).
        jaccards: Best-match Jaccard similarity of each segment when customers are drawn
            again, shape (n_draws, k); NaN where a draw lacks the segment.
        silhouette: Mean silhouette in the space of these features.
    """

    labels: NDArray[np.int64]
    jaccards: NDArray[np.float64]
    silhouette: float

    @property
    def weakest(self) -> float:
        """Stability of the least stable segment."""
        return float(np.nanmin(np.nanmean(self.jaccards, axis=0)))

    @property
    def steadiness(self) -> NDArray[np.float64]:
        """Stability of a segment on average, shape (n_draws,)."""
        return np.asarray(np.nanmean(self.jaccards, axis=1))


def try_features(
    customers: Customers,
    *,
    used: Sequence[str],
    adopted: NDArray[np.int64],
    outcomes: dict[str, NDArray[np.float64]],
    settings: RefinementSettings,
) -> pd.DataFrame:
    """Make the segments anew without each feature in use, and with each other one.

    Args:
        customers: A sample, with the features in use and the candidates.
        used: Names of the features in use.
        adopted: Segment of each customer by the adopted model, shape (n,).
        outcomes: What customers did later, by name as in OUTCOMES, each of shape (n,).
        settings: Draws, tolerance and seed.

    Returns:
        TRIAL_COLUMNS: first what the features in use give (change none), then one row
        per feature. Where nothing can be tried, the first row alone, which says why.

    Assumptions:
        Segments are made by k-means, starting from the adopted ones unless random
        starts do better, of features as of the date: they know nothing of the outcomes.
        Their stability is against k-means
        from random starts, in the same draws for all trials. Each feature is tried
        alone: of two that say the same either can be done without, but not both.

    References:
        Hennig (2007), Cluster-wise assessment of cluster stability, CSDA 52.
    """
    columns = [customers.names.index(name) for name in used]
    others = [place for place in range(len(customers.names)) if place not in columns]
    values = customers.scaled
    ids, places = np.unique(adopted, return_inverse=True)
    k = len(ids)
    reason = _why_not(values[:, columns], k)
    if reason:
        return _table(
            [_row(NO_CHANGE, "", k, len(values)) | {"recommendation": reason}]
        )
    trials = [(NO_CHANGE, "", columns)]
    trials += [
        (WITHOUT, customers.names[place], [one for one in columns if one != place])
        for place in columns
    ]
    trials += [(WITH, customers.names[place], [*columns, place]) for place in others]
    with one_thread():
        base = _try(values[:, columns], places, settings=settings)
        rows = []
        for change, feature, chosen in trials:
            row = _row(change, feature, k, len(values))
            column = customers.names.index(feature) if feature else -1
            if feature and not np.ptp(values[:, column]):
                word = "drop" if change == WITHOUT else "leave out"
                row |= {
                    "is_recommended": change == WITHOUT and len(chosen) > 0,
                    "recommendation": f"{word}: it does not vary",
                }
            elif not chosen or count_distinct(values[:, chosen]) <= k:
                row |= {"recommendation": "keep: without it there is nothing to divide"}
            else:
                trial = base
                if feature:
                    trial = _try(values[:, chosen], places, settings=settings)
                row |= _judged(
                    change, trial, base, adopted, outcomes, settings=settings
                )
            rows.append(row)
    return _table(rows)


def untried(reason: str, *, k: int = 0, n_rows: int = 0) -> pd.DataFrame:
    """TRIAL_COLUMNS with the one row that says why nothing was tried."""
    return _table([_row(NO_CHANGE, "", k, n_rows) | {"recommendation": reason}])


def _why_not(values: NDArray[np.float64], k: int) -> str | None:
    if k <= 1:
        return "one segment only: there is nothing to refine"
    points = count_distinct(values) if values.shape[1] else 0
    if points <= k:
        return f"too few: {points} distinct customers for {k} segments"
    return None


def _try(
    values: NDArray[np.float64],
    adopted: NDArray[np.int64],
    *,
    settings: RefinementSettings,
) -> Trial:
    start = means_of(values, adopted)
    ours = refine(values, start=start)
    free = partition_rows(
        values, k=len(start), n_init=settings.n_init, seed=settings.seed
    )
    # Of equally good divisions the familiar one, or trials would differ by luck.
    is_better = free.inertia < (1 - settings.inertia_tolerance) * ours.inertia
    labels = free.labels if is_better else ours.labels
    # A segment can lose everybody to the others.
    labels = np.unique(labels, return_inverse=True)[1]
    k = int(labels.max()) + 1
    jaccards = np.full((settings.bootstraps, k), math.nan)
    for draw in range(settings.bootstraps):
        rng = np.random.default_rng((settings.seed, draw))
        chosen = np.unique(rng.integers(0, len(values), len(values)))
        again = partition_rows(
            values[chosen],
            k=min(k, count_distinct(values[chosen])),
            n_init=settings.n_init,
            seed=int(rng.integers(2**31)),
        )
        kept = labels[chosen]
        held = np.bincount(kept, minlength=k) > 0
        jaccards[draw, held] = best_jaccard(kept, again.labels, k=k)[held]
    rng = np.random.default_rng(settings.seed)
    width = silhouette(values, labels, size=settings.silhouette_sample, rng=rng)
    return Trial(labels, jaccards, width)


def _judged(
    change: str,
    trial: Trial,
    base: Trial,
    adopted: NDArray[np.int64],
    outcomes: dict[str, NDArray[np.float64]],
    *,
    settings: RefinementSettings,
) -> dict[str, object]:
    steadier = trial.steadiness - base.steadiness
    row: dict[str, object] = {
        "jaccard_min": trial.weakest,
        "jaccard_min_change": trial.weakest - base.weakest,
        "jaccard_mean": float(trial.steadiness.mean()),
        "jaccard_mean_change": float(steadier.mean()),
        "silhouette": trial.silhouette,
        "silhouette_change": trial.silhouette - base.silhouette,
        "agreement": agreement(trial.labels, adopted),
    }
    changes = {}
    for name, is_share in OUTCOMES.items():
        groupings = [trial.labels, base.labels]
        n_rows = len(trial.labels)
        values = outcomes[name]
        own = beyond_chance(
            shares_explained(values, groupings, np.ones((1, n_rows))),
            n_rows=n_rows,
            is_share=is_share,
        )[0]
        difference = round(float(own[0] - own[1]), DIGITS)
        row |= {f"{name}_effect": own[0], f"{name}_effect_change": difference}
        if change == NO_CHANGE:
            continue
        drawn = beyond_chance(
            redrawn_shares(
                values,
                groupings,
                draws=settings.draws,
                rng=np.random.default_rng(settings.seed),
            ),
            n_rows=n_rows,
            is_share=is_share,
        )
        # The same groups in another order add up differently in the last digits.
        low, high = _percentiles(
            np.round(drawn[:, 0] - drawn[:, 1], DIGITS), settings.confidence
        )
        row |= {f"{name}_effect_change_low": low, f"{name}_effect_change_high": high}
        changes[name] = (difference, low, high)
    if change == NO_CHANGE:
        return row | {"recommendation": "the features in use"}
    said, text = recommendation(
        is_dropped=change == WITHOUT,
        steadiness=(float(base.steadiness.mean()), float(trial.steadiness.mean())),
        is_sure=_is_sure(steadier, settings.confidence),
        tolerances=(settings.stability_tolerance, settings.effect_tolerance),
        changes=changes,
    )
    return row | {"is_recommended": said, "recommendation": text}


def _is_sure(differences: NDArray[np.float64], confidence: float) -> bool:
    """Whether the mean of paired differences is not 0, by Student's t test."""
    if not np.ptp(differences):
        return bool(differences[0])
    return bool(ttest_1samp(differences, 0).pvalue < 1 - confidence)


def _percentiles(draws: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    """Limits of the draws; as many groups on both sides, so that nothing is taken off.

    A change that a few customers make is none in the draws without them.
    """
    defined = draws[~np.isnan(draws)]
    if len(defined) <= len(draws) / 2:
        return math.nan, math.nan
    outside = (1 - confidence) / 2
    low, high = np.quantile(defined, [outside, 1 - outside])
    return float(low), float(high)


def _row(change: str, feature: str, k: int, n_rows: int) -> dict[str, object]:
    return {
        "change": change,
        "feature": feature,
        "segment_count": k,
        "customer_count": n_rows,
        "is_recommended": False,
    }


def _table(rows: list[dict[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(TRIAL_COLUMNS))
    for name, kind in TRIAL_COLUMNS.items():
        if kind == "float64":
            table[name] = table[name].astype("float64").fillna(math.nan)
    return table.astype(TRIAL_COLUMNS)
