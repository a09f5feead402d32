"""Effects equal the published figures and, on random data, tea-tasting's."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import tea_tasting as tt
from arms import counted, published, rate
from scipy import stats
from tea_tasting.aggr import Aggregates

from habitue.experiments import compare

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


def test_means_far_from_zero_keep_their_digits():
    rng = np.random.default_rng(9)
    control, treatment = rng.normal(1000, 1, 500), rng.normal(1000.1, 1, 700)
    expected = stats.ttest_ind(treatment, control, equal_var=False)
    found = compare(counted(control), counted(treatment), adjusted=False)
    assert found.p_value[0] == pytest.approx(expected.pvalue, rel=1e-6)
