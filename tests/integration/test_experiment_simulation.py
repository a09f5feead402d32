"""Experiments are wrong as often as they say, with few buyers at skewed prices.

The shop is that of benchmarks/experiment_simulation.py, which does more runs.
"""

from __future__ import annotations

import numpy as np
import pytest
from experiment_simulation import (
    coverage,
    false_alarms,
    peeking,
    quantile_coverage,
)

CUSTOMERS = 5_000


@pytest.fixture
def rng():
    return np.random.default_rng(20250124)


def test_equal_arms_are_told_apart_in_one_of_twenty(rng):
    for told in false_alarms(rng, runs=10_000, customers=CUSTOMERS):
        assert told.share == pytest.approx(0.05, abs=0.01), told


def test_intervals_hold_the_truth(rng):
    for told in coverage(rng, runs=5_000, customers=CUSTOMERS):
        assert told.share == pytest.approx(0.95, abs=0.01), told


def test_ten_looks_fool_fixed_intervals_only(rng):
    for told in peeking(rng, runs=2_000, customers=CUSTOMERS):
        if told.method.endswith("fixed"):
            assert told.share > 0.15, told
        else:
            assert told.share <= 0.05, told


def test_intervals_of_quantiles_hold_the_truth(rng):
    # With a thousand customers the bootstrap is a little too careful.
    for told in quantile_coverage(rng, runs=2_000, customers=1_000):
        assert 0.94 <= told.share <= 0.97, told
