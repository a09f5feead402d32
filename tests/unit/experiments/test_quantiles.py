"""Quantiles without resampling equal a plain bootstrap."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest

from habitue.experiments import TOLD, Ranks, compare_quantiles, why_not_quantiles
from habitue.experiments.effects import NO_CONTROL, NO_SPREAD, NO_TREATMENT
from habitue.experiments.quantiles import TOO_FEW_BEYOND


def kept(values, quantile=None):
    """The ranks that the warehouse keeps of one arm; all without a quantile."""
    values, n = np.sort(np.asarray(values, float)), len(values)
    ranks = np.arange(1, n + 1)
    if quantile is not None:
        reach = 6 * math.sqrt(n * quantile * (1 - quantile)) + 2
        ranks = ranks[np.abs(ranks - n * quantile) <= reach]
    frame = {"customer_count": n, "value_rank": ranks, "value": values[ranks - 1]}
    return Ranks.of(pd.DataFrame(frame).sample(frac=1, random_state=1))


def _plain_bootstrap(values, quantile, rng, draws):
    rank = math.ceil(quantile * len(values))
    chosen = rng.integers(0, len(values), (draws, len(values)))
    return np.partition(values[chosen], rank - 1, axis=1)[:, rank - 1]


@pytest.mark.parametrize("quantile", [0.5, 0.9])
def test_intervals_equal_a_plain_bootstrap(quantile):
    rng = np.random.default_rng(8)
    control, treatment = rng.lognormal(1, 1, 400), rng.lognormal(1.1, 1, 300)
    found = compare_quantiles(
        [kept(control, quantile)], [kept(treatment, quantile)], quantile=quantile
    )
    first, second = (
        _plain_bootstrap(arm, quantile, rng, 40_000) for arm in (control, treatment)
    )
    difference, ratio = second - first, second / first - 1
    assert found.standard_error[0] == pytest.approx(difference.std(), rel=0.02)
    assert found.relative_standard_error[0] == pytest.approx(
        np.log1p(ratio).std(), rel=0.02
    )
    limits = (found.low, found.high), (found.relative_low, found.relative_high)
    for drawn, (low, high) in zip((difference, ratio), limits, strict=True):
        # A limit is one of the values that can be: the chance of just it lies between.
        assert (drawn < low - 1e-9).mean() < 0.028
        assert (drawn <= low + 1e-9).mean() > 0.022
        assert (drawn > high + 1e-9).mean() < 0.028
        assert (drawn >= high - 1e-9).mean() > 0.022
    p_value = 2 * min((difference <= 0).mean(), (difference >= 0).mean())
    assert found.p_value[0] == pytest.approx(p_value, abs=0.01)


def test_the_value_is_the_smallest_that_enough_do_not_exceed():
    values = np.arange(1.0, 101)
    for quantile in (0.1, 0.29, 0.5, 0.57, 0.9):
        found = compare_quantiles([kept(values)], [kept(values * 3)], quantile=quantile)
        expected = np.quantile(values, quantile, method="inverted_cdf")
        assert found.control_value[0] == expected
        assert found.value[0] == 3 * expected
        assert found.relative_difference[0] == pytest.approx(2)


def test_ranks_far_from_the_quantile_do_not_matter():
    rng = np.random.default_rng(1)
    arms = rng.lognormal(1, 1, (2, 5000))
    all_of_them = compare_quantiles(*([kept(arm)] for arm in arms), quantile=0.8)
    enough = compare_quantiles(*([kept(arm, 0.8)] for arm in arms), quantile=0.8)
    for mine, theirs in zip(all_of_them, enough, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-6, nan_ok=True)


def test_comparisons_stand_side_by_side():
    rng = np.random.default_rng(2)
    arms = [kept(rng.lognormal(1, 1, 200)) for _ in range(4)]
    together = compare_quantiles(arms[:2], arms[2:], quantile=0.5)
    alone = compare_quantiles(arms[1:2], arms[3:], quantile=0.5)
    assert together.p_value.shape == (2,)
    assert together.low[1] == alone.low[0]


def test_the_same_value_for_many_is_no_difference():
    zeros = np.concatenate([np.zeros(300), np.arange(1.0, 301)])
    found = compare_quantiles([kept(zeros)], [kept(zeros)], quantile=0.5)
    assert found.low[0] <= 0 <= found.high[0]
    assert found.p_value[0] == 1
    assert np.isnan(found.relative_low[0])


def test_the_p_value_agrees_with_the_interval():
    rng = np.random.default_rng(4)
    for shift in np.linspace(0, 0.8, 40):
        arms = np.round(rng.gamma(2, 2, (2, 150)) * [[1], [1 + shift]], 1)
        found = compare_quantiles(*([kept(arm)] for arm in arms), quantile=0.5)
        is_apart = found.low[0] > 0 or found.high[0] < 0
        assert is_apart == (found.p_value[0] < 0.05)


FINE = kept(np.arange(1.0, 101))
EMPTY = kept([])


@pytest.mark.parametrize(
    ("control", "treatment", "reason"),
    [
        (FINE, FINE, TOLD),
        (EMPTY, FINE, NO_CONTROL),
        (FINE, EMPTY, NO_TREATMENT),
        (FINE, kept([1.0, 2.0]), TOO_FEW_BEYOND),
        (kept(np.full(50, 3.0)), kept(np.full(60, 3.0)), NO_SPREAD),
    ],
)
def test_what_cannot_be_told_says_why(control, treatment, reason):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compare_quantiles([control], [treatment], quantile=0.5)
    reasons = why_not_quantiles([control], [treatment], quantile=0.5)
    assert reasons.tolist() == [reason]
    assert np.isfinite(found.p_value[0]) == (reason == TOLD)
    assert np.isfinite(found.low[0]) == (reason == TOLD)


def test_ranks_with_gaps_are_refused():
    frame = {"customer_count": 9, "value_rank": [1, 3], "value": [1.0, 2.0]}
    with pytest.raises(ValueError, match="one by one"):
        Ranks.of(pd.DataFrame(frame))
    unknown = {"customer_count": 9, "value_rank": [1], "value": [math.nan]}
    with pytest.raises(ValueError, match="one by one"):
        Ranks.of(pd.DataFrame(unknown))
    falling = {"customer_count": 9, "value_rank": [1, 2], "value": [2.0, 1.0]}
    with pytest.raises(ValueError, match="one by one"):
        Ranks.of(pd.DataFrame(falling))


def test_ranks_that_do_not_reach_the_quantile_are_refused():
    low = kept(np.arange(1.0, 1001), 0.1)
    with pytest.raises(ValueError, match="do not reach"):
        compare_quantiles([low], [low], quantile=0.9)


@pytest.mark.parametrize("settings", [{"quantile": 1.0}, {"quantile": 0.5, "alpha": 0}])
def test_settings_that_mean_nothing(settings):
    with pytest.raises(ValueError, match="between 0 and 1"):
        compare_quantiles([FINE], [FINE], **settings)
