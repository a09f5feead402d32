"""Intervals of KPIs against scipy, of small samples and of none."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap

from habitue.validation import KPIS, kpi_intervals


def totals_of(customers, *, times=1):
    """int_outcomes__totalled of so many times the customers."""
    rows = []
    for segment_id, own in customers.groupby("segment_id"):
        for kpi in KPIS:
            base = own[f"{kpi.name}_base"]
            value = own[f"{kpi.name}_part"].sum() / (base.sum() or np.nan)
            count = times * (base > 0).sum()
            rows.append((segment_id, kpi.name, count, value))
    names = ["segment_id", "kpi", "customer_count", "kpi_value"]
    return pd.DataFrame(rows, columns=names)


def test_intervals_are_scipys(to_outcomes):
    customers = to_outcomes(900, by_segment=2)
    totals = totals_of(customers)

    found = kpi_intervals(customers, totals, seed=1, draws=3000)

    assert len(found) == len(totals) == 4 * len(KPIS)
    limits = found.set_index(["segment_id", "kpi"])
    own = customers[customers["segment_id"] == 3]
    for kpi in ("revenue", "order_value", "conversion"):
        theirs = bootstrap(
            (own[f"{kpi}_part"].to_numpy(), own[f"{kpi}_base"].to_numpy()),
            lambda part, base, axis=-1: part.sum(axis=axis) / base.sum(axis=axis),
            paired=True,
            method="percentile",
            n_resamples=3000,
            rng=2,
        ).confidence_interval
        width = theirs.high - theirs.low
        ours = limits.loc[(3, kpi), ["low", "high"]].to_numpy(dtype=float)
        np.testing.assert_allclose(ours, theirs, atol=0.08 * width)


def test_a_sample_of_many_gives_the_interval_of_many(to_outcomes):
    customers = to_outcomes(500)

    few = kpi_intervals(customers, totals_of(customers), seed=1)
    many = kpi_intervals(customers, totals_of(customers, times=100), seed=1)

    np.testing.assert_allclose(
        (many["high"] - many["low"]) * 10, few["high"] - few["low"], rtol=1e-9
    )


def test_shares_stay_shares(to_outcomes):
    customers = to_outcomes(12)
    found = kpi_intervals(customers, totals_of(customers), seed=1)

    shares = found[found["kpi"].isin(["conversion", "retention", "churn"])]
    assert shares["low"].dropna().between(0, 1).all()
    assert shares["high"].dropna().between(0, 1).all()
    assert len(shares.dropna()) > 3


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_have_no_interval(to_outcomes, n):
    customers = to_outcomes(20)
    found = kpi_intervals(customers.iloc[:n], totals_of(customers), seed=1)

    assert len(found) == len(totals_of(customers))
    assert found[["low", "high"]].isna().all().all()


def test_without_totals_there_is_nothing_to_tell(to_outcomes):
    customers = to_outcomes(20)
    found = kpi_intervals(customers.iloc[:0], totals_of(customers).iloc[:0], seed=1)

    assert found.empty
    assert found["segment_id"].dtype == np.int64
