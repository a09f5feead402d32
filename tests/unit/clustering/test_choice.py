"""The rule, case by case, on made-up measurements."""

from __future__ import annotations

import math

import pytest

from habitue.clustering.choice import Candidate, choose_density, choose_k
from habitue.clustering.settings import SegmentationSettings

SETTINGS = SegmentationSettings()


def candidate(k, *, gap=1.0, jaccard=0.9, share=0.2, silhouette=0.5):
    return Candidate(
        algorithm="k-means",
        setting=f"k = {k}",
        k=k,
        inertia=1.0,
        silhouette=math.nan if k == 1 else silhouette,
        calinski_harabasz=1.0,
        davies_bouldin=1.0,
        gap=gap,
        gap_standard_error=0.1,
        jaccard_min=jaccard,
        jaccard_mean=jaccard,
        smallest_share=share,
    )


ONE = candidate(1, gap=0.5)


def test_the_largest_stable_k_is_taken_whatever_its_silhouette():
    rows = [
        ONE,
        candidate(2, silhouette=0.9),
        candidate(3, silhouette=0.1),
        candidate(4, jaccard=0.7),
    ]

    choice = choose_k(rows, settings=SETTINGS)

    assert choice.place + 1 == 3
    assert choice.reasons == (
        "the gap statistic sees structure",
        "stable: weakest Jaccard 0.90",
        "largest stable k, weakest Jaccard 0.90, smallest segment 20.0%",
        "not stable: weakest Jaccard 0.70 is below 0.75",
    )


def test_a_segment_too_small_rules_a_k_out():
    choice = choose_k([ONE, candidate(2), candidate(3, share=0.029)], settings=SETTINGS)

    assert choice.place + 1 == 2
    assert choice.reasons[2] == "smallest segment 2.9% is below 3.0%"


def test_thresholds_are_included():
    rows = [ONE, candidate(2), candidate(3, share=0.03, jaccard=0.75)]

    assert choose_k(rows, settings=SETTINGS).place == 2


def test_where_none_is_stable_the_best_silhouette_of_fair_shares_wins():
    rows = [
        ONE,
        candidate(2, jaccard=0.5, silhouette=0.2),
        candidate(3, jaccard=0.5, silhouette=0.4),
        candidate(4, jaccard=0.5, silhouette=0.4),
        candidate(5, jaccard=0.5, silhouette=0.9, share=0.01),
    ]

    choice = choose_k(rows, settings=SETTINGS)

    assert choice.place + 1 == 3
    assert "no k is stable" in choice.reasons[2]


def test_where_no_share_is_fair_one_segment_is_left():
    choice = choose_k([ONE, candidate(2, share=0.01)], settings=SETTINGS)

    assert choice.place + 1 == 1
    assert "below 3.0%" in choice.reasons[0]


# gap(1) = .5 and s = .1: two leads from above .6 on, a later k from above 1 on.
@pytest.mark.parametrize(
    ("second", "third", "is_stable", "k"),
    [
        (0.59, 0.5, True, 1),
        (0.61, 0.5, True, 3),
        (0.5, 0.99, True, 1),
        (0.5, 1.01, True, 3),
        (0.5, 1.01, False, 1),
    ],
)
def test_the_gate_opens_for_the_first_split_or_a_far_stable_lead(
    second, third, is_stable, k
):
    rows = [
        ONE,
        candidate(2, gap=second),
        candidate(3, gap=third, jaccard=0.9 if is_stable else 0.7),
    ]

    choice = choose_k(rows, settings=SETTINGS)

    assert choice.place + 1 == k
    assert ("no structure" in choice.reasons[0]) == (k == 1)


def test_a_fixed_k_needs_no_reason_but_itself():
    settings = SegmentationSettings(fixed_k=2)
    rows = [candidate(1, gap=9), candidate(2, jaccard=0, share=0), candidate(3)]

    choice = choose_k(rows, settings=settings)

    assert choice.place + 1 == 2
    assert choice.reasons[1] == "k is fixed at 2"


def test_a_single_candidate_is_chosen():
    assert choose_k([ONE], settings=SETTINGS).reasons == ("no other k was tried",)


def test_halves_of_a_tight_group_are_not_segments():
    """Stable by chance, but far behind in gap: two groups stay two."""
    rows = [
        candidate(1, gap=-0.7),
        candidate(2, gap=1.85),
        candidate(3, gap=1.4, jaccard=0.6),
        candidate(4, gap=1.3),
    ]
    choice = choose_k(rows, settings=SegmentationSettings())
    assert choice.place + 1 == 2
    assert "splits what hangs together" in choice.reasons[3]
    assert choice.reasons[2].startswith("not stable")


def test_a_gap_within_the_noise_of_a_smaller_k_is_no_objection():
    rows = [candidate(1, gap=0.1), candidate(2, gap=1.0), candidate(3, gap=0.98)]
    assert choose_k(rows, settings=SegmentationSettings()).place == 2


def test_as_many_as_before_unless_more_lead_clearly():
    rows = [
        ONE,
        candidate(2, gap=1.2),
        candidate(3, gap=1.3),
        candidate(4, gap=1.5),
    ]

    kept = choose_k(rows, settings=SETTINGS, previous_k=3)
    assert kept.place + 1 == 3
    assert kept.reasons[2] == (
        "as many as before, weakest Jaccard 0.90: 4 are stable too, but do not lead "
        "clearly"
    )
    # 1.7 - 3 x 0.1 is above 1.3.
    clear = [*rows[:3], candidate(4, gap=1.7)]
    assert choose_k(clear, settings=SETTINGS, previous_k=3).place + 1 == 4


def test_as_many_as_before_must_still_be_sound():
    rows = [ONE, candidate(2, gap=1.2), candidate(3, jaccard=0.7), candidate(4)]
    assert choose_k(rows, settings=SETTINGS, previous_k=3).place + 1 == 4
    assert choose_k(rows, settings=SETTINGS, previous_k=9).place + 1 == 4
    fewer = [ONE, candidate(2, gap=1.2), candidate(3, jaccard=0.7)]
    assert choose_k(fewer, settings=SETTINGS, previous_k=3).place + 1 == 2


def region(k, *, jaccard=0.9, share=0.2, noise=0.1):
    return Candidate(
        algorithm="DBSCAN",
        setting="eps 1",
        k=k,
        jaccard_min=jaccard,
        smallest_share=share,
        noise_share=noise,
    )


def test_of_stable_densities_the_one_with_most_clusters_and_least_noise_wins():
    rows = [
        region(2),
        region(3, noise=0.3),
        region(3, noise=0.2),
        region(4, jaccard=0.7),
        region(5, share=0.02),
        region(6, noise=0.6),
    ]

    choice = choose_density(rows, settings=SETTINGS)

    assert choice.place == 2
    assert choice.reasons == (
        "stable, but not the best",
        "stable, but not the best",
        "most clusters that are stable, weakest Jaccard 0.90, noise 20.0%",
        "not stable: weakest Jaccard 0.70 is below 0.75",
        "smallest segment 2.0% is below 3.0%",
        "noise 60.0% is more than 50%",
    )


def test_one_dense_region_or_none_is_no_structure():
    choice = choose_density([region(1), region(0)], settings=SETTINGS)

    assert choice.place is None
    assert choice.reasons == ("no structure: one dense region", "no dense region")
