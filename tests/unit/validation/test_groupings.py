"""What groupings explain: all of them at once, for customers that count many times."""

import math

import numpy as np
import pytest
from scipy.stats import chi2_contingency, kruskal
from scipy.stats.contingency import association

from habitue.validation.groupings import (
    beyond_chance,
    interval_around,
    redrawn_shares,
    redrawn_weights,
    shares_explained,
)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_the_share_is_kruskals_h_over_n_less_one(rng):
    values = rng.lognormal(size=200).round(1)
    groupings = [rng.integers(0, 3, 200), rng.integers(0, 6, 200)]

    found = shares_explained(values, groupings, np.ones((1, 200)))

    for place, groups in enumerate(groupings):
        parts = [values[groups == group] for group in np.unique(groups)]
        share = kruskal(*parts).statistic / 199
        assert found.explained[0, place] == pytest.approx(share, abs=1e-12)
    assert found.groups.tolist() == [[3, 6]]


def test_of_yes_and_no_it_is_cramers_v_squared(rng):
    happened, groups = rng.random(300) < 0.3, rng.integers(0, 4, 300)
    table = np.stack([np.bincount(groups[happened == side]) for side in (False, True)])

    found = shares_explained(happened.astype(float), [groups], np.ones((1, 300)))

    assert math.sqrt(found.explained[0, 0]) == pytest.approx(association(table))


def test_a_weight_is_so_many_copies_of_a_customer(rng):
    values, groups = rng.poisson(2, 80).astype(float), rng.integers(0, 4, 80)
    weights = redrawn_weights(80, draws=5, rng=rng)
    assert (weights.sum(axis=1) == 80).all()

    found = shares_explained(values, [groups], weights)

    for draw, row in enumerate(weights.astype(int)):
        copied, places = np.repeat(values, row), np.repeat(groups, row)
        parts = [copied[places == group] for group in np.unique(places)]
        expected = kruskal(*parts).statistic / 79
        assert found.explained[draw, 0] == pytest.approx(expected, abs=1e-12)
        assert found.groups[draw, 0] == len(parts)


def test_what_does_not_vary_has_no_share():
    found = shares_explained(np.ones(6), [np.arange(6) % 2], np.ones((1, 6)))

    assert np.isnan(found.explained).all()


@pytest.mark.parametrize("is_share", [True, False])
def test_groups_that_tell_nothing_have_nothing_beyond_chance(rng, is_share):
    values = (rng.random(60) < 0.4).astype(float) if is_share else rng.random(60)
    groupings = [rng.integers(0, 12, 60) for _ in range(400)]

    found = shares_explained(values, groupings, np.ones((1, 60)))
    corrected = beyond_chance(found, n_rows=60, is_share=is_share)

    # Twelve groups of sixty customers show an eleventh of the variation by chance.
    assert found.explained.mean() == pytest.approx(11 / 59, abs=0.02)
    if is_share:
        assert (corrected >= 0).all()
        assert np.median(corrected) < 0.05
    else:
        assert corrected.mean() == pytest.approx(0, abs=0.02)


def test_beyond_chance_is_bergsmas_formula():
    # Bergsma 2013, eq. 4 to 6, by hand for the 2 x 3 table of 20 customers.
    table = np.array([[5, 2, 1], [2, 3, 7]])
    statistic = chi2_contingency(table, correction=False).statistic
    phi = max(0, statistic / 20 - 2 / 19)
    by_hand = math.sqrt(phi / min(2 - 1 / 19 - 1, 3 - 4 / 19 - 1))
    happened = np.repeat([0.0, 1.0], [8, 12])
    groups = np.concatenate([np.repeat([0, 1, 2], row) for row in table])

    found = shares_explained(happened, [groups], np.ones((1, 20)))

    told = beyond_chance(found, n_rows=20, is_share=True)[0, 0]
    assert told == pytest.approx(by_hand)


def test_groupings_meet_the_same_draws(rng):
    values, groups = rng.random(50), rng.integers(0, 3, 50)

    found = redrawn_shares(values, [groups, 2 - groups], draws=30, rng=rng)

    np.testing.assert_allclose(found.explained[:, 0], found.explained[:, 1], atol=1e-12)
    assert np.ptp(found.explained[:, 0]) > 0


def test_an_interval_is_around_the_estimate():
    low, high = interval_around(0.5, np.linspace(1, 2, 1001))

    assert (low, high) == pytest.approx((0.025, 0.975))
    assert np.isnan(interval_around(math.nan, np.ones(3))).all()
    assert np.isnan(interval_around(1.0, np.full(3, math.nan))).all()
