"""Fits are made once per state of the data, of what that date knew, with a receipt."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from habitue.code_version import code_version
from habitue.lifetime_value import RepeatCounts, fit_bg_nbd, fit_pareto_nbd
from habitue.lifetime_value.simulation import simulate_orders
from habitue.value import PARAMETERS, fit_once

EARLY, LATE = date(2025, 2, 1), date(2025, 3, 1)
NAMES = ["repeat_count", "last_repeat_days", "observed_days"]


class NobodyReads:
    """Stands for a table that is not to be read."""

    def filter(self, filter_expr, /):
        raise AssertionError("nothing is fitted, so nothing is read")


@pytest.fixture(scope="module")
def customers():
    """1,500 customers by Pareto/NBD, in days, and half of them at the earlier date."""
    rng = np.random.default_rng(5)
    seen = rng.integers(100, 300, 1500)
    truth = {"r": 0.6, "alpha": 5.0, "s": 0.6, "beta": 10.0}
    told = simulate_orders("pareto_nbd", truth, seen / 7, rng=rng).histories
    last = np.ceil(told.last_repeat * 7).astype(int)
    found = pd.DataFrame(
        {
            "repeat_count": np.minimum(told.repeat_count, last),
            "last_repeat_days": last,
            "observed_days": seen,
            "mean_repeat_value": rng.gamma(3, 10 / rng.gamma(4, 1, 1500)),
        }
    )
    found.loc[found["repeat_count"] == 0, "mean_repeat_value"] = np.nan
    return {EARLY: found.iloc[:750], LATE: found}


@pytest.fixture(scope="module")
def tables(customers):
    connection = duckdb.connect()
    everybody = pd.concat(
        frame.assign(as_of_date=day, is_drawn=np.arange(len(frame)) % 2)
        for day, frame in customers.items()
    )
    connection.register("everybody", everybody)
    orders = connection.sql(
        f"select cast(as_of_date as date) as as_of_date, {', '.join(NAMES)}, "
        "count(*) as customer_count, sum(is_drawn) as sampled_customer_count "
        "from everybody group by all"
    )
    spend = connection.sql(
        "select cast(as_of_date as date) as as_of_date, repeat_count, "
        "nullif(mean_repeat_value, 'nan') as mean_repeat_value, "
        "count(*) as customer_count from everybody group by all"
    )
    return orders, spend


def wanted(*fits):
    return pd.DataFrame(
        [(pd.Timestamp(day), model, mark) for day, model, mark in fits],
        columns=["as_of_date", "model", "data_fingerprint"],
    )


def fitted(fits, tables, previous=None, minimum_customers=100):
    answer = fit_once(
        fits, *tables, previous=previous, minimum_customers=minimum_customers
    )
    assert answer.schema == PARAMETERS
    return answer.to_pandas()


def estimates(rows, day, model):
    chosen = rows[(rows["as_of_date"] == day) & (rows["model"] == model)]
    return dict(zip(chosen["parameter"], chosen["estimate"], strict=True))


def counted(frame):
    return RepeatCounts.of_customers(
        frame["repeat_count"],
        frame["last_repeat_days"] / 7,
        frame["observed_days"] / 7,
    )


def test_each_date_is_fitted_to_its_own_customers_in_weeks(customers, tables):
    fits = wanted((EARLY, "bg_nbd", "a"), (LATE, "bg_nbd", "b"))
    rows = fitted(fits, tables)
    for day, frame in customers.items():
        alone = fit_bg_nbd(counted(frame))
        assert alone.status == "converged"
        assert estimates(rows, day, "bg_nbd") == pytest.approx(alone.parameters)
        chosen = rows[rows["as_of_date"] == day]
        assert set(chosen["customer_count"]) == {len(frame)}
        assert chosen["log_likelihood"].to_numpy() == pytest.approx(
            alone.log_likelihood
        )


def test_pareto_nbd_is_fitted_to_the_sample(customers, tables):
    rows = fitted(wanted((LATE, "pareto_nbd", "a")), tables)
    alone = fit_pareto_nbd(counted(customers[LATE].iloc[1::2]))
    assert set(rows["customer_count"]) == {750}
    assert set(rows["status"]) == {"converged"}
    assert estimates(rows, LATE, "pareto_nbd") == pytest.approx(alone.parameters)


def test_spend_counts_who_had_no_repeat_order_as_left_out(customers, tables):
    rows = fitted(wanted((LATE, "gamma_gamma", "a")), tables)
    spenders = int((customers[LATE]["repeat_count"] > 0).sum())
    assert sorted(rows["parameter"]) == ["p", "q", "v"]
    assert set(rows["customer_count"]) == {spenders}
    assert set(rows["left_out_count"]) == {1500 - spenders}


def test_a_fit_carries_its_receipt(tables):
    rows = fitted(wanted((EARLY, "bg_nbd", "print")), tables)
    assert set(rows["data_fingerprint"]) == {"print"}
    assert set(rows["code_version"]) == {code_version()}
    assert rows["library_versions"].str.contains("scipy").all()
    assert (rows["standard_error"] > 0).all()
    assert rows["fitted_at"].nunique() == 1


def test_what_was_fitted_is_neither_fitted_nor_read_again(tables):
    fits = wanted((EARLY, "bg_nbd", "a"), (LATE, "gamma_gamma", "b"))
    first = fitted(fits, tables)
    again = fitted(fits, (NobodyReads(), NobodyReads()), previous=first)
    assert again.empty


def test_a_date_and_model_with_other_data_are_fitted_alone(tables):
    first = fitted(wanted((EARLY, "bg_nbd", "a"), (LATE, "bg_nbd", "b")), tables)
    other = [(EARLY, "bg_nbd", "a"), (LATE, "bg_nbd", "c"), (LATE, "gamma_gamma", "b")]
    second = fitted(wanted(*other), tables, previous=first)
    names = ["as_of_date", "model", "data_fingerprint"]
    found = set(second[names].itertuples(index=False, name=None))
    assert found == {(LATE, "bg_nbd", "c"), (LATE, "gamma_gamma", "b")}


def test_a_fit_that_cannot_be_made_is_one_row_that_says_why(tables):
    fits = wanted((EARLY, "bg_nbd", "a"), (EARLY, "pareto_nbd", "a"))
    rows = fitted(fits, tables, minimum_customers=751)
    assert rows["status"].tolist() == ["too_few_customers"] * 2
    assert rows["parameter"].isna().all()
    assert rows["estimate"].isna().all()
    assert rows["reason"].str.contains("751").all()
    again = fitted(fits, (NobodyReads(), NobodyReads()), previous=rows)
    assert again.empty


def test_a_date_without_customers_has_a_status(tables):
    nobody = date(2020, 1, 1)
    fits = wanted(*((nobody, model, "") for model in ("bg_nbd", "gamma_gamma")))
    rows = fitted(fits, tables)
    assert rows["status"].tolist() == ["too_few_customers"] * 2
    assert rows["customer_count"].tolist() == [0, 0]


def test_without_dates_there_is_nothing_to_fit(tables):
    assert fitted(wanted(), (NobodyReads(), NobodyReads())).empty
