"""The figures of the papers on CDNOW (ids of shared/data/reference_values.md)."""

from __future__ import annotations

import numpy as np
import pytest

from habitue.lifetime_value import (
    RepeatCounts,
    expected_order_value,
    expected_orders,
    expected_orders_of_new_customer,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_pareto_nbd,
    probability_alive,
)

HISTORY = ["repeat_count", "last_repeat", "observed"]


@pytest.fixture(scope="module")
def bg_nbd(cdnow_counts):
    return fit_bg_nbd(cdnow_counts)


@pytest.fixture(scope="module")
def pareto_nbd(cdnow_oracle):
    columns = (cdnow_oracle[name] for name in HISTORY)
    return fit_pareto_nbd(RepeatCounts.of_customers(*columns))


@pytest.fixture(scope="module")
def gamma_gamma(cdnow):
    return fit_gamma_gamma(cdnow["repeat_count"], cdnow["mean_value"])


@pytest.fixture(scope="module")
def holdout(cdnow, bg_nbd):
    columns = (cdnow[name] for name in HISTORY)
    return expected_orders("bg_nbd", bg_nbd.parameters, *columns, horizon=39)


def test_clv_01_histories_are_the_published_ones(cdnow, cdnow_oracle):
    assert (cdnow["customer_id"].astype(int) == cdnow_oracle["customer_id"]).all()
    assert (cdnow["repeat_count"] == cdnow_oracle["repeat_count"]).all()
    for name in ("last_repeat", "observed"):
        assert (cdnow[name] - cdnow_oracle[name]).abs().max() < 0.005


def test_clv_02_customers_and_orders(cdnow):
    assert len(cdnow) == 2357
    assert cdnow["repeat_count"].sum() == 2457
    assert (cdnow["repeat_count"] > 0).sum() == 946
    assert cdnow["later_orders"].sum() == 1882


def test_clv_03_bg_nbd_parameters(bg_nbd):
    assert bg_nbd.status == "converged"
    assert bg_nbd.customer_count == 2357
    published = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert bg_nbd.parameters == pytest.approx(published, rel=0.005)


def test_clv_04_bg_nbd_log_likelihood(bg_nbd):
    assert bg_nbd.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_clv_05_bg_nbd_orders_of_a_customer(bg_nbd):
    found = expected_orders(
        "bg_nbd", bg_nbd.parameters, [2], [30.43], [38.86], horizon=39
    )
    assert found == pytest.approx([1.2259], abs=0.001)


def test_clv_06_bg_nbd_orders_of_a_new_customer(bg_nbd):
    horizons = [0.1429, 1, 3, 31.8571, 32, 78]
    found = expected_orders_of_new_customer("bg_nbd", bg_nbd.parameters, horizons)
    published = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576]
    assert found == pytest.approx(published, abs=0.001)


def test_clv_07_bg_nbd_alive(bg_nbd, cdnow_oracle):
    columns = (cdnow_oracle[name][:3] for name in HISTORY)
    found = probability_alive("bg_nbd", bg_nbd.parameters, *columns)
    assert found == pytest.approx([0.7266, 0.2122, 1.0], abs=0.0005)


def test_clv_08_bg_nbd_holdout(holdout, cdnow):
    assert holdout.sum() == pytest.approx(1653, rel=0.005)
    correlation = np.corrcoef(holdout, cdnow["later_orders"])[0, 1]
    assert correlation == pytest.approx(0.6256, abs=0.001)


def test_clv_09_pareto_nbd_parameters(pareto_nbd):
    assert pareto_nbd.status == "converged"
    published = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
    assert pareto_nbd.parameters == pytest.approx(published, rel=0.005)


def test_clv_10_pareto_nbd_log_likelihood(pareto_nbd):
    assert pareto_nbd.log_likelihood == pytest.approx(-9595.0, abs=0.05)


def test_clv_11_pareto_nbd_alive():
    parameters = {"r": 0.5534, "alpha": 10.5802, "s": 0.6061, "beta": 11.6562}
    found = probability_alive("pareto_nbd", parameters, [26], [30.86], [31])
    assert found == pytest.approx([0.9979], abs=0.001)


def test_clv_12_pareto_nbd_orders_of_a_customer(pareto_nbd):
    found = expected_orders(
        "pareto_nbd", pareto_nbd.parameters, [26], [30.86], [31], horizon=52
    )
    assert found == pytest.approx([25.46], abs=0.01)


def test_clv_13_gamma_gamma_parameters(gamma_gamma):
    assert gamma_gamma.status == "converged"
    assert gamma_gamma.customer_count == 946
    assert gamma_gamma.left_out_count == 1411
    published = {"p": 6.25, "q": 3.74, "v": 15.44}
    assert gamma_gamma.parameters == pytest.approx(published, abs=0.01)


def test_clv_14_gamma_gamma_log_likelihood_and_means(gamma_gamma, cdnow):
    assert gamma_gamma.log_likelihood == pytest.approx(-4055.92, abs=0.05)
    assert cdnow["mean_value"].mean() == pytest.approx(35.08, abs=0.01)
    population = expected_order_value(gamma_gamma.parameters, [0], [np.nan])
    assert population == pytest.approx([35.17], abs=0.01)


def test_clv_15_gamma_gamma_value_of_an_order(gamma_gamma, cdnow):
    found = expected_order_value(
        gamma_gamma.parameters, cdnow["repeat_count"][:10], cdnow["mean_value"][:10]
    )
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert found == pytest.approx(published, abs=0.1)
