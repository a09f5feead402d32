"""Customer value of CDNOW from its raw order log: the figures of the papers.

It is the log that BG/NBD was published with: first-time buyers of early 1997, fitted to
what they did until September, held against the 39 weeks after.
"""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from value_marts import (
    assert_sql_is_python,
    build,
    in_weeks,
    order_days,
    parameters_of,
    read_cdnow,
    values_of,
    write_cdnow,
)
from warehouse import Warehouse

from habitue.lifetime_value import expected_orders, probability_alive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AS_OF = date(1997, 10, 1)
HOLDOUT_DAYS = 273
SETTINGS = {"as_of": str(AS_OF), "value_horizon_days": HOLDOUT_DAYS}


@pytest.fixture(scope="session")
def lines(shared_data: Path) -> pd.DataFrame:
    return read_cdnow(shared_data)


@pytest.fixture(scope="session")
def cdnow(built_once: Callable[..., Warehouse], lines: pd.DataFrame) -> Warehouse:
    """As of the end of the calibration period, with the future in the log."""

    def make(warehouse: Warehouse) -> None:
        write_cdnow(lines, warehouse)
        build(warehouse, **SETTINGS)

    return built_once("cdnow", make)


@pytest.fixture(scope="session")
def cdnow_values(cdnow: Warehouse) -> pd.DataFrame:
    return values_of(cdnow, AS_OF)


def test_repeat_orders_are_those_of_the_published_summary(
    cdnow_values: pd.DataFrame, shared_data: Path
) -> None:
    summary = pd.read_csv(shared_data / "cdnow/customers_summary_rfm.csv")
    found = cdnow_values.set_index(cdnow_values["customer"].astype(int)).sort_index()
    summary = summary.set_index("ID").sort_index()
    assert len(found) == len(summary) == 2_357
    assert (found["repeat_count"] == summary["frequency"]).all()
    assert found["repeat_count"].sum() == 2_457
    assert (found["repeat_count"] > 0).sum() == 946
    assert (found["last_repeat_days"] / 7 - summary["recency"]).abs().max() < 0.005
    assert (found["observed_days"] / 7 - summary["T"]).abs().max() < 0.005


def test_bg_nbd_has_the_parameters_of_the_paper(cdnow: Warehouse) -> None:
    found = parameters_of(cdnow, "bg_nbd", AS_OF)
    published = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert found == pytest.approx(published, rel=0.005)
    assert log_likelihood_of(cdnow, "bg_nbd") == pytest.approx(-9582.43, abs=0.05)


def test_pareto_nbd_has_the_parameters_of_the_paper(cdnow: Warehouse) -> None:
    found = parameters_of(cdnow, "pareto_nbd", AS_OF)
    published = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
    assert found == pytest.approx(published, rel=0.005)
    assert log_likelihood_of(cdnow, "pareto_nbd") == pytest.approx(-9594.97, abs=0.05)


def test_gamma_gamma_has_the_parameters_of_the_paper(cdnow: Warehouse) -> None:
    found = parameters_of(cdnow, "gamma_gamma", AS_OF)
    assert found == pytest.approx({"p": 6.25, "q": 3.74, "v": 15.44}, abs=0.01)
    assert log_likelihood_of(cdnow, "gamma_gamma") == pytest.approx(-4055.92, abs=0.05)


def log_likelihood_of(warehouse: Warehouse, model: str) -> float:
    value: float = warehouse.value(
        "select distinct log_likelihood from marts.value_models "
        f"where model = '{model}' and as_of_date = '{AS_OF}'"
    )
    return value


def test_the_first_customers_have_their_published_probability_and_order_value(
    cdnow_values: pd.DataFrame,
) -> None:
    first = cdnow_values.set_index(cdnow_values["customer"].astype(int))
    alive = first.loc[[1, 2, 3], "probability_alive"]
    assert alive.tolist() == pytest.approx([0.7266, 0.2122, 1.0], abs=0.0005)
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    worth = first.loc[list(range(1, 11)), "expected_order_value"]
    assert worth.tolist() == pytest.approx(published, abs=0.1)


def test_expected_orders_meet_the_holdout_as_published(
    cdnow_values: pd.DataFrame,
    lines: pd.DataFrame,
    record_property: Callable[[str, object], None],
) -> None:
    later = order_days(lines[lines["day"] >= AS_OF])
    actual = later.groupby("customer").size()
    actual = actual.reindex(cdnow_values["customer"], fill_value=0).to_numpy()
    predicted = cdnow_values["expected_orders_horizon"].to_numpy()
    assert actual.sum() == 1_882
    assert predicted.sum() == pytest.approx(1_653, rel=0.005)
    correlation = np.corrcoef(predicted, actual)[0, 1]
    assert correlation == pytest.approx(0.6256, abs=0.001)
    record_property(
        "figure",
        f"CDNOW holdout: {predicted.sum():,.1f} orders predicted, {actual.sum():,} "
        f"came, correlation {correlation:.4f}",
    )


def test_sql_scores_every_customer_as_python_does(
    cdnow: Warehouse, cdnow_values: pd.DataFrame
) -> None:
    assert_sql_is_python(cdnow, AS_OF, cdnow_values)
    past = date(1997, 6, 1)
    assert_sql_is_python(cdnow, past, values_of(cdnow, past))


def test_forecasts_find_their_way_back_to_customers(
    cdnow: Warehouse, cdnow_values: pd.DataFrame
) -> None:
    fitted = parameters_of(cdnow, "bg_nbd", AS_OF)
    for name, days in {"30": 30, "60": 60, "90": 90, "horizon": HOLDOUT_DAYS}.items():
        np.testing.assert_allclose(
            cdnow_values[f"expected_orders_{name}"],
            expected_orders(
                "bg_nbd", fitted, *in_weeks(cdnow_values), horizon=days / 7
            ),
            rtol=1e-9,
        )
    np.testing.assert_allclose(
        cdnow_values["lifetime_value"],
        cdnow_values["discounted_expected_orders"]
        * cdnow_values["expected_order_value"],
    )
    share = (
        cdnow_values["discounted_expected_orders"]
        / cdnow_values["expected_orders_horizon"]
    )
    assert share.between(1 / 1.1 ** (HOLDOUT_DAYS / 365.25), 1).all()
    assert (cdnow_values["horizon_days"] == HOLDOUT_DAYS).all()
    assert (cdnow_values["value_status"] == "complete").all()


def test_nothing_that_happens_later_changes_a_number(
    cdnow: Warehouse, warehouse: Warehouse, lines: pd.DataFrame
) -> None:
    """The same date, once with the nine months after it in the log and once without."""
    write_cdnow(lines[lines["day"] < AS_OF], warehouse)
    build(warehouse, **SETTINGS)
    for table in ("marts.customer_value", "models.expected_orders"):
        rows = f"select * from {table}"
        assert warehouse.value(f"select count(*) from ({rows})") > 1_000
        assert sorted(map(str, cdnow.query(rows))) == sorted(
            map(str, warehouse.query(rows))
        )


def test_a_second_build_fits_nothing_and_another_model_only_itself(
    cdnow: Warehouse, tmp_path: Path
) -> None:
    for path in cdnow.folder.glob("*.*"):
        shutil.copy(path, tmp_path)
    again = Warehouse(tmp_path)
    fits = "select * from models.value_parameters order by all"
    before = again.query(fits)
    build(again, **SETTINGS)
    assert again.query(fits) == before
    # Pareto/NBD is fitted to the past, too, but the latest fit is there already.
    build(again, **SETTINGS, value_model="pareto_nbd")
    found = again.query(fits)
    assert set(before) < set(found)
    added = pd.DataFrame(set(found) - set(before))
    assert set(added[1]) == {"pareto_nbd"}
    assert AS_OF not in set(pd.to_datetime(added[0]).dt.date)
    values = values_of(again, AS_OF)
    fitted = parameters_of(again, "pareto_nbd", AS_OF)
    np.testing.assert_allclose(
        values["probability_alive"],
        probability_alive("pareto_nbd", fitted, *in_weeks(values)),
        rtol=1e-12,
    )
    past = date(1997, 9, 1)
    values = values_of(again, past)
    fitted = parameters_of(again, "pareto_nbd", past)
    np.testing.assert_allclose(
        values["probability_alive"],
        probability_alive("pareto_nbd", fitted, *in_weeks(values)),
        rtol=1e-12,
    )
    assert values["churn_risk_decile"].value_counts().between(220, 255).all()
