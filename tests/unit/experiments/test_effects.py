"""Effects equal the published figures and, on random data, tea-tasting's."""

from __future__ import annotations

import warnings
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import tea_tasting as tt
from arms import counted, nowhere, published, rate, unknown
from scipy import stats
from tea_tasting.aggr import Aggregates

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

GROWTHBOOK_A = published(3407, 1396.87, 52377.9767)
GROWTHBOOK_B = published(3461, 2422.7, 134698.29)
# Sums of tea-tasting's make_users_data(rng=42, covariates=True).
SESSIONS = (published(2023, 4038, 10098), published(1977, 3920, 9698))
ORDERS = (published(2023, 1073, 2073), published(1977, 1133, 2121))
REVENUE = (
    published(
        *(2023, 10602.60, 243736.4268),
        past_value=10678.43,
        past_value_past_value=405481.0443,
        value_past_value=193410.1949,
    ),
    published(
        *(1977, 11328.43, 278029.8889),
        past_value=9331.96,
        past_value_past_value=284676.8592,
        value_past_value=172016.7183,
    ),
)


def _orders_per_session():
    sums = []
    for customers, orders, squares, sessions, session_squares, products in (
        (2023, 1073, 2073, 4038, 10098, 2648),
        (1977, 1133, 2121, 3920, 9698, 2730),
    ):
        arm = published(customers, orders, squares)
        sums.append(
            arm._replace(
                base=np.array([sessions]),
                base_base=np.array([session_squares]),
                value_base=np.array([products]),
            )
        )
    return sums


def told(effects, *names):
    return [float(getattr(effects, name)[0]) for name in names]


def test_the_t_test_equals_growthbook():  # ab-01
    found = compare(GROWTHBOOK_A, GROWTHBOOK_B, adjusted=False)
    names = ("difference", "standard_error", "p_value", "low", "high")
    assert told(found, *names) == pytest.approx(
        [0.29, 0.12478, 0.02016, 0.04538, 0.53462], abs=1e-5
    )


RELATIVE = (
    "relative_difference",
    "relative_standard_error",
    "relative_p_value",
    "relative_low",
    "relative_high",
)


def test_the_linear_relative_difference_equals_growthbook():  # ab-02
    found = compare(GROWTHBOOK_A, GROWTHBOOK_B, adjusted=False, relative_scale="linear")
    assert told(found, *RELATIVE) == pytest.approx(
        [0.70732, 0.37879, 0.06191, -0.03526, 1.44989], abs=1e-5
    )


def test_proportions_equal_growthbook():  # ab-03
    found = compare(
        rate(28, 14),
        rate(30, 16),
        adjusted=False,
        relative_scale="linear",
        is_proportion=True,
    )
    assert told(found, *RELATIVE) == pytest.approx(
        [0.06667, 0.2717, 0.80707, -0.47767, 0.61101], abs=1e-5
    )


def test_one_side_of_the_wider_interval_is_growthbooks_one_sided_test():  # ab-06
    control = GROWTHBOOK_A._replace(customers=np.array([3000.0]))
    control = control._replace(base=control.customers, base_base=control.customers)
    found = compare(
        control, GROWTHBOOK_B, adjusted=False, alpha=0.1, relative_scale="linear"
    )
    relative = told(found, "relative_difference", "relative_p_value", "relative_low")
    absolute = told(found, "difference", "p_value", "low")
    relative[1] /= 2
    absolute[1] /= 2
    assert relative == pytest.approx([0.50336, 0.06558, -0.04514], abs=1e-5)
    assert absolute == pytest.approx([0.23438, 0.03554, 0.02079], abs=1e-5)


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        pytest.param(
            SESSIONS, [1.996045, 1.982802, -0.006635, 0.674021], id="sessions: ab-07"
        ),
        pytest.param(
            _orders_per_session(),
            [0.265726, 0.289031, 0.087703, 0.076238],
            id="orders per session: ab-08",
        ),
        pytest.param(
            ORDERS,
            [0.530400, 0.573091, 0.080487, 0.117732, -0.019515, 0.190688],
            id="orders: ab-09",
        ),
        pytest.param(
            REVENUE,
            [5.241028, 5.730111, 0.093318, 0.123070, -0.023738, 0.224409],
            id="revenue: ab-10",
        ),
    ],
)
def test_the_users_of_tea_tasting(arms, expected):
    found = compare(*arms, adjusted=False)
    assert told(found, *USUAL[: len(expected)]) == pytest.approx(expected, abs=1e-6)


USUAL = (
    "control_value",
    "value",
    "relative_difference",
    "p_value",
    "relative_low",
    "relative_high",
)


def test_revenue_adjusted_for_the_past():  # ab-11 and ab-13
    found = compare(*REVENUE, adjusted=True)
    assert told(found, *USUAL) == pytest.approx(
        [5.121454, 5.852468, 0.142736, 0.006744, 0.037729, 0.258369], abs=1e-6
    )
    assert told(found, "theta", "p_value") == pytest.approx(
        [0.433375, 0.0067439], abs=1e-5
    )
    assert told(found, "variance_reduction") == pytest.approx([0.2760], abs=5e-5)


@pytest.fixture(scope="module")
def users():
    return tt.make_users_data(rng=42, covariates=True, return_type="pandas")


def _arms(users, value, base=None):
    names = [value, base, f"{value}_covariate", base and f"{base}_covariate"]
    return [
        counted(*(arm[name].to_numpy() if name else None for name in names))
        for _, arm in users.groupby("variant", sort=True)
    ]


@pytest.mark.parametrize(
    ("value", "base", "p_value"),
    [
        ("sessions", None, "0.603"),
        ("orders", "sessions", "0.00229"),
        ("orders", None, "0.00733"),
    ],
)
def test_adjusted_p_values_of_the_user_guide(users, value, base, p_value):  # ab-12
    found = compare(*_arms(users, value, base), adjusted=True)
    assert f"{found.p_value[0]:.3g}" == p_value


NAMES = ("orders", "sessions", "orders_past", "sessions_past", "revenue", "past")


def _random_customers(rng):
    """One arm: something skewed, counts, and a past that relates; a row per name."""
    customers = rng.integers(20, 3000)
    lean = rng.gamma(2, 1, customers)
    return np.array(
        [
            rng.poisson(lean * rng.uniform(0.5, 2)),
            1 + rng.poisson(lean),
            rng.poisson(lean * rng.uniform(0.2, 2)),
            1 + rng.poisson(lean),
            lean * rng.lognormal(1, 1, customers),
            lean * rng.lognormal(1, 1, customers),
        ]
    )


def _their_sums(arm):
    covariances = np.cov(arm)
    return Aggregates(
        count_=arm.shape[1],
        mean_=dict(zip(NAMES, arm.mean(axis=1).tolist(), strict=True)),
        var_=dict(zip(NAMES, covariances.diagonal().tolist(), strict=True)),
        cov_={
            (NAMES[i], NAMES[j]): float(covariances[i, j])
            for i, j in combinations(range(len(NAMES)), 2)
        },
    )


# Their metric, and our value, base and past by the places of their names.
METRICS = [
    (tt.Mean("revenue"), (4, None, 5, None), False),
    (tt.Mean("revenue", "past"), (4, None, 5, None), True),
    (tt.RatioOfMeans("orders", "sessions"), (0, 1, 2, 3), False),
    (
        tt.RatioOfMeans("orders", "sessions", "orders_past", "sessions_past"),
        (0, 1, 2, 3),
        True,
    ),
]
AS_THEY_NAME_IT = {
    "control_value": "control",
    "value": "treatment",
    "difference": "effect_size",
    "low": "effect_size_ci_lower",
    "high": "effect_size_ci_upper",
    "relative_difference": "rel_effect_size",
    "relative_low": "rel_effect_size_ci_lower",
    "relative_high": "rel_effect_size_ci_upper",
    "p_value": "pvalue",
}


@pytest.mark.parametrize("seed", range(200))
def test_effects_equal_tea_tasting_on_random_data(seed):
    rng = np.random.default_rng(seed)
    arms = [_random_customers(rng) for _ in "ab"]
    theirs = [_their_sums(arm) for arm in arms]
    for metric, places, adjusted in METRICS:
        expected = metric.analyze_aggregates(*theirs)
        sums = (
            counted(*(None if place is None else arm[place] for place in places))
            for arm in arms
        )
        ours = compare(*sums, adjusted=adjusted)
        for mine, yours in AS_THEY_NAME_IT.items():
            assert getattr(ours, mine)[0] == pytest.approx(
                getattr(expected, yours), rel=1e-9, abs=1e-12
            ), (metric, mine)
        assert (ours.difference / ours.standard_error)[0] == pytest.approx(
            expected.statistic, rel=1e-9, abs=1e-9
        )


@pytest.mark.parametrize("seed", range(20))
def test_means_equal_scipys_welch_test(seed):
    rng = np.random.default_rng(seed)
    control, treatment = rng.exponential(3, 40), rng.exponential(4, 70)
    expected = stats.ttest_ind(treatment, control, equal_var=False)
    found = compare(counted(control), counted(treatment), adjusted=False, alpha=0.1)
    interval = expected.confidence_interval(0.9)
    assert told(found, "p_value", "degrees", "low", "high") == pytest.approx(
        [expected.pvalue, expected.df, interval.low, interval.high], rel=1e-9
    )
    by_sums = stats.ttest_ind_from_stats(
        *(treatment.mean(), treatment.std(ddof=1), 70),
        *(control.mean(), control.std(ddof=1), 40),
        equal_var=False,
    )
    assert told(found, "p_value") == pytest.approx([by_sums.pvalue], rel=1e-9)


def test_a_mean_is_a_ratio_with_a_base_of_one():
    rng = np.random.default_rng(1)
    control, treatment = rng.poisson(2, 100), rng.poisson(2.2, 90)
    as_means = compare(counted(control), counted(treatment), adjusted=False)
    doubled = [counted(arm, np.full(len(arm), 2)) for arm in (control, treatment)]
    as_ratios = compare(*doubled, adjusted=False)
    assert as_ratios.p_value == pytest.approx(as_means.p_value)
    assert as_ratios.difference == pytest.approx(as_means.difference / 2)
    assert as_ratios.relative_high == pytest.approx(as_means.relative_high)


def test_segments_add_up_to_all_customers():
    rng = np.random.default_rng(2)
    values, pasts = rng.exponential(2, (2, 300))
    parts = [
        counted(values[part], past_value=pasts[part])
        for part in (slice(0, 40), slice(40, 300))
    ]
    whole = counted(values, past_value=pasts)
    for mine, theirs in zip(parts[0].plus(parts[1]), whole, strict=True):
        assert mine == pytest.approx(theirs)


def test_adjusting_for_a_past_that_does_not_vary_changes_nothing():
    rng = np.random.default_rng(3)
    arms = [counted(rng.exponential(2, 50), past_value=np.full(50, 0.1)) for _ in "ab"]
    plain, adjusted = (compare(*arms, adjusted=way) for way in (False, True))
    assert adjusted.p_value == pytest.approx(plain.p_value)
    assert told(adjusted, "theta", "variance_reduction") == [0.0, 0.0]


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
