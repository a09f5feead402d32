"""How many anomalies there are, where it is known how many were planted."""

from __future__ import annotations

import numpy as np
import pytest

from habitue.anomalies.contamination import estimate_contamination, reached_by
from habitue.anomalies.isolation import fit_forest, isolation_scores

FEATURES = 10


def world(kind, rows, rng):
    values = rng.normal(size=(rows, FEATURES))
    if kind == "personas":
        values += rng.normal(0, 1.6, (6, FEATURES))[rng.integers(6, size=rows)]
    return np.log1p(np.exp(values)) if kind == "lognormal" else values


def plant(values, share, rng):
    wild = rng.choice(len(values), round(share * len(values)), replace=False)
    for row in wild:
        chosen = rng.choice(FEATURES, 3, replace=False)
        values[row, chosen] += values.std() * rng.uniform(4, 7, 3)
    return values, wild


def estimated(kind, share, *, seed, rows=2000):
    rng = np.random.default_rng(seed)
    values, _ = plant(world(kind, rows, rng), share, rng)
    scores = isolation_scores(fit_forest(values, seed=seed), values)
    return estimate_contamination(scores, seed=seed, draws=10)


@pytest.mark.parametrize("kind", ["normal", "personas", "lognormal"])
def test_where_nothing_was_planted_nothing_is_found(kind):
    for seed in range(2):
        found = estimated(kind, 0.0, seed=seed)
        assert found.share == 0
        assert found.threshold == np.inf
        assert found.high < 0.02


@pytest.mark.parametrize(
    ("share", "least", "most"), [(0.01, 0.005, 0.022), (0.05, 0.04, 0.056)]
)
def test_planted_shares_are_found(share, least, most):
    found = [estimated("personas", share, seed=seed) for seed in range(2)]
    for one in found:
        assert least <= one.share <= most
        assert one.low <= one.share <= one.high
        assert 0 <= one.ordinary_share < 0.5


@pytest.mark.parametrize("size", [60, 400, 5000])
def test_chance_is_rarely_taken_for_anomalies(size):
    rng = np.random.default_rng(4)
    draws = 60
    found = [
        estimate_contamination(np.exp(rng.normal(0, 0.3, size)), seed=1, draws=0).share
        for _ in range(draws)
    ]
    # 5 % are expected at most; 6 of 60 are beyond three standard errors of that.
    assert sum(share > 0 for share in found) <= 6


def test_as_many_rows_as_estimated_reach_the_threshold():
    rng = np.random.default_rng(5)
    scores = np.concatenate([rng.normal(size=2000), rng.normal(12, 0.1, 40)])
    found = estimate_contamination(scores, seed=1)
    assert found.share == pytest.approx(40 / 2040, abs=0.008)
    assert (scores >= found.threshold).sum() == round(found.share * 2040)


@pytest.mark.parametrize(
    "scores",
    [np.zeros(0), np.ones(1), np.arange(29.0), np.full(500, 0.4)],
    ids=["none", "one", "few", "constant"],
)
def test_where_nothing_can_be_estimated_there_are_none(scores):
    found = estimate_contamination(scores, seed=1)
    assert found.share == 0
    assert found.threshold == np.inf


def test_the_same_scores_give_the_same_estimate():
    scores = np.random.default_rng(6).lognormal(size=800)
    first, second = (estimate_contamination(scores, seed=2) for _ in range(2))
    assert first == second
    assert estimate_contamination(scores[::-1], seed=2).share == first.share


@pytest.mark.parametrize(
    ("scores", "count", "least"),
    [
        ([1, 2, 3, 4], 2, 3),
        ([1, 1, 1, 2], 2, 1),
        ([1, 1, 1, 1, 1, 2], 2, 2),
        ([1, 1, 1, 1, 1], 2, np.inf),
        ([1.0], 10, 1),
    ],
    ids=["no ties", "few", "many", "nothing but", "fewer than asked for"],
)
def test_a_tie_does_not_double_who_reaches_a_score(scores, count, least):
    assert reached_by(np.array(scores, dtype=float), count) == least


def test_a_build_of_few_different_rows_flags_few():
    rng = np.random.default_rng(3)
    values = rng.integers(0, 2, size=(3000, 3)).astype(float)
    scores = isolation_scores(fit_forest(values, seed=1), values)
    found = estimate_contamination(scores, seed=1)
    assert (scores >= found.threshold).mean() <= 2 * found.share + 1e-9
