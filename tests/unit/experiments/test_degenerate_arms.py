"""Arms of which little or nothing is known: no number, a reason, and no warning."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from arms import counted, nowhere, unknown

from habitue.experiments import TOLD, Sums, compare, why_not, why_not_relative
from habitue.experiments.effects import (
    NO_BASE,
    NO_CONTROL,
    NO_PAST,
    NO_SPREAD,
    NO_TREATMENT,
    NOT_ABOVE_ZERO,
    TOO_FEW,
    UNKNOWN,
)


def test_adjusting_for_a_past_that_does_not_vary_changes_nothing():
    rng = np.random.default_rng(3)
    arms = [counted(rng.exponential(2, 50), past_value=np.full(50, 0.1)) for _ in "ab"]
    plain, adjusted = (compare(*arms, adjusted=way) for way in (False, True))
    assert adjusted.p_value == pytest.approx(plain.p_value)
    assert (adjusted.theta, adjusted.variance_reduction) == (0.0, 0.0)


def _stack(*arms):
    return Sums(*(np.concatenate(columns) for columns in zip(*arms, strict=True)))


FINE = counted(np.array([0.0, 1.0, 2.0, 5.0]), past_value=np.array([1.0, 0, 2, 2]))
DEGENERATE = [
    pytest.param(nowhere(), FINE, NO_CONTROL, id="nobody in the control arm"),
    pytest.param(FINE, nowhere(), NO_TREATMENT, id="nobody in the arm"),
    pytest.param(FINE, counted([3.0]), TOO_FEW, id="one customer"),
    pytest.param(FINE, counted([3.3] * 7), NO_SPREAD, id="no variance"),
    pytest.param(counted([0.0] * 7), FINE, NO_SPREAD, id="only zeros"),
    pytest.param(FINE, counted([1.0, 2], base=[0, 0]), NO_BASE, id="no base"),
    pytest.param(FINE, unknown(), UNKNOWN, id="not known"),
]


@pytest.mark.parametrize(("control", "treatment", "reason"), DEGENERATE)
@pytest.mark.parametrize("scale", ["log", "linear"])
@pytest.mark.parametrize("adjusted", [False, True])
def test_what_cannot_be_told_is_not_and_says_why(
    control, treatment, reason, scale, adjusted
):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compare(control, treatment, adjusted=adjusted, relative_scale=scale)
        reasons = why_not(control, treatment, adjusted=adjusted)
        assert why_not_relative(found)[0] != TOLD
    assert reasons.tolist() == [reason]
    for name in ("low", "high", "standard_error", "p_value", "relative_low"):
        assert np.isnan(getattr(found, name)).all(), name


def test_what_cannot_be_told_does_not_disturb_its_neighbours():
    control = _stack(FINE, nowhere(), FINE)
    treatment = _stack(counted([1.0, 5.0, 8.0]), FINE, counted([1.0]))
    found = compare(control, treatment, adjusted=False)
    alone = compare(FINE, counted([1.0, 5.0, 8.0]), adjusted=False)
    assert found.p_value[0] == alone.p_value[0]
    assert why_not(control, treatment, adjusted=False).tolist() == [
        TOLD,
        NO_CONTROL,
        TOO_FEW,
    ]


@pytest.mark.parametrize("shift", [-2.0, -5.0])
def test_a_mean_that_is_not_above_zero_has_no_relative_difference(shift):
    losing = counted(np.array([0.0, 1.0, 2.0, 5.0]) + shift)
    found = compare(losing, FINE, adjusted=False)
    assert why_not(losing, FINE, adjusted=False).tolist() == [TOLD]
    assert why_not_relative(found).tolist() == [NOT_ABOVE_ZERO]
    assert np.isfinite(found.p_value).all()
    assert np.isnan(found.relative_difference).all()


def test_a_ratio_without_a_past_base_cannot_be_adjusted():
    arms = [counted([1.0, 2.0, 4.0], base=[1, 2, 2], past_base=[0, 0, 0])] * 2
    assert why_not(*arms, adjusted=True).tolist() == [NO_PAST]
    assert why_not(*arms, adjusted=False).tolist() == [TOLD]


def test_millions_at_one_price_are_rounding_not_spread():
    # Plain sums of ten million customers leave 7e-11 of the squares.
    arm = counted(np.array([1.0, 2.0, 4.0]) * 9.99, base=[1, 2, 4])
    blurred = arm._replace(value_value=arm.value_value * (1 + 7e-11))
    assert why_not(blurred, blurred, adjusted=False).tolist() == [NO_SPREAD]


def test_a_past_that_explains_everything_leaves_no_spread():
    values = np.array([1.0, 2.0, 4.0, 9.0])
    arms = [counted(values, past_value=values), counted(values, past_value=values)]
    assert why_not(*arms, adjusted=True).tolist() == [NO_SPREAD]


def test_sums_come_from_the_columns_of_the_warehouse():
    frame = pd.DataFrame(
        {
            "customer_count": pd.array([3], dtype="Int64"),
            **{f"{name}_sum": [float(i)] for i, name in enumerate(Sums._fields[1:])},
            "past_value_sum": pd.array([None], dtype="Float64"),
        }
    )
    sums = Sums.of(frame)
    assert sums.customers.tolist() == [3.0]
    assert sums.past_value_past_base.tolist() == [13.0]
    assert np.isnan(sums.past_value).all()
    with pytest.raises(ValueError, match="base_sum, value_sum"):
        Sums.of(frame.drop(columns=["value_sum", "base_sum"]))


@pytest.mark.parametrize("alpha", [0, 1, -0.1, float("nan")])
def test_alpha_is_between_zero_and_one(alpha):
    with pytest.raises(ValueError, match="alpha"):
        compare(FINE, FINE, adjusted=False, alpha=alpha)


def test_the_relative_scale_is_known():
    with pytest.raises(ValueError, match="relative_scale"):
        compare(FINE, FINE, adjusted=False, relative_scale="sideways")
