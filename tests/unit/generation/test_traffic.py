"""Spikes and level shifts of everybody's visits: in long runs alone, and apart."""

from datetime import date

import numpy as np

from habitue.generation.plan import make_plan
from habitue.generation.traffic import plan_traffic


def plan(days, seed=1):
    return make_plan(
        customers=10, days=days, seed=seed, start=date(2025, 1, 6), intensity=1.0
    )


def test_a_run_shorter_than_a_year_has_one_spike_as_ever():
    short = plan(364)
    assert short.traffic == ((), ())
    assert short.spike_days == [short.spike_day]


def test_two_years_have_spikes_up_and_down_and_a_shift_each_way():
    for seed in range(20):
        traffic = plan(730, seed).traffic
        assert len(traffic.spikes) == 10
        assert {one.factor > 1 for one in traffic.spikes} == {True, False}
        assert [one.factor for one in traffic.shifts] == [1.45, 0.65]
        assert np.diff([one.day for one in traffic.shifts]).min() >= 75


def test_nothing_is_planted_near_anything_else_and_seeds_differ():
    found = set()
    for seed in range(20):
        traffic = plan_traffic(days=730, seed=seed, taken=(400, 511))
        days = sorted([400, 511, *(one.day for part in traffic for one in part)])
        assert np.diff(days).min() >= 12
        found.add(tuple(days))
    assert len(found) == 20


def test_visits_of_the_day_are_multiplied_by_the_factor():
    long = plan(730)
    weight = np.diff(long.exposure[0])
    for spike in long.traffic.spikes:
        beside = (weight[spike.day - 7] + weight[spike.day + 7]) / 2
        assert abs(weight[spike.day] / beside / spike.factor - 1) < 0.05
