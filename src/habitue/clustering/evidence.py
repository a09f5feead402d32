"""The evidence for a segmentation: one row per candidate of every algorithm."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from habitue.clustering.algorithms import (
    K_MEANS,
    Algorithm,
    Division,
    KMeans,
    Ward,
    algorithms_for,
    drawn_rows,
)
from habitue.clustering.choice import Candidate, choose_density, choose_k
from habitue.clustering.density import knee
from habitue.clustering.gap import gap_statistic
from habitue.clustering.indices import (
    agreement,
    calinski_harabasz,
    davies_bouldin,
    scoring_agreement,
    silhouette,
)
from habitue.clustering.matrix import count_distinct
from habitue.clustering.partition import inertia_of, means_of, one_thread
from habitue.clustering.stability import bootstrap_stability

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from habitue.clustering.choice import Choice
    from habitue.clustering.settings import SegmentationSettings

EVIDENCE_COLUMNS = {
    "algorithm": "str",
    "candidate": "int64",
    "setting": "str",
    "k": "int64",
    **dict.fromkeys(Candidate._fields[3:], "float64"),
    "is_elbow": "bool",
    "is_best": "bool",
    "is_chosen": "bool",
    "reason": "str",
}
# Where nearest means give back less of an algorithm's segments than this, they are
# other segments, and everybody is scored by nearest means.
LEAST_SCORING_AGREEMENT = 0.5


class _Tried(NamedTuple):
    """What one algorithm came to."""

    algorithm: Algorithm
    division: Division
    candidates: list[Candidate]
    choice: Choice

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """The segments of the best candidate, None if none is any good."""
        place = self.choice.place
        return None if place is None else self.division.labels[place]


def evaluate_candidates(
    values: NDArray[np.float64],
    *,
    settings: SegmentationSettings,
    previous_k: int | None = None,
) -> pd.DataFrame:
    """Measure every candidate of every algorithm and choose one.

    Args:
        values: (n_customers, n_features), scaled, as `read_customers` gives them.
        settings: Algorithms, thresholds, sizes and the seed.
        previous_k: Segments of the model in use: their number changes for a reason.

    Returns:
        One row per algorithm and candidate: `habitue.clustering.choice.Candidate` and
        candidate (its number, from 1), is_elbow (inertia bends most here), is_best
        (of its algorithm), is_chosen (exactly one), reason. What is not defined is
        NaN.

    Assumptions:
        Euclidean distance between scaled features means something. Gap and stability
        are measured on a sample, and so are density clusterings as a whole;
        everything else but the silhouette is on all rows.

    References:
        Tibshirani, Walther and Hastie (2001), Estimating the number of clusters in a
        data set via the gap statistic, JRSS B 63.
        Hennig (2007), Cluster-wise assessment of cluster stability, CSDA 52.
        Rousseeuw (1987), Silhouettes, J. Comput. Appl. Math. 20.
    """
    trivial = _trivial_reason(values)
    if trivial:
        return _without_choice(values, trivial, settings=settings)
    drawn = drawn_rows(values, settings=settings)
    points = count_distinct(values[drawn])
    with one_thread():
        tried = [
            _try(algorithm, values, drawn, settings=settings, previous_k=previous_k)
            for algorithm in algorithms_for(values[drawn], settings=settings)
        ]
    tried = [_compared(one, tried[0], drawn) for one in tried]
    chosen, why = _chosen(tried, settings=settings)
    if points < settings.largest_k:
        why += f"; k above {points} not tried, only {points} distinct customers"
    return pd.concat(
        [_rows(one, why if one is chosen else None) for one in tried],
        ignore_index=True,
    ).astype(EVIDENCE_COLUMNS)


def _try(
    algorithm: Algorithm,
    values: NDArray[np.float64],
    drawn: NDArray[np.intp],
    *,
    settings: SegmentationSettings,
    previous_k: int | None,
) -> _Tried:
    division = algorithm.divide(values, drawn=drawn, seed=settings.seed)
    stability = bootstrap_stability(
        values[drawn], algorithm, draws=settings.bootstraps, seed=settings.seed
    )
    gap = None
    if isinstance(algorithm, KMeans | Ward):
        gap = gap_statistic(
            values[drawn],
            algorithm,
            references=settings.references,
            rng=np.random.default_rng(settings.seed),
        )
    candidates = [
        _measured(
            values[division.rows],
            labels,
            Candidate(
                algorithm=algorithm.name,
                setting=algorithm.settings[place],
                k=int(labels.max()) + 1,
                gap=float(gap.gap[place]) if gap else np.nan,
                gap_standard_error=float(gap.standard_error[place]) if gap else np.nan,
                jaccard_min=stability[place].weakest,
                jaccard_mean=stability[place].mean,
            ),
            settings=settings,
        )
        for place, labels in enumerate(division.labels)
    ]
    if gap:
        choice = choose_k(candidates, settings=settings, previous_k=previous_k)
    else:
        choice = choose_density(candidates, settings=settings)
    return _Tried(algorithm, division, candidates, choice)


def _measured(
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
    candidate: Candidate,
    *,
    settings: SegmentationSettings,
) -> Candidate:
    """The candidate with what can be said of its division; noise is left out."""
    inside = labels >= 0
    kept, of = values[inside], labels[inside]
    if not len(kept):
        return candidate._replace(noise_share=1.0, smallest_share=0.0)
    rng = np.random.default_rng(settings.seed)
    return candidate._replace(
        inertia=inertia_of(kept, of, means_of(kept, of)),
        silhouette=silhouette(kept, of, size=settings.silhouette_sample, rng=rng),
        calinski_harabasz=calinski_harabasz(kept, of),
        davies_bouldin=davies_bouldin(kept, of),
        smallest_share=float(np.bincount(of).min() / len(labels)),
        noise_share=float(1 - inside.mean()),
        scoring_agreement=scoring_agreement(kept, of),
    )


def _compared(one: _Tried, k_means: _Tried, drawn: NDArray[np.intp]) -> _Tried:
    """The same with the agreement of each candidate with k-means' best."""
    best = k_means.labels
    if best is None:
        return one
    whole = len(one.division.rows) > len(drawn)
    candidates = [
        row._replace(
            k_means_agreement=agreement(labels[drawn] if whole else labels, best[drawn])
        )
        for row, labels in zip(one.candidates, one.division.labels, strict=True)
    ]
    return one._replace(candidates=candidates)


def _chosen(
    tried: list[_Tried], *, settings: SegmentationSettings
) -> tuple[_Tried, str]:
    """The algorithm whose best candidate is taken, and what to say beside it."""
    k_means = tried[0]
    wanted = next(one for one in tried if one.algorithm.name == settings.algorithm)
    name, place = wanted.algorithm.name, wanted.choice.place
    if place is None:
        return k_means, f"; {name} was asked for, but finds nothing stable"
    agreed = wanted.candidates[place].scoring_agreement
    if agreed < LEAST_SCORING_AGREEMENT:
        return k_means, (
            f"; {name} was asked for, but nearest means, by which everybody is scored, "
            f"do not give its segments back (agreement {agreed:.2f})"
        )
    return wanted, ""


def _rows(one: _Tried, chosen: str | None) -> pd.DataFrame:
    table = pd.DataFrame(one.candidates, columns=list(Candidate._fields))
    places = np.arange(len(table))
    best = places == one.choice.place
    reasons = list(one.choice.reasons)
    if one.choice.place is not None:
        verb = "best of its algorithm" if chosen is None else "chosen"
        reasons[one.choice.place] = f"{verb}: {reasons[one.choice.place]}{chosen or ''}"
    is_counting = isinstance(one.algorithm, KMeans | Ward)
    bend = len(table) - 1 - knee(table["inertia"].to_numpy()[::-1])
    return table.assign(
        candidate=places + 1,
        is_elbow=(places == bend) & is_counting,
        is_best=best,
        is_chosen=best & (chosen is not None),
        reason=reasons,
    )[list(EVIDENCE_COLUMNS)]


def _trivial_reason(values: NDArray[np.float64]) -> str:
    if len(values) == 0:
        return "no customers"
    if len(values) == 1:
        return "one customer"
    if not np.ptp(values, axis=0).any():
        return "no feature varies"
    return ""


def _without_choice(
    values: NDArray[np.float64], reason: str, *, settings: SegmentationSettings
) -> pd.DataFrame:
    if settings.fixed_k is not None and settings.fixed_k > 1:
        reason = f"{reason}, so k cannot be fixed at {settings.fixed_k}"
    row: dict[str, object] = dict.fromkeys(EVIDENCE_COLUMNS, float("nan"))
    row |= {"algorithm": K_MEANS, "candidate": 1, "setting": "k = 1", "k": 1}
    row |= {"inertia": 0.0, "is_elbow": False, "is_best": True, "is_chosen": True}
    row["reason"] = f"chosen: {reason}"
    if len(values):
        row |= {"jaccard_min": 1.0, "jaccard_mean": 1.0, "smallest_share": 1.0}
        row["noise_share"] = 0.0
    return pd.DataFrame([row]).astype(EVIDENCE_COLUMNS)
