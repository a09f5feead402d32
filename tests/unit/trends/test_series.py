"""What is said of series that nothing can be fitted to."""

import numpy as np
import pytest

from habitue.trends.series import filled, read_series, what_is_missing, without_closures

MONDAY = np.datetime64("2024-01-01")


def days(count):
    return MONDAY + np.arange(count)


def series_of(values, grain="day", bases=None):
    values = np.asarray(values, dtype=float)
    dates = MONDAY + np.arange(len(values)) * (7 if grain == "week" else 1)
    return read_series(grain, dates, values, bases)[0]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ([], "no value"),
        ([np.nan] * 30, "no value"),
        ([np.inf] * 30, "no value"),
        ([0.0] * 30, "only zeros"),
        ([7.0] * 30, "constant"),
        ([5.0], "constant"),
        (np.arange(20.0), "too short: 20 of at least 21 days"),
        (
            [1.0, np.nan, 2.0] * 10,
            None,
        ),
        (
            [1.0, np.nan, np.nan] * 10 + [2.0],
            "too many gaps: 11 of 31 days have a value",
        ),
        ([0.0, 0.0, 3.0] * 10, "mostly zero: 20 of 30 days"),
        (np.arange(30.0), None),
    ],
)
def test_a_series_that_cannot_be_fitted_says_why(values, status):
    if status is None and np.isnan(values).any():
        status = "too many gaps: 20 of 30 days have a value"
        values = [*values[:-1], 2.0]
        assert np.isnan(values).sum() == 10
    assert what_is_missing(series_of(values)) == status


def test_weeks_have_a_limit_of_their_own():
    assert what_is_missing(series_of(np.arange(11.0), "week")) == (
        "too short: 11 of at least 12 weeks"
    )
    assert what_is_missing(series_of(np.arange(12.0), "week")) is None


def test_a_share_of_hardly_anybody_is_no_series():
    values = np.linspace(0.1, 0.9, 30)
    bases = np.full(30, 20.0)
    assert what_is_missing(series_of(values, bases=bases)) is None
    bases[:4] = 4
    assert what_is_missing(series_of(values, bases=bases)) == (
        "a share of too few: 4 of 30 days have fewer than 5"
    )


def test_infinite_values_are_left_out_and_told():
    values = np.arange(30.0)
    values[3] = np.inf
    series, note = read_series("day", days(30), values)
    assert note == "1 infinite values are left out"
    assert np.isnan(series.values[3])


def test_dates_that_are_missing_come_back_as_gaps_and_ends_without_values_go():
    dates, values = days(10), np.arange(10.0)
    values[:2] = np.nan
    keep = np.array([0, 1, 2, 3, 6, 9])
    series, _ = read_series("day", dates[keep][::-1], values[keep][::-1])
    assert series.dates[0] == dates[2]
    assert series.dates[-1] == dates[9]
    np.testing.assert_array_equal(
        series.values, [2, 3, np.nan, np.nan, 6, np.nan, np.nan, 9]
    )


def test_a_date_that_is_there_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        read_series("day", np.repeat(days(2), 2), np.arange(4.0))


def test_gaps_are_filled_with_the_day_of_the_week_and_never_beyond_what_was():
    week = np.array([10.0, 10, 10, 10, 10, 40, 0])
    values = np.tile(week, 6)
    values[19:21] = np.nan  # A Saturday and a Sunday.
    np.testing.assert_allclose(filled(values, 7)[19:21], [40, 0], atol=1e-9)
    assert filled(values, 7).min() >= 0


def test_closed_spells_are_set_apart_and_closed_sundays_are_not():
    rng = np.random.default_rng(1)
    values = rng.poisson(30, 371).astype(float)
    values[6::7] = 0
    christmas = values.copy()
    christmas[200:212] = 0
    assert not np.isnan(without_closures(values)).any()
    assert (
        np.flatnonzero(np.isnan(without_closures(christmas))).tolist()
        == [*range(200, 212)]
        or np.isnan(without_closures(christmas)[200:212]).all()
    )
    # Of few orders a day, three days without one are chance.
    assert not np.isnan(without_closures(rng.poisson(1.2, 700).astype(float))).any()
