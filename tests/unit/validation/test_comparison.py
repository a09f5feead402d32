"""Verdicts on planted worlds, tests against scipy, and worlds without an answer."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import chi2_contingency, kruskal
from statsmodels.stats.multitest import multipletests

from habitue.validation import COMPARISON_COLUMNS, KPIS, compare_groupings
from habitue.validation.comparison import large_groups


def compared(customers, *, seed=1, draws=100, random_groupings=5):
    table = compare_groupings(
        customers, seed=seed, draws=draws, random_groupings=random_groupings
    )
    assert list(table.columns) == list(COMPARISON_COLUMNS)
    assert len(table) == 3 * len(KPIS)
    return table.set_index(["kpi", "grouped_by"])


def test_the_tests_are_scipys(to_outcomes):
    customers = to_outcomes(by_segment=1)
    found = compared(customers)

    groups = customers.groupby("segment_id")
    amounts = kruskal(*[rows["revenue_part"] for _, rows in groups])
    assert found.loc[("revenue", "segment"), "statistic"] == pytest.approx(
        amounts.statistic
    )
    assert found.loc[("revenue", "segment"), "p_value"] == pytest.approx(amounts.pvalue)
    asked = customers[customers["churn_base"] > 0]
    counts = asked.groupby(["rfm_segment", "churn_part"]).size().unstack(fill_value=0)
    shares = chi2_contingency(counts, correction=False)
    row = found.loc[("churn", "rfm")]
    assert row["statistic"] == pytest.approx(shares.statistic)
    assert row["degrees_of_freedom"] == 7
    assert row["customer_count"] == len(asked)
    assert row["effect_size"] == pytest.approx(math.sqrt(shares.statistic / len(asked)))


def test_p_values_are_corrected_among_the_kpis_of_a_grouping(to_outcomes):
    found = compared(to_outcomes(by_segment=0.6, by_rfm=0.3)).reset_index()

    for grouping in ("segment", "rfm"):
        rows = found[found["grouped_by"] == grouping]
        np.testing.assert_allclose(
            rows["corrected_p_value"],
            multipletests(rows["p_value"], method="holm")[1],
        )
    assert found[found["grouped_by"] == "random"]["p_value"].isna().all()


@pytest.mark.parametrize("kpi", ["conversion", "revenue", "session_count"])
def test_where_segments_matter_they_tell_more_than_rfm(to_outcomes, kpi):
    found = compared(to_outcomes(1200, by_segment=3))

    own, rfm, chance = (found.loc[(kpi, name)] for name in ("segment", "rfm", "random"))
    assert own["corrected_p_value"] < 0.001
    assert own["effect_low"] < own["effect_size"] < own["effect_high"]
    assert "groups differ" in own["verdict"]
    assert math.isnan(own["lift"])
    for other in (rfm, chance):
        assert 0 < other["lift_low"] < other["lift"] < other["lift_high"]
        assert other["verdict"].startswith("segments tell more")
        assert other["lift"] == pytest.approx(
            own["effect_beyond_chance"] - other["effect_beyond_chance"]
        )


@pytest.mark.parametrize("kpi", ["conversion", "revenue", "session_count"])
def test_where_rfm_matters_segments_tell_less(to_outcomes, kpi):
    found = compared(to_outcomes(1200, by_rfm=3))

    rfm = found.loc[(kpi, "rfm")]
    assert rfm["lift_high"] < 0
    assert rfm["verdict"].startswith("segments tell less")
    assert found.loc[(kpi, "random"), "verdict"].startswith("it is not shown")
    assert found.loc[(kpi, "segment"), "verdict"].startswith("no difference shown")


def test_without_signal_little_is_found(to_outcomes, monkeypatch):
    # statsmodels collects garbage at every correction, a fifth of a second each.
    monkeypatch.setattr("gc.collect", lambda *_: 0)
    rejected, told = 0, 0
    for seed in range(30):
        world = to_outcomes(200, seed=seed)
        found = compared(world, draws=20, random_groupings=2).reset_index()
        own = found[found["grouped_by"] == "segment"]
        rejected += (own["corrected_p_value"] < 0.05).any()
        told += found["verdict"].str.startswith("segments tell").sum()

    # 5 % of 30 worlds are 1.5; more than 5 come about three times in 1000 such runs.
    assert rejected <= 5
    # A tenth of the worlds with three such verdicts each would be 9 of 360.
    assert told <= 9


def test_outcomes_dealt_out_anew_are_told_by_nothing(to_outcomes):
    customers = to_outcomes(1000, by_segment=3, by_rfm=3)
    columns = [name for name in customers if name.endswith(("_part", "_base"))]
    order = np.random.default_rng(3).permutation(len(customers))
    dealt = customers.assign(
        **{name: customers[name].to_numpy()[order] for name in columns}
    )

    before, after = compared(customers), compared(dealt)

    assert (before.xs("segment", level=1)["corrected_p_value"] < 0.05).all()
    for grouping in ("segment", "rfm"):
        rows = after.xs(grouping, level=1)
        assert (rows["corrected_p_value"] > 0.05).all()
        assert (rows["effect_beyond_chance"] < 0.1).all()


def test_the_order_of_the_rows_does_not_matter(to_outcomes):
    customers = to_outcomes(by_segment=1)

    again = compared(customers.sample(frac=1, random_state=5))

    assert again.equals(compared(customers))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"segment_id": 1}, "one segment only"),
        ({"conversion_part": 0.0}, "the outcome is the same for all customers: 0"),
        ({"conversion_part": 1.0}, "the outcome is the same for all customers: 1"),
        ({"conversion_base": 0.0}, "too few: 0 customers"),
    ],
)
def test_what_cannot_be_tested_is_said(to_outcomes, change, said):
    found = compared(to_outcomes().assign(**change))

    rows = found.loc["conversion"]
    assert not rows["is_tested"].any()
    assert rows["verdict"].str.startswith(said).all()
    assert rows["p_value"].isna().all()


@pytest.mark.parametrize(
    ("n", "said"), [(0, "no outcomes yet"), (2, "too few: 2 customers")]
)
def test_few_customers_are_no_world(to_outcomes, n, said):
    found = compared(to_outcomes(400).iloc[:n])

    assert not found["is_tested"].any()
    assert found.loc["revenue", "verdict"].str.startswith(said).all()


def test_customers_all_in_one_rfm_segment_say_nothing_by_it(to_outcomes):
    found = compared(to_outcomes(800, by_segment=3).assign(rfm_segment="No order"))

    row = found.loc[("revenue", "rfm")]
    assert math.isnan(row["p_value"])
    assert row["effect_size"] == 0
    assert row["verdict"].startswith("segments tell more")


def test_small_groups_are_put_together():
    groups = np.array([*"aaaaaabbbbbbbccdd", "e"], dtype=object)

    found = large_groups(groups)

    assert np.bincount(found).tolist() == [6, 7, 5]
    # Four alone are too few: they join the smallest group.
    joined = large_groups(np.array([*"aaaaaabbbbbbbccdd"], dtype=object))
    assert sorted(np.bincount(joined)) == [7, 10]
    # Nobody is put together with themselves.
    assert large_groups(np.array([*"abc"], dtype=object)).tolist() == [0, 0, 0]
    assert all(a <= b for a, b in pairwise(found[:6]))
