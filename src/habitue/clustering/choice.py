"""The rules that pick a candidate of each algorithm, and say why in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.clustering.settings import SegmentationSettings


# Many small groups can hide from the first split: gap(2) falls short, gap(6) is far
# above gap(1). A later k counts as structure if its gap leads by this many standard
# errors, and if it is stable too. Of uniform noise the best of many k leads by up to 4.
HIDDEN_LEAD = 5
# Of two stable k, by how many one leads clearly.
CLEAR_LEAD = 3
# A density clustering that leaves more than this share of the customers out is none.
MOST_NOISE = 0.5


class Candidate(NamedTuple):
    """What was measured for one candidate of an algorithm.

    Attributes:
        algorithm: One of `habitue.clustering.algorithms.ALGORITHMS`.
        setting: What the algorithm was told, in words.
        k: Number of segments, 0 if all is noise.
        inertia: Sum of squared distances to the means of the segments.
        silhouette: Mean silhouette, NaN where not defined.
        calinski_harabasz: Higher is better, NaN where not defined.
        davies_bouldin: Lower is better, NaN where not defined.
        gap: Gap statistic, NaN where not measured.
        gap_standard_error: Simulation error of the gap, NaN where not measured.
        jaccard_min: Bootstrap Jaccard similarity of the least stable segment.
        jaccard_mean: Bootstrap Jaccard similarity of a segment on average.
        smallest_share: Share of the customers in the smallest segment.
        noise_share: Share of the customers in no segment.
        scoring_agreement: Adjusted Rand index between the segments and those of
            whoever goes to the nearest mean, as SQL scores; NaN where not defined.
        k_means_agreement: Adjusted Rand index between the segments and those of
            k-means' own best k, noise left out; NaN where not defined.
    """

    algorithm: str
    setting: str
    k: int
    inertia: float = math.nan
    silhouette: float = math.nan
    calinski_harabasz: float = math.nan
    davies_bouldin: float = math.nan
    gap: float = math.nan
    gap_standard_error: float = math.nan
    jaccard_min: float = math.nan
    jaccard_mean: float = math.nan
    smallest_share: float = math.nan
    noise_share: float = math.nan
    scoring_agreement: float = math.nan
    k_means_agreement: float = math.nan


class Choice(NamedTuple):
    """The best candidate of an algorithm.

    Attributes:
        place: Its position among the candidates, None if none is any good.
        reasons: Why each candidate was taken or left, in their order.
    """

    place: int | None
    reasons: tuple[str, ...]


def choose_k(
    candidates: Sequence[Candidate],
    *,
    settings: SegmentationSettings,
    previous_k: int | None = None,
) -> Choice:
    """Apply the rule: fixed k, then the gap as gate, then stability, then silhouette.

    The gate closes on k = 1 if gap(1) >= gap(2) - s(2) and no stable k of acceptable
    shares has a gap more than 5 standard errors above gap(1).

    Args:
        candidates: k = 1, 2, ... without holes, at least one.
        settings: Thresholds and the fixed k, if any.
        previous_k: Segments of the model in use, None without one.

    Returns:
        The largest stable k whose segments all reach the minimum share, and whose gap
        does not fall clearly (3 standard errors) below that of a smaller such k: halves
        of a tight group can be stable by chance. As many as before where that would do
        as well, and the gap of the largest does not lead it clearly. If none is stable:
        the best silhouette among those of acceptable share. If none has acceptable
        shares, or the gate closes: 1.

    References:
        Tibshirani, Walther and Hastie (2001), Estimating the number of clusters in a
        data set via the gap statistic, JRSS B 63: the first step of their rule.
    """
    verdicts = [_verdict(row, candidates, settings) for row in candidates]
    k, why = _decide(candidates, settings, previous_k)
    return Choice(k - 1, (*verdicts[: k - 1], why, *verdicts[k:]))


def choose_density(
    candidates: Sequence[Candidate], *, settings: SegmentationSettings
) -> Choice:
    """Of the stable candidates the one with the most clusters, then the least noise.

    Args:
        candidates: At least one, in any order.
        settings: Thresholds.

    Returns:
        No place if every candidate has fewer than two clusters, more noise than rows
        in clusters, a cluster below the minimum share or an unstable one.

    Assumptions:
        There is no gap statistic of clusters with noise. On data without structure
        density clusters are chance, which the bootstrap takes apart.
    """
    verdicts = [_density_verdict(row, settings) for row in candidates]
    good = [place for place, verdict in enumerate(verdicts) if verdict is None]
    reasons = [verdict or "stable, but not the best" for verdict in verdicts]
    if not good:
        return Choice(None, tuple(reasons))
    best = max(
        good, key=lambda place: (candidates[place].k, -candidates[place].noise_share)
    )
    row = candidates[best]
    reasons[best] = (
        f"most clusters that are stable, weakest Jaccard {row.jaccard_min:.2f}, "
        f"noise {row.noise_share:.1%}"
    )
    return Choice(best, tuple(reasons))


def _density_verdict(row: Candidate, settings: SegmentationSettings) -> str | None:
    if row.k <= 1:
        return "no structure: one dense region" if row.k else "no dense region"
    if row.noise_share > MOST_NOISE:
        return f"noise {row.noise_share:.1%} is more than {MOST_NOISE:.0%}"
    return _flaw(row, settings)


def _flaw(row: Candidate, settings: SegmentationSettings) -> str | None:
    """What speaks against any candidate with several segments."""
    if not _is_shared(row, settings):
        return (
            f"smallest segment {row.smallest_share:.1%} is below "
            f"{settings.minimum_share:.1%}"
        )
    if not _is_stable(row, settings):
        return (
            f"not stable: weakest Jaccard {row.jaccard_min:.2f} is below "
            f"{settings.minimum_jaccard:.2f}"
        )
    return None


def _decide(
    candidates: Sequence[Candidate],
    settings: SegmentationSettings,
    previous_k: int | None,
) -> tuple[int, str]:
    largest = candidates[-1].k
    if settings.fixed_k is not None:
        k = min(settings.fixed_k, largest)
        limit = f", but only {k} possible" if k < settings.fixed_k else ""
        return k, f"k is fixed at {settings.fixed_k}{limit}"
    if largest == 1:
        return 1, "no other k was tried"
    one, two = candidates[0], candidates[1]
    if not _leads(two, one, errors=1) and not any(
        _leads(row, one, errors=HIDDEN_LEAD)
        and _is_shared(row, settings)
        and _is_stable(row, settings)
        for row in candidates[2:]
    ):
        return 1, (
            f"no structure: gap(1) {one.gap:.3f} reaches gap(2) {two.gap:.3f}"
            f" - s(2) {two.gap_standard_error:.3f}"
        )
    return _decide_structured(candidates, settings, previous_k)


def _decide_structured(
    candidates: Sequence[Candidate],
    settings: SegmentationSettings,
    previous_k: int | None,
) -> tuple[int, str]:
    shared = [row for row in candidates[1:] if _is_shared(row, settings)]
    if not shared:
        return 1, f"every k from 2 has a segment below {settings.minimum_share:.1%}"
    stable = [row for row in shared if _is_stable(row, settings)]
    whole = [row for row in stable if not _splits(row, stable)]
    if whole:
        best = whole[-1]
        for row in whole[:-1]:
            if row.k == previous_k and not _leads(best, row, errors=CLEAR_LEAD):
                return row.k, (
                    f"as many as before, weakest Jaccard {row.jaccard_min:.2f}: "
                    f"{best.k} are stable too, but do not lead clearly"
                )
        return best.k, (
            f"largest stable k, weakest Jaccard {best.jaccard_min:.2f}, "
            f"smallest segment {best.smallest_share:.1%}"
        )
    best = max(shared, key=lambda row: (_or_worst(row.silhouette), -row.k))
    return best.k, (
        f"no k is stable (weakest Jaccard at least {settings.minimum_jaccard:.2f}), "
        f"so the best silhouette, {best.silhouette:.2f}"
    )


def _verdict(
    row: Candidate, candidates: Sequence[Candidate], settings: SegmentationSettings
) -> str:
    if row.k == 1:
        return "the gap statistic sees structure"
    flaw = _flaw(row, settings)
    if flaw:
        return flaw
    stable = [
        other
        for other in candidates[1:]
        if _is_shared(other, settings) and _is_stable(other, settings)
    ]
    if _splits(row, stable):
        return f"splits what hangs together: gap {row.gap:.3f} falls behind a smaller k"
    return f"stable: weakest Jaccard {row.jaccard_min:.2f}"


def _leads(row: Candidate, other: Candidate, *, errors: float) -> bool:
    return row.gap - errors * row.gap_standard_error > other.gap


def _splits(row: Candidate, stable: Sequence[Candidate]) -> bool:
    """Whether a smaller k explains so much more that this one splits its groups."""
    return any(
        _leads(smaller, row, errors=CLEAR_LEAD)
        for smaller in stable
        if smaller.k < row.k
    )


def _is_shared(row: Candidate, settings: SegmentationSettings) -> bool:
    return row.smallest_share >= settings.minimum_share


def _is_stable(row: Candidate, settings: SegmentationSettings) -> bool:
    return row.jaccard_min >= settings.minimum_jaccard


def _or_worst(silhouette: float) -> float:
    return -1.0 if math.isnan(silhouette) else silhouette
