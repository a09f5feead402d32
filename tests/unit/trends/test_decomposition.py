"""Trend and seasons against published figures and planted ones."""

import numpy as np
import pytest
from statsmodels.datasets import co2
from statsmodels.tsa.seasonal import STL

from habitue.trends.decomposition import (
    decompose,
    decompose_calendar,
    leverage_of,
    seasonal_strength,
    trend_strength,
    yearly_season,
)


def test_stl_of_co2_is_the_published_one():
    """Reference ts-04."""
    months = co2.load_pandas().data["co2"].resample("MS").mean().ffill()
    values = months.loc["1959":"1987"].to_numpy()
    parts = decompose(values, period=12)
    assert len(values) == 348
    assert parts.trend[0] == pytest.approx(315.5525, abs=0.001)
    assert parts.trend[-1] == pytest.approx(349.9030, abs=0.001)
    assert seasonal_strength(parts.weekly, parts.remainder) == pytest.approx(
        0.9852, abs=0.001
    )
    assert trend_strength(parts) > 0.99


def test_parts_are_statsmodels_own_and_add_up():
    rng = np.random.default_rng(2)
    values = 50 + np.tile(np.arange(7.0), 20) + rng.normal(0, 1, 140)
    dates = np.datetime64("2024-01-01") + np.arange(140)
    parts = decompose_calendar(
        values, dates, grain="day", steps=np.zeros(140), has_year=False
    )
    theirs = STL(values, period=7, seasonal=13, trend=29, robust=True).fit()
    np.testing.assert_allclose(parts.trend, theirs.trend)
    np.testing.assert_allclose(parts.weekly, theirs.seasonal)
    np.testing.assert_allclose(parts.trend + parts.weekly + parts.remainder, values)


def planted_year(start, count, noise, seed=3):
    rng = np.random.default_rng(seed)
    dates = np.datetime64(start) + np.arange(count)
    years = dates.astype("datetime64[Y]")
    day = (dates - years.astype("datetime64[D]")).astype(int)
    length = (
        (years + 1).astype("datetime64[D]") - years.astype("datetime64[D]")
    ).astype(int)
    season = 15 * np.cos(2 * np.pi * (day + 0.5) / length - 1)
    return dates, season, 100 + season + rng.normal(0, noise, count)


@pytest.mark.parametrize("start", ["2023-01-01", "2023-07-01"])
def test_the_season_of_the_year_is_found_across_a_leap_day(start):
    dates, season, values = planted_year(start, 731, 5.0)
    found = yearly_season(values, dates, grain="day", steps=np.zeros(731))
    assert np.abs(found - season).max() < 2.5
    leap = int(np.flatnonzero(dates == np.datetime64("2024-02-29"))[0])
    assert np.abs(np.diff(found))[leap - 2 : leap + 2].max() < 0.5


def test_a_leap_day_moves_no_season():
    """Without noise the same day of the next year has the same season to a hair."""
    dates, season, values = planted_year("2023-01-01", 1461, 0.0)
    found = yearly_season(values, dates, grain="day", steps=np.zeros(1461))
    np.testing.assert_allclose(found, season - season.mean(), atol=0.05)


def test_waves_follow_the_year_closer_than_a_smoother_by_day_of_the_year():
    """Why two years get two waves: STL of period 365 has two points a day."""
    dates, season, values = planted_year("2022-03-01", 730, 10.0)
    waves = yearly_season(values, dates, grain="day", steps=np.zeros(730))
    smoother = STL(values, period=365, robust=False).fit().seasonal
    error, their_error = (
        np.sqrt(np.mean((one - season) ** 2)) for one in (waves, smoother)
    )
    assert error < 0.5 * their_error


def test_the_trend_jumps_with_a_level_shift_and_the_remainder_does_not():
    rng = np.random.default_rng(4)
    steps = np.where(np.arange(200) >= 100, 50.0, 0.0)
    values = 100 + steps + np.tile(np.arange(7.0), 29)[:200] + rng.normal(0, 2, 200)
    dates = np.datetime64("2024-01-01") + np.arange(200)
    parts = decompose_calendar(values, dates, grain="day", steps=steps, has_year=False)
    assert parts.trend[100] - parts.trend[99] == pytest.approx(50, abs=3)
    assert np.abs(parts.remainder[95:105]).max() < 8


def test_weeks_have_a_trend_without_a_season():
    values = np.linspace(10, 40, 30)
    dates = np.datetime64("2024-01-01") + 7 * np.arange(30)
    parts = decompose_calendar(
        values, dates, grain="week", steps=np.zeros(30), has_year=False
    )
    np.testing.assert_allclose(parts.trend, values, atol=1e-6)
    assert not parts.weekly.any()
    assert not parts.yearly.any()


def test_fewer_than_two_seasons_are_refused():
    with pytest.raises(ValueError, match="fewer than 2 seasons"):
        decompose(np.arange(10.0), period=7)


def test_a_longer_series_gives_less_of_its_noise_to_the_fit():
    assert (
        0 < leverage_of(729, "day") < leverage_of(120, "day") < leverage_of(42, "day")
    )
    assert leverage_of(42, "day") <= 0.5
