"""Segments keep their ids; ids are never used again."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from habitue.clustering import match_segments
from habitue.clustering.lineage import Overlap
from habitue.clustering.scaling import Scaler


def plain_scaler(n_features, *, names=None, **changes):
    scaler = Scaler(
        features=tuple(names or (f"f{number}" for number in range(n_features))),
        transforms=("none",) * n_features,
        fill=np.full(n_features, np.nan),
        lower=np.full(n_features, -np.inf),
        upper=np.full(n_features, np.inf),
        centre=np.zeros(n_features),
        scale=np.ones(n_features),
    )
    return scaler._replace(**changes)


def as_rows(natural, ids, *, version=1, scaler=None):
    """Centroids as table rows, scaled and natural the same by default."""
    natural = np.asarray(natural, dtype=float)
    scaler = scaler or plain_scaler(natural.shape[1])
    scaled = scaler.to_scaled(natural)
    return pd.DataFrame(
        [
            {
                "model_version": version,
                "segment_id": segment_id,
                "slot": slot,
                "feature": feature,
                "transform": scaler.transforms[column],
                "fill": scaler.fill[column],
                "lower": scaler.lower[column],
                "upper": scaler.upper[column],
                "centre": scaler.centre[column],
                "scale": scaler.scale[column],
                "scaled_value": scaled[slot - 1, column],
                "natural_value": natural[slot - 1, column],
                "fitted_share": 1 / len(natural),
            }
            for slot, segment_id in enumerate(ids, start=1)
            for column, feature in enumerate(scaler.features)
        ]
    )


CORNERS = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_permuted_centroids_keep_their_ids(order):
    ids = np.array([4, 9, 7])
    moved = CORNERS[list(order)] + 0.1

    matching = match_segments(as_rows(CORNERS, ids), moved, scaler=plain_scaler(2))

    assert matching.segment_ids.tolist() == ids[list(order)].tolist()
    np.testing.assert_allclose(matching.distances, np.sqrt(0.02))


def test_the_first_version_is_numbered_from_one():
    matching = match_segments(None, CORNERS, scaler=plain_scaler(2))

    assert matching.segment_ids.tolist() == [1, 2, 3]
    assert np.isnan(matching.distances).all()


def test_a_far_segment_gets_a_fresh_id():
    current = np.array([[5.0, 0.0], [20.0, 20.0], [0.0, 0.0]])

    matching = match_segments(
        as_rows(CORNERS, [1, 2, 3]), current, scaler=plain_scaler(2)
    )

    assert matching.segment_ids.tolist() == [2, 4, 1]


def test_the_id_of_a_dead_segment_is_never_used_again():
    history = pd.concat(
        [
            as_rows(CORNERS, [1, 2, 3], version=1),
            # Segment 3, which had the highest id, is gone in version 2 ...
            as_rows(CORNERS[:2], [1, 2], version=2),
        ]
    )

    # ... and comes back, in the very same place, in version 3.
    matching = match_segments(history, CORNERS, scaler=plain_scaler(2))

    assert matching.segment_ids.tolist() == [1, 2, 4]


def test_a_match_is_accepted_up_to_three_quarters_per_feature():
    # Two features: .75 * sqrt(2) = 1.0607.
    before = as_rows([[0.0, 0.0]], [1])
    within = match_segments(before, np.array([[1.06, 0]]), scaler=plain_scaler(2))
    beyond = match_segments(before, np.array([[1.07, 0]]), scaler=plain_scaler(2))

    assert within.segment_ids.tolist() == [1]
    assert beyond.segment_ids.tolist() == [2]


def test_a_hopeless_pair_does_not_pull_a_good_one_apart():
    # The least total of plain distances is crosswise, .9 + .7 < .1 + 1.7, which would
    # hand segment 1 to a centroid .7 away though another sits .1 from it.
    before = as_rows([[0.0], [1.0]], [1, 2])
    current = np.array([[0.1], [-0.7]])

    matching = match_segments(before, current, scaler=plain_scaler(1))

    assert matching.segment_ids.tolist() == [1, 3]


def test_previous_centroids_are_compared_in_todays_scaling():
    """Natural 10 was 0 then and is 2 now: compared as scaled, nothing would match."""
    then = plain_scaler(1, centre=np.array([10.0]))
    now = plain_scaler(1, centre=np.array([0.0]), scale=np.array([5.0]))
    before = as_rows([[10.0], [30.0]], [1, 2], scaler=then)

    matching = match_segments(before, np.array([[6.1], [2.1]]), scaler=now)

    assert matching.segment_ids.tolist() == [2, 1]
    np.testing.assert_allclose(matching.distances, [0.1, 0.1])


def test_features_on_one_side_only_are_ignored():
    before = as_rows(
        [[1.0, 50.0], [4.0, 50.0]], [1, 2], scaler=plain_scaler(2, names=["kept", "a"])
    )
    now = plain_scaler(2, names=["b", "kept"])

    matching = match_segments(before, np.array([[-90.0, 4.0], [9, 1.0]]), scaler=now)

    assert matching.segment_ids.tolist() == [2, 1]


def test_without_a_shared_feature_nothing_matches():
    before = as_rows([[1.0]], [1], scaler=plain_scaler(1, names=["old"]))

    matching = match_segments(
        before, np.array([[1.0]]), scaler=plain_scaler(1, names=["new"])
    )

    assert matching.segment_ids.tolist() == [2]


def test_a_segment_of_constants_stays_itself():
    constant = plain_scaler(1, scale=np.zeros(1))
    before = as_rows([[3.0]], [1], scaler=constant)

    matching = match_segments(before, np.zeros((1, 1)), scaler=constant)

    assert matching.segment_ids.tolist() == [1]


@settings(max_examples=40, deadline=None)
@given(
    before=arrays(float, (4, 2), elements=st.floats(-5, 5)),
    current=arrays(float, (3, 2), elements=st.floats(-5, 5)),
)
def test_the_matching_is_the_best_of_all(before, current):
    """Against every possible assignment, tried one by one."""
    limit = 0.75 * np.sqrt(2)
    cost = np.linalg.norm(current[:, None] - before[None], axis=2)
    best = min(
        sum(min(cost[row, column], limit) for row, column in enumerate(columns))
        for columns in itertools.permutations(range(4), 3)
    )

    matching = match_segments(
        as_rows(before, [1, 2, 3, 4]), current, scaler=plain_scaler(2)
    )

    assert len(set(matching.segment_ids)) == 3
    total = np.where(np.isnan(matching.distances), limit, matching.distances).sum()
    assert total == pytest.approx(best)
    assert ((matching.segment_ids > 4) == np.isnan(matching.distances)).all()


def test_customers_decide_where_centroids_would_not():
    """Both moved far, crosswise even, but their customers stayed together."""
    overlap = Overlap(np.array([1, 2]), np.array([[90, 5], [10, 95]]))
    crossed = np.array([[50.0], [0.0]])

    matching = match_segments(
        as_rows([[0.0], [50.0]], [1, 2]),
        crossed,
        scaler=plain_scaler(1),
        overlap=overlap,
    )

    assert matching.segment_ids.tolist() == [1, 2]
    np.testing.assert_allclose(matching.distances, [50, 50])


def test_of_two_equal_halves_the_nearer_one_keeps_the_id():
    overlap = Overlap(np.array([7]), np.array([[50], [50]]))

    matching = match_segments(
        as_rows([[0.0]], [7]),
        np.array([[0.4], [0.3]]),
        scaler=plain_scaler(1),
        overlap=overlap,
    )

    assert matching.segment_ids.tolist() == [8, 7]


def test_few_customers_in_common_are_no_match():
    overlap = Overlap(np.array([1]), np.array([[24], [76]]))

    matching = match_segments(
        as_rows([[0.0]], [1]),
        np.array([[0.0], [9.0]]),
        scaler=plain_scaler(1),
        overlap=overlap,
    )

    assert matching.segment_ids.tolist() == [2, 1]


def test_the_champion_is_matched_against_though_newer_versions_were_tried():
    history = pd.concat(
        [
            as_rows(CORNERS, [1, 2, 3], version=1),
            as_rows(CORNERS + 9, [4, 5, 6], version=2),
        ]
    )

    matching = match_segments(history, CORNERS, scaler=plain_scaler(2), champion=1)
    fresh = match_segments(history, CORNERS - 9, scaler=plain_scaler(2), champion=1)

    assert matching.segment_ids.tolist() == [1, 2, 3]
    assert fresh.segment_ids.tolist() == [7, 8, 9]
