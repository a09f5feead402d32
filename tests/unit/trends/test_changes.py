"""Level shifts: planted ones, and noise in which there are none."""

import numpy as np
import pytest

from habitue.trends.changes import (
    find_level_shifts,
    interval_of,
    optimal_partition,
    without_outliers,
)


def correlated(rng, count, correlation, spread=0.1):
    noise = rng.normal(0, spread * np.sqrt(1 - correlation**2), count + 100)
    for place in range(1, len(noise)):
        noise[place] += correlation * noise[place - 1]
    return noise[100:]


def naive_partition(values, least, price):
    """Every partition there is, by recursion on the last spell."""
    best = {0: (-price, [])}
    for end in range(least, len(values) + 1):
        options = []
        for start in best:
            if end - start < least:
                continue
            x = np.arange(end - start)
            line = np.polyval(np.polyfit(x, values[start:end], 1), x)
            cost = best[start][0] + ((values[start:end] - line) ** 2).sum() + price
            options.append((cost, [*best[start][1], start]))
        best[end] = min(options, key=lambda one: one[0])
    return [start for start in best[len(values)][1] if start]


@pytest.mark.parametrize("seed", range(8))
def test_the_partition_is_the_best_one(seed):
    rng = np.random.default_rng(seed)
    values = np.repeat(rng.normal(0, 2, 4), 15) + rng.normal(0, 0.7, 60)
    for price in (0.5, 4.0, 20.0):
        assert optimal_partition(values, least=5, price=price) == naive_partition(
            values, 5, price
        )


@pytest.mark.parametrize("correlation", [0.0, 0.3])
def test_planted_shifts_are_dated_and_sized(correlation):
    dated = sized = inside = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        values = correlated(rng, 400, correlation)
        place = int(rng.integers(60, 340))
        values[place:] += 0.45
        [shift] = find_level_shifts(values, grain="day")
        dated += abs(shift.place - place) <= 3
        inside += shift.first_place <= place <= shift.last_place
        low, high = interval_of(shift)
        sized += low <= 0.45 <= high
    assert dated == 25
    assert inside >= 23
    assert sized >= 22


@pytest.mark.parametrize(
    ("correlation", "most"), [(0.0, 1), (0.3, 1), (0.6, 2), (0.8, 3)]
)
@pytest.mark.parametrize("count", [60, 365])
def test_noise_has_no_shifts(correlation, most, count):
    false = 0
    for seed in range(30):
        values = correlated(np.random.default_rng(seed), count, correlation)
        false += bool(find_level_shifts(values, grain="day"))
    assert false <= most


def test_growth_and_waves_are_no_shifts():
    rng = np.random.default_rng(5)
    place = np.arange(700)
    noise = rng.normal(0, 0.1, 700)
    assert not find_level_shifts(place / 350 + noise, grain="day")
    assert not find_level_shifts(
        0.3 * np.cos(2 * np.pi * place / 365) + noise, grain="day"
    )


def test_spikes_and_short_spells_are_no_shifts():
    rng = np.random.default_rng(6)
    values = rng.normal(0, 0.1, 300)
    values[[40, 41, 90, 200]] += 3
    values[150:156] -= 2
    assert not find_level_shifts(values, grain="day")
    assert np.abs(without_outliers(values, width=15)).max() < 1


def test_a_shift_is_found_among_spikes():
    rng = np.random.default_rng(7)
    values = rng.normal(0, 0.1, 300)
    values[160:] -= 0.5
    values[[40, 158, 163, 200]] += 3
    [shift] = find_level_shifts(values, grain="day")
    assert abs(shift.place - 160) <= 3
    assert shift.size == pytest.approx(-0.5, abs=0.15)


def test_a_shift_that_is_known_by_day_is_measured_by_week_or_dropped():
    rng = np.random.default_rng(8)
    values = rng.normal(0, 0.1, 60)
    values[30:] += 0.8
    found = find_level_shifts(values, grain="week", given=[12, 30])
    assert [one.place for one in found] == [30]


@pytest.mark.parametrize("values", [[], [1.0], [1.0] * 50, list(range(41))])
def test_short_and_constant_series_have_none(values):
    assert find_level_shifts(np.array(values, dtype=float), grain="day") == []
