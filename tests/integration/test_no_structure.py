"""Noise is told as noise, by the rule as a whole and as it is set by default.

No dbt is run. It is here as forty rounds of evidence take too long for a unit test;
benchmarks/no_structure.py does a hundred seeds and other kinds of noise.
"""

from __future__ import annotations

import numpy as np
import pytest

from habitue.clustering import SegmentationSettings, evaluate_candidates

SEEDS = 20
# 95 of 100.
LEAST = 19


@pytest.mark.parametrize("n_features", [2, 5])
def test_uniform_noise_is_no_structure(n_features):
    settings = SegmentationSettings(compared=("k-means",))
    told = []
    for seed in range(SEEDS):
        values = np.random.default_rng(seed).uniform(size=(500, n_features))
        evidence = evaluate_candidates(values, settings=settings)
        [row] = evidence[evidence["is_chosen"]].to_dict("records")
        told.append(row["k"] == 1 and "no structure" in row["reason"])
    assert sum(told) >= LEAST
