"""Holm's correction, beside statsmodels'."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from habitue.holm import holm


def test_a_case_by_hand():
    # 4 * .005, 3 * .01, then .03 * 2 and .04, which must not be below it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_statsmodels_gives_the_same_numbers():
    rng = np.random.default_rng(9)
    for size in (1, 2, 7, 40):
        # Rounded, so that some are equal; large ones are cut at 1.
        p_values = rng.random(size).round(1)
        expected = multipletests(p_values, method="holm")[1]
        assert holm(p_values).tolist() == expected.tolist()


def test_no_test_is_no_correction():
    assert holm([]).shape == (0,)
