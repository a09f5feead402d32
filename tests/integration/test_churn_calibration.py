"""Churn risk against what followed: CDNOW to its end, read again with pandas."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from value_marts import (
    build,
    frame_of,
    in_weeks,
    order_days,
    parameters_of,
    read_cdnow,
    values_of,
    write_cdnow,
)

from habitue.lifetime_value import (
    RepeatCounts,
    fit_bg_nbd,
    no_order_probability,
    probability_alive,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from warehouse import Warehouse

END = date(1998, 7, 1)


@pytest.fixture(scope="session")
def days(shared_data: Path) -> pd.DataFrame:
    return order_days(read_cdnow(shared_data))


@pytest.fixture(scope="session")
def cdnow(built_once: Callable[..., Warehouse], shared_data: Path) -> Warehouse:
    """Twelve months of history, as of the end of the log."""

    def make(warehouse: Warehouse) -> None:
        write_cdnow(read_cdnow(shared_data), warehouse)
        build(warehouse)

    return built_once("cdnow_to_the_end", make)


@pytest.fixture(scope="session")
def backtest(cdnow: Warehouse, days: pd.DataFrame) -> pd.DataFrame:
    """Every customer of every month whose 90 days are over: risk, decile, outcome."""
    months = pd.date_range("1997-02-01", END, freq="MS").date
    found = []
    for as_of in months:
        until = as_of + timedelta(days=90)
        fitted = parameters_of(cdnow, "bg_nbd", as_of)
        if until > END or not fitted:
            continue
        rows = histories(days[days["day"] < as_of], as_of)
        later = days[(days["day"] >= as_of) & (days["day"] < until)]
        rows["risk"] = 1 - probability_alive("bg_nbd", fitted, *in_weeks(rows))
        rows["no_order"] = no_order_probability(
            "bg_nbd", fitted, *in_weeks(rows), horizon=90 / 7
        )
        rows["has_churned"] = ~rows.index.isin(later["customer"])
        safer = (rows["risk"].rank(method="min") - 1) / len(rows)
        rows["decile"] = 1 + np.floor(10 * safer.round(12)).astype(int)
        found.append(rows.assign(as_of=as_of))
    return pd.concat(found)


def histories(days: pd.DataFrame, as_of: date) -> pd.DataFrame:
    groups = days.groupby("customer")["day"]
    first, last = groups.min(), groups.max()
    return pd.DataFrame(
        {
            "repeat_count": groups.size() - 1,
            "last_repeat_days": [
                (b - a).days for a, b in zip(first, last, strict=True)
            ],
            "observed_days": [(as_of - a).days - 1 for a in first],
        }
    )


def calibration_of(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """What the mart holds, from single customers."""
    base = rows.groupby("as_of")["has_churned"].transform("mean")
    rows = rows.assign(
        brier=(rows["risk"] - rows["has_churned"]) ** 2,
        no_order_brier=(rows["no_order"] - rows["has_churned"]) ** 2,
        base_brier=(base - rows["has_churned"]) ** 2,
        everybody=1,
    )
    groups = rows.groupby(by or ["everybody"])
    return groups.agg(
        customer_count=("risk", "size"),
        mean_churn_risk=("risk", "mean"),
        mean_no_order_probability=("no_order", "mean"),
        observed_churn_ratio=("has_churned", "mean"),
        brier_score=("brier", "mean"),
        no_order_brier_score=("no_order_brier", "mean"),
        base_rate_brier_score=("base_brier", "mean"),
    )


@pytest.mark.parametrize("by", [["as_of", "decile"], ["as_of"], ["decile"], []])
def test_calibration_is_that_of_a_naive_reading(
    cdnow: Warehouse, backtest: pd.DataFrame, by: list[str]
) -> None:
    keys = {"as_of": "as_of_date", "decile": "churn_risk_decile"}
    condition = " and ".join(
        f"{column} is {'not ' if name in by else ''}null"
        for name, column in keys.items()
    )
    order = ", ".join(keys[name] for name in by) or "1"
    found = frame_of(
        cdnow,
        f"select * from marts.churn_calibration where {condition} order by {order}",
    )
    expected = calibration_of(backtest, by).reset_index()
    assert len(found) == len(expected) > 0
    for name in by:
        values = found[keys[name]]
        if name == "as_of":
            values = pd.to_datetime(values).dt.date
        assert values.tolist() == expected[name].tolist()
    for name in expected.columns[expected.columns.str.contains("_")].difference(by):
        if name != "as_of":
            np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=1e-9)


def test_the_probability_of_no_order_beats_the_base_rate_at_every_date(
    cdnow: Warehouse, record_property: Callable[[str, object], None]
) -> None:
    found = frame_of(
        cdnow,
        "select * from marts.churn_calibration where churn_risk_decile is null "
        "order by as_of_date nulls first",
    )
    assert (found["no_order_brier_score"] < found["base_rate_brier_score"]).all()
    pooled = found.iloc[0]
    assert pooled["mean_no_order_probability"] == pytest.approx(
        pooled["observed_churn_ratio"], abs=0.02
    )
    record_property(
        "figure",
        "CDNOW, no order in 90 days: Brier score "
        f"{pooled['no_order_brier_score']:.3f}, of the base rate "
        f"{pooled['base_rate_brier_score']:.3f}, of the churn risk "
        f"{pooled['brier_score']:.3f}; predicted "
        f"{pooled['mean_no_order_probability']:.3f}, observed "
        f"{pooled['observed_churn_ratio']:.3f}",
    )


def test_calibration_uses_parameters_of_the_date_itself(
    cdnow: Warehouse, days: pd.DataFrame
) -> None:
    for as_of in (date(1997, 8, 1), date(1998, 4, 1)):
        rows = histories(days[days["day"] < as_of], as_of)
        alone = fit_bg_nbd(RepeatCounts.of_customers(*in_weeks(rows)))
        found = parameters_of(cdnow, "bg_nbd", as_of)
        assert found == pytest.approx(alone.parameters, rel=1e-6)


def test_the_observed_ratio_knows_only_what_was_over_by_its_date(
    cdnow: Warehouse, backtest: pd.DataFrame
) -> None:
    for as_of in (date(1998, 1, 1), date(1998, 7, 1)):
        over = backtest[backtest["as_of"].map(lambda day: day + timedelta(90)) <= as_of]
        expected = over.groupby("decile")["has_churned"].agg(["mean", "size"])
        found = values_of(cdnow, as_of)
        told = found[found["calibration_status"] == "calibrated"]
        assert len(told) > 2_000
        known = expected.loc[told["churn_risk_decile"]]
        np.testing.assert_allclose(told["observed_churn_ratio"], known["mean"])
        assert told["observed_customer_count"].tolist() == known["size"].tolist()
        untold = found[found["calibration_status"] != "calibrated"]
        assert untold["observed_churn_ratio"].isna().all()
        assert not set(untold["churn_risk_decile"]) & set(expected.index)


def test_before_90_days_are_over_nothing_is_calibrated(cdnow: Warehouse) -> None:
    """The first date is July 1, 1997; 90 days after it are over on September 29."""
    first = cdnow.value(
        "select min(as_of_date) from marts.customer_value "
        "where observed_churn_ratio is not null"
    )
    assert first == date(1997, 10, 1)
    assert cdnow.query(
        "select distinct calibration_status from marts.customer_value "
        "where as_of_date < '1997-10-01' and churn_risk is not null"
    ) == [("no 90 days are over since an earlier date",)]
