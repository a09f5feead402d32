"""What is flagged: planted days, and how often noise is."""

import numpy as np
import pytest
from scipy import stats

from habitue.trends.analysis import analyse
from habitue.trends.anomalies import fences_of
from habitue.trends.series import Series

MONDAY = np.datetime64("2023-01-02")


def series_of(values, grain="day"):
    dates = MONDAY + np.arange(len(values)) * (7 if grain == "week" else 1)
    return Series(grain, dates, np.asarray(values, dtype=float))


def week(count):
    return np.tile([1.0, 0.95, 0.95, 1.0, 1.1, 1.3, 0.7], count // 7 + 1)[:count]


def test_normal_residuals_have_the_fence_of_bonferroni():
    residuals = np.random.default_rng(1).normal(0, 3, 20_000)
    fences = fences_of(residuals)
    expected = stats.norm.isf(0.05 / 40_000)
    assert fences.low == pytest.approx(expected)
    assert fences.high == pytest.approx(expected)
    assert fences.spread == pytest.approx(3, rel=0.03)


def test_a_heavy_tail_widens_its_own_side_alone():
    rng = np.random.default_rng(2)
    residuals = np.abs(rng.standard_t(2.5, 4000)) * np.sign(rng.normal(size=4000))
    residuals[residuals < 0] = -np.abs(rng.normal(0, 1.13, (residuals < 0).sum()))
    fences = fences_of(residuals)
    assert fences.high > fences.low
    assert fences.high <= 8


@pytest.mark.parametrize("seed", range(3))
def test_planted_days_are_found_and_no_others(seed):
    rng = np.random.default_rng(seed)
    level = 120 * week(729) * (1 + 0.15 * np.cos(2 * np.pi * np.arange(729) / 365.25))
    level[450:] *= 1.5
    planted = {50: 2.2, 130: 0.3, 260: 3.0, 444: 2.0, 455: 0.4, 700: 2.5}
    for day, factor in planted.items():
        level[day] *= factor
    found = analyse(series_of(rng.poisson(level)))
    flagged = set(np.flatnonzero(found.expectation.is_anomaly).tolist())
    assert set(planted) <= flagged
    assert len(flagged - set(planted)) <= 1
    scores = found.expectation.scores
    assert all((scores[day] > 0) == (factor > 1) for day, factor in planted.items())
    assert [abs(one.place - 450) <= 3 for one in found.shifts] == [True]


@pytest.mark.parametrize("count", [60])
def test_noise_is_hardly_ever_flagged(count):
    draws = {
        "normal": lambda rng: 200 + rng.normal(0, 20, count),
        "counts": lambda rng: rng.poisson(100 * week(count)),
        "small counts": lambda rng: rng.poisson(5, count),
    }
    for name, draw in draws.items():
        false = sum(
            bool(
                analyse(
                    series_of(draw(np.random.default_rng(seed)))
                ).expectation.is_anomaly.any()
            )
            for seed in range(20)
        )
        assert false <= 4, name  # 5 % are promised: of 20, more than 4 is no chance.


def test_the_range_is_where_the_flag_turns():
    rng = np.random.default_rng(5)
    values = rng.poisson(80 * week(200)).astype(float)
    values[100] = 400
    found = analyse(series_of(values)).expectation
    outside = (values < found.low) | (values > found.high)
    np.testing.assert_array_equal(outside, found.is_anomaly)


def test_nothing_is_no_surprise_on_a_day_that_always_has_nothing():
    """A season of the closed day that runs below zero, where no number can follow."""
    rng = np.random.default_rng(6)
    trend = np.concatenate([np.full(200, 60.0), np.linspace(60, 5, 100)])
    open_days = np.tile([1.0, 1, 1, 1, 1, 0, 1], 43)[:300]
    values = rng.poisson(trend * open_days).astype(float)
    found = analyse(series_of(values)).expectation
    assert not found.is_anomaly[open_days == 0].any()
    outside = (values < found.low) | (values > found.high)
    np.testing.assert_array_equal(outside, found.is_anomaly)


def test_a_closed_shop_is_an_anomaly_and_no_level_shift():
    rng = np.random.default_rng(6)
    values = rng.poisson(60 * week(400)).astype(float)
    values[200:211] = 0
    found = analyse(series_of(values))
    assert found.expectation.is_anomaly[200:211].all()
    assert found.expectation.is_anomaly.sum() <= 12
    assert found.shifts == []


def test_gaps_are_no_anomalies():
    rng = np.random.default_rng(7)
    values = rng.poisson(60, 120).astype(float)
    values[40:50] = np.nan
    found = analyse(series_of(values)).expectation
    assert not found.is_anomaly[40:50].any()
    assert np.isfinite(found.low).all()


def test_negative_revenue_is_no_trouble():
    rng = np.random.default_rng(8)
    values = rng.normal(10, 30, 150)
    values[70] = -500
    found = analyse(series_of(values))
    assert found.expectation.is_anomaly[70]
    assert found.expectation.low.min() < 0


def test_a_share_stays_a_share():
    rng = np.random.default_rng(9)
    values = np.clip(rng.normal(0.2, 0.03, 150), 0, 1)
    found = analyse(series_of(values), is_ratio=True)
    assert found.scale == "none"
