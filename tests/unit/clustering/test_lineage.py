"""What became of each segment, on overlaps small enough to count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from habitue.clustering.lineage import Overlap, lineage_events, overlap_of


def events(overlap, ids):
    table = lineage_events(overlap, np.array(ids))
    return [
        tuple(None if pd.isna(value) else value for value in row)
        for row in table.itertuples(index=False)
    ]


def test_overlaps_are_counted_by_pair():
    labels = np.array([0, 0, 1, 1, 1, -1])
    previous = np.array([4, 9, 9, 9, 4, 4])

    overlap = overlap_of(labels, previous, k=2, previous_ids=np.array([4, 7, 9]))

    assert overlap.counts.tolist() == [[1, 0, 1], [1, 0, 2]]
    # 1 of 2 + 2 - 1, nobody, 1 of 2 + 3 - 1; noise is in no segment of today.
    np.testing.assert_allclose(overlap.jaccard, [[1 / 3, 0, 1 / 4], [1 / 4, 0, 1 / 2]])


def test_the_first_version_is_all_births():
    assert events(None, [1, 2]) == [
        ("born", None, 1, None, None),
        ("born", None, 2, None, None),
    ]


def test_a_segment_in_two_parts_is_continued_and_split():
    overlap = Overlap(np.array([1, 2]), np.array([[60, 0], [40, 0], [0, 100]]))

    assert events(overlap, [1, 3, 2]) == [
        ("continued", 1, 1, 0.6, 0.6),
        ("split", 1, 3, 1.0, 0.4),
        ("continued", 2, 2, 1.0, 1.0),
    ]


def test_two_segments_become_one():
    overlap = Overlap(np.array([1, 2]), np.array([[60, 40]]))

    assert events(overlap, [1]) == [
        ("continued", 1, 1, 1.0, 0.6),
        ("merged", 2, 1, 1.0, 0.4),
    ]


def test_what_comes_from_everywhere_is_born_and_what_scatters_dies():
    overlap = Overlap(
        np.array([1, 2, 3, 4]),
        np.array([[90, 0, 0, 40], [0, 90, 0, 30], [0, 0, 90, 30], [9, 9, 9, 0]]),
    )

    found = events(overlap, [1, 2, 3, 5])

    assert ("born", None, 5, None, None) in found
    assert ("died", 4, None, None, None) in found


def test_a_segment_that_all_but_strays_have_left_has_died_whoever_takes_those():
    """Of 1,000 customers 9 are where segment 2 was; with 10 it would be merged."""
    [_, few] = events(Overlap(np.array([1, 2]), np.array([[991, 9]])), [1])
    [_, enough] = events(Overlap(np.array([1, 2]), np.array([[990, 10]])), [1])

    assert few == ("died", 2, None, None, None)
    assert enough[:3] == ("merged", 2, 1)


@pytest.mark.parametrize("seed", range(20))
def test_every_segment_of_either_version_has_one_event(seed):
    rng = np.random.default_rng(seed)
    before = np.arange(1, rng.integers(2, 8))
    kept = rng.choice(before, size=rng.integers(0, len(before) + 1), replace=False)
    ids = np.concatenate([kept, 100 + np.arange(rng.integers(1, 4))])
    overlap = Overlap(before, rng.integers(0, 50, (len(ids), len(before))))

    table = lineage_events(overlap, ids)

    now = table[table["event"].isin(["continued", "split", "born"])]
    gone = table[table["event"].isin(["merged", "died"])]
    assert sorted(now["segment_id"]) == sorted(ids)
    assert sorted(gone["previous_segment_id"]) == sorted(set(before) - set(kept))
