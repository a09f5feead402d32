"""How many segments: what the rule must answer where the answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris, make_blobs

from habitue.clustering import SegmentationSettings, evaluate_candidates
from habitue.clustering.indices import silhouette

QUICK = SegmentationSettings(
    max_k=3, bootstraps=2, references=10, n_init=2, compared=("k-means",)
)


def k_means(evidence: pd.DataFrame) -> pd.DataFrame:
    return evidence[evidence["algorithm"] == "k-means"]


def chosen(evidence: pd.DataFrame) -> pd.Series:
    rows = evidence[evidence["is_chosen"]]
    assert len(rows) == 1
    return rows.iloc[0]


def test_four_blobs_give_four_where_the_silhouette_says_two():
    values, _ = make_blobs(
        500, centers=4, cluster_std=1, center_box=(-10, 10), random_state=1
    )

    evidence = evaluate_candidates(values, settings=SegmentationSettings())

    ours = k_means(evidence)
    assert ours.loc[ours["silhouette"].idxmax(), "k"] == 2
    assert ours.loc[ours["is_elbow"], "k"].tolist() == [2]
    assert chosen(evidence)["k"] == 4
    assert "largest stable k" in chosen(evidence)["reason"]


def test_silhouettes_of_the_four_blobs_are_the_published_ones():
    """scikit-learn's example page: KMeans(k, random_state=10) of these blobs."""
    values, _ = make_blobs(
        500, centers=4, cluster_std=1, center_box=(-10, 10), random_state=1
    )
    published = [0.7049787496, 0.5882004012, 0.6505186633, 0.5614643626, 0.4857596147]
    for k, figure in zip(range(2, 7), published, strict=True):
        labels = KMeans(k, random_state=10).fit(values).labels_
        found = silhouette(values, labels, size=500, rng=np.random.default_rng(0))
        assert found == pytest.approx(figure, abs=1e-9)


@pytest.mark.parametrize(
    ("k", "inertia", "width"), [(2, 152.348, 0.6810), (3, 78.8514, 0.5528)]
)
def test_iris_has_the_known_inertia_and_silhouette(k, inertia, width):
    settings = SegmentationSettings(max_k=3, bootstraps=2, references=2, compared=())

    evidence = evaluate_candidates(load_iris().data, settings=settings)

    row = evidence.set_index("k").loc[k]
    assert row["inertia"] == pytest.approx(inertia, abs=0.001)
    assert row["silhouette"] == pytest.approx(width, abs=0.0001)


@pytest.mark.parametrize("n_features", [2, 5])
def test_uniform_noise_has_no_structure(n_features):
    verdicts = []
    for seed in range(10):
        noise = np.random.default_rng(seed).uniform(size=(300, n_features))
        row = chosen(evaluate_candidates(noise, settings=QUICK))
        verdicts.append(row["k"] == 1 and "no structure" in row["reason"])
    assert sum(verdicts) >= 9


def test_one_candidate_is_measured_the_same_whatever_the_largest_is():
    table = np.random.default_rng(5).normal(size=(120, 3))
    few = evaluate_candidates(table, settings=QUICK).set_index("k")
    more = evaluate_candidates(
        table,
        settings=SegmentationSettings(
            max_k=4, bootstraps=2, references=2, n_init=2, compared=()
        ),
    ).set_index("k")

    columns = ["inertia", "silhouette", "jaccard_min", "smallest_share"]
    pd.testing.assert_frame_equal(few.loc[:3, columns], more.loc[:3, columns])


def test_inertia_of_one_segment_is_the_total_sum_of_squares():
    evidence = evaluate_candidates(np.array([[0.0], [1.0], [5.0]]), settings=QUICK)
    # Mean 2, squares 4 + 1 + 9.
    assert evidence.loc[0, "inertia"] == pytest.approx(14)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.empty((0, 2)), "no customers"),
        (np.array([[1.0, 2.0]]), "one customer"),
        (np.zeros((9, 2)), "no feature varies"),
    ],
)
def test_nothing_to_choose_is_one_row_that_says_so(values, reason):
    evidence = evaluate_candidates(values, settings=QUICK)

    assert evidence["k"].tolist() == [1]
    assert reason in chosen(evidence)["reason"]


def test_candidates_beyond_the_distinct_customers_are_not_tried():
    twins = np.repeat([[0.0, 0.0], [9.0, 9.0]], 20, axis=0)

    evidence = evaluate_candidates(twins, settings=SegmentationSettings())

    assert k_means(evidence)["k"].tolist() == [1, 2]
    assert chosen(evidence)["k"] == 2
    assert "only 2 distinct customers" in chosen(evidence)["reason"]
    assert np.isfinite(k_means(evidence)["gap"]).all()


def test_a_fixed_k_wins_and_is_measured_beyond_the_largest():
    noise = np.random.default_rng(0).uniform(size=(60, 2))
    settings = SegmentationSettings(
        max_k=2, fixed_k=4, bootstraps=2, references=2, compared=()
    )

    row = chosen(evaluate_candidates(noise, settings=settings))

    assert row["k"] == 4
    assert "fixed at 4" in row["reason"]


def test_a_fixed_k_beyond_the_distinct_customers_takes_what_is_there():
    values = np.array([[0.0], [1.0], [9.0]])
    settings = SegmentationSettings(fixed_k=5, bootstraps=2, references=2, compared=())

    row = chosen(evaluate_candidates(values, settings=settings))

    assert row["k"] == 3
    assert "fixed at 5, but only 3 possible" in row["reason"]


@pytest.mark.parametrize(
    "wrong", [{"max_k": 0}, {"minimum_share": 1.0}, {"fixed_k": 0}, {"bootstraps": 0}]
)
def test_settings_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SegmentationSettings(**wrong)


def test_many_small_groups_are_seen_though_the_first_split_gains_little():
    """Twelve groups on the axes of twelve dimensions: no split in two helps much."""
    rng = np.random.default_rng(2)
    truth = np.repeat(np.arange(12), 12)
    values = 6 * np.eye(12)[truth] + rng.normal(0, 1, (144, 12))
    settings = SegmentationSettings(max_k=12, bootstraps=5, references=5, compared=())

    evidence = evaluate_candidates(values, settings=settings)

    assert chosen(evidence)["k"] == 12
