"""Customer value from a raw order log: the papers' figures, and what is read naively.

CDNOW is the log that BG/NBD was published with: first-time buyers of early 1997, fitted
to what they did until September, held against the 39 weeks after.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from warehouse import WITHOUT_UNIT_TESTS, ResidentDbt, Warehouse

from habitue.lifetime_value import (
    RepeatCounts,
    expected_order_value,
    expected_orders,
    fit_bg_nbd,
    no_order_probability,
    probability_alive,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AS_OF = date(1997, 10, 1)
HOLDOUT_DAYS = 273
MODELS = (
    *("customer_value", "churn_calibration", "value_models"),
    *("customers", "customer_identifiers"),
)
SELECTED = (
    *("--indirect-selection", "cautious"),
    *("--select", "lookups", *(f"+{model}" for model in MODELS)),
)
HISTORY = ("repeat_count", "last_repeat_days", "observed_days")


def build(warehouse: Warehouse, path: Path | str, **variables: Any) -> Warehouse:
    """The marts of customer value from a file of order lines, and their tests."""
    settings = {"sources": ["files"], "files_order_lines_path": str(path)}
    warehouse.build(*SELECTED, **settings | variables)
    return warehouse


def copy_of(warehouse: Warehouse, folder: Path) -> Warehouse:
    shutil.copy(warehouse.database, folder)
    return Warehouse(folder)


def frame_of(warehouse: Warehouse, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(warehouse.database), read_only=True) as connection:
        return connection.execute(sql).df()


def parameters_of(warehouse: Warehouse, model: str, as_of: date) -> dict[str, float]:
    return dict(
        warehouse.query(
            "select parameter, estimate from marts.value_models where is_in_use "
            f"and status = 'converged' and model = '{model}' "
            f"and as_of_date = '{as_of}'"
        )
    )


def values_of(warehouse: Warehouse, as_of: date) -> pd.DataFrame:
    """customer_value by the id in the log, with the history it was computed from."""
    return frame_of(
        warehouse,
        "select vault.raw_value as customer, repeats.last_repeat_days, "
        "repeats.observed_days, repeats.mean_repeat_value, value.* "
        "from marts.customer_value as value "
        "inner join intermediate.int_customer_repeats__counted as repeats "
        "using (customer_id, as_of_date) "
        "inner join marts.customer_identifiers as names using (customer_id) "
        "inner join vault.identifiers as vault using (pseudonym) "
        f"where as_of_date = '{as_of}' order by customer",
    )


def in_weeks(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    count, last, seen = (rows[name].to_numpy() for name in HISTORY)
    return count, last / 7, seen / 7


# CDNOW, the 1/10 sample


@pytest.fixture(scope="session")
def cdnow_log(shared_data: Path) -> pd.DataFrame:
    return pd.read_parquet(shared_data / "cdnow/transactions_sample_2357.parquet")


@pytest.fixture(scope="session")
def write_lines(
    cdnow_log: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """Saves the lines of the log before a day as order lines."""

    def write(before: date | None = None) -> Path:
        lines = cdnow_log
        if before:
            lines = lines[pd.to_datetime(lines["date"]).dt.date < before]
        path = tmp_path_factory.mktemp("cdnow") / "order_lines.parquet"
        pd.DataFrame(
            {
                "order_id": lines.index,
                "user_id": lines["sample_customer_id"],
                "ordered_at": pd.to_datetime(lines["date"]),
                "unit_price": lines["dollar_value"],
                "quantity": 1,
            }
        ).to_parquet(path)
        return path

    return write


@pytest.fixture(scope="session")
def cdnow(
    built_once: Callable[..., Warehouse], write_lines: Callable[..., Path]
) -> Warehouse:
    """As of the end of the calibration period, with the future in the log."""
    return built_once(
        "cdnow",
        lambda warehouse: build(
            warehouse,
            write_lines(),
            as_of=str(AS_OF),
            value_horizon_days=HOLDOUT_DAYS,
        ),
    )


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
    cdnow_log: pd.DataFrame,
    record_property: Callable[[str, object], None],
) -> None:
    days = cdnow_log.assign(day=pd.to_datetime(cdnow_log["date"]).dt.date)
    later = days[days["day"] >= AS_OF].drop_duplicates(["sample_customer_id", "day"])
    actual = later.groupby("sample_customer_id").size()
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


def assert_sql_is_python(
    warehouse: Warehouse, as_of: date, values: pd.DataFrame
) -> None:
    fitted = parameters_of(warehouse, "bg_nbd", as_of)
    spend = parameters_of(warehouse, "gamma_gamma", as_of)
    alive = probability_alive("bg_nbd", fitted, *in_weeks(values))
    worth = expected_order_value(
        spend, values["repeat_count"], values["mean_repeat_value"]
    )
    np.testing.assert_allclose(values["probability_alive"], alive, rtol=0, atol=1e-9)
    np.testing.assert_allclose(values["churn_risk"], 1 - alive, rtol=0, atol=1e-9)
    silent = no_order_probability("bg_nbd", fitted, *in_weeks(values), horizon=90 / 7)
    np.testing.assert_allclose(
        values["no_order_probability_90"], silent, rtol=0, atol=1e-9
    )
    np.testing.assert_allclose(values["expected_order_value"], worth, rtol=1e-9)


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
    cdnow: Warehouse, warehouse: Warehouse, write_lines: Callable[..., Path]
) -> None:
    """The same date, once with the nine months after it in the log and once without."""
    build(
        warehouse,
        write_lines(before=AS_OF),
        as_of=str(AS_OF),
        value_horizon_days=HOLDOUT_DAYS,
    )
    for table in ("marts.customer_value", "models.expected_orders"):
        rows = f"select * from {table}"
        assert warehouse.value(f"select count(*) from ({rows})") > 1_000
        assert sorted(map(str, cdnow.query(rows))) == sorted(
            map(str, warehouse.query(rows))
        )


def test_a_second_build_fits_nothing_and_another_model_only_itself(
    cdnow: Warehouse, tmp_path: Path, write_lines: Callable[..., Path]
) -> None:
    again = copy_of(cdnow, tmp_path)
    fits = "select * from models.value_parameters order by all"
    before = again.query(fits)
    settings = {"as_of": str(AS_OF), "value_horizon_days": HOLDOUT_DAYS}
    path = write_lines()
    build(again, path, **settings)
    assert again.query(fits) == before
    # Pareto/NBD is fitted to the past, too, but the latest fit is there already.
    build(again, path, **settings, value_model="pareto_nbd")
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


# Calibration: the same log to its end, read a second time with pandas


@pytest.fixture(scope="session")
def cdnow_to_the_end(
    built_once: Callable[..., Warehouse], write_lines: Callable[..., Path]
) -> Warehouse:
    return built_once(
        "cdnow_to_the_end", lambda warehouse: build(warehouse, write_lines())
    )


@pytest.fixture(scope="session")
def backtest(cdnow_to_the_end: Warehouse, cdnow_log: pd.DataFrame) -> pd.DataFrame:
    """Every customer of every month whose 90 days are over: risk, decile, outcome."""
    end = date(1998, 7, 1)
    days = cdnow_log.assign(day=pd.to_datetime(cdnow_log["date"]).dt.date)
    days = days.rename(columns={"sample_customer_id": "customer"})
    days = days.drop_duplicates(["customer", "day"])
    months = pd.date_range("1997-02-01", end, freq="MS").date
    found = []
    for as_of in months:
        until = as_of + timedelta(days=90)
        fitted = parameters_of(cdnow_to_the_end, "bg_nbd", as_of)
        if until > end or not fitted:
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
    cdnow_to_the_end: Warehouse, backtest: pd.DataFrame, by: list[str]
) -> None:
    keys = {"as_of": "as_of_date", "decile": "churn_risk_decile"}
    condition = " and ".join(
        f"{column} is {'not ' if name in by else ''}null"
        for name, column in keys.items()
    )
    order = ", ".join(keys[name] for name in by) or "1"
    found = frame_of(
        cdnow_to_the_end,
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


def test_calibration_uses_parameters_of_the_date_itself(
    cdnow_to_the_end: Warehouse, cdnow_log: pd.DataFrame
) -> None:
    days = cdnow_log.assign(day=pd.to_datetime(cdnow_log["date"]).dt.date)
    days = days.rename(columns={"sample_customer_id": "customer"})
    days = days.drop_duplicates(["customer", "day"])
    for as_of in (date(1997, 8, 1), date(1998, 4, 1)):
        rows = histories(days[days["day"] < as_of], as_of)
        alone = fit_bg_nbd(RepeatCounts.of_customers(*in_weeks(rows)))
        found = parameters_of(cdnow_to_the_end, "bg_nbd", as_of)
        assert found == pytest.approx(alone.parameters, rel=1e-6)


def test_the_observed_ratio_knows_only_what_was_over_by_its_date(
    cdnow_to_the_end: Warehouse, backtest: pd.DataFrame
) -> None:
    for as_of in (date(1998, 1, 1), date(1998, 7, 1)):
        over = backtest[backtest["as_of"].map(lambda day: day + timedelta(90)) <= as_of]
        expected = over.groupby("decile")["has_churned"].agg(["mean", "size"])
        found = values_of(cdnow_to_the_end, as_of)
        told = found[found["calibration_status"] == "calibrated"]
        assert len(told) > 2_000
        known = expected.loc[told["churn_risk_decile"]]
        np.testing.assert_allclose(told["observed_churn_ratio"], known["mean"])
        assert told["observed_customer_count"].tolist() == known["size"].tolist()
        untold = found[found["calibration_status"] != "calibrated"]
        assert untold["observed_churn_ratio"].isna().all()
        assert not set(untold["churn_risk_decile"]) & set(expected.index)


def test_before_90_days_are_over_nothing_is_calibrated(cdnow: Warehouse) -> None:
    rows = (
        "select distinct calibration_status from marts.customer_value where "
        "as_of_date = '1997-05-01' and observed_churn_ratio is null"
    )
    assert cdnow.query(rows) == [("no 90 days are over since an earlier date",)]


# Shops that a model cannot be fitted to, and one with a customer who never stops


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> ResidentDbt:
    folder = tmp_path_factory.mktemp("value_worlds")
    variables = {
        "sources": ["files"],
        "files_order_lines_path": str(folder / "lines.parquet"),
        "files_events_path": str(folder / "events.parquet"),
        "history_months": 1,
    }
    pd.DataFrame(
        {"event_type": ["page_view"], "occurred_at": [START], "user_id": ["reader"]}
    ).to_parquet(folder / "events.parquet")
    return ResidentDbt(folder, variables)


START = pd.Timestamp("2024-01-01")
SHOP_DAYS = 200


def shop_of(
    worlds: ResidentDbt,
    name: str,
    orders: list[tuple[str, int]],
    prices: float | np.ndarray = 10.0,
) -> Warehouse:
    """A warehouse of a shop with these orders (customer, day)."""
    customers, days = zip(*orders, strict=True) if orders else ((), ())
    pd.DataFrame(
        {
            "order_id": pd.Series(range(len(orders)), dtype="int64"),
            "user_id": pd.Series(customers, dtype="str"),
            "ordered_at": START + pd.to_timedelta(pd.Series(days, dtype="int64"), "D"),
            "unit_price": pd.Series(prices, index=range(len(orders)), dtype="float64"),
        }
    ).to_parquet(worlds.folder / "lines.parquet")
    warehouse = worlds.empty(name)
    worlds.command(warehouse, "build", *WITHOUT_UNIT_TESTS, *SELECTED)
    return warehouse


def regulars(count: int) -> list[tuple[str, int]]:
    """Orders of customers by BG/NBD, day by day."""
    rng = np.random.default_rng(3)
    orders = []
    for number in range(count):
        first, rate, leaves = rng.integers(0, 60), rng.gamma(0.8, 0.06), rng.beta(1, 3)
        day = float(first)
        while day < SHOP_DAYS:
            orders.append((f"c{number:03}", int(day)))
            if day > first and rng.random() < leaves:
                break
            day += 1 + rng.exponential(1 / rate)
    return orders


def statuses_of(warehouse: Warehouse) -> set[tuple[str, str]]:
    return set(warehouse.query("select model, status from marts.value_models"))


def told_of(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """What the latest date says of customers: statuses, and how many have numbers."""
    return warehouse.query(
        "select value_status, calibration_status, count(*), count(probability_alive), "
        "count(churn_risk_decile), count(expected_orders_30), "
        "count(expected_order_value), count(lifetime_value) "
        "from marts.customer_value where as_of_date = "
        "(select max(as_of_date) from marts.customer_value) group by 1, 2"
    )


def test_a_shop_of_one_time_buyers_has_statuses_and_no_numbers(
    worlds: ResidentDbt,
) -> None:
    orders = [(f"c{number}", number % SHOP_DAYS) for number in range(150)]
    shop = shop_of(worlds, "one_time", orders)
    assert {status for _, status in statuses_of(shop)} <= {
        "no_repeat_orders",
        "too_few_customers",
    }
    status = "bg_nbd: no repeat orders; gamma_gamma: no repeat orders"
    assert told_of(shop) == [(status, "no churn risk", 150, 0, 0, 0, 0, 0)]
    assert shop.value("select count(*) from marts.churn_calibration") == 0


def test_a_shop_that_gives_everything_away_has_orders_but_no_value(
    worlds: ResidentDbt,
) -> None:
    shop = shop_of(worlds, "free", regulars(300), prices=0.0)
    assert ("bg_nbd", "converged") in statuses_of(shop)
    assert ("gamma_gamma", "no_spend") in statuses_of(shop)
    (told,) = told_of(shop)
    assert told[0] == "gamma_gamma: no spend"
    assert told[2:] == (300, 300, 300, 300, 0, 0)


def test_ten_customers_are_too_few(worlds: ResidentDbt) -> None:
    shop = shop_of(worlds, "ten", regulars(10))
    assert {status for _, status in statuses_of(shop)} == {"too_few_customers"}
    (told,) = told_of(shop)
    assert told[0] == "bg_nbd: too few customers; gamma_gamma: too few customers"
    assert told[2:] == (10, 0, 0, 0, 0, 0)


def test_a_site_without_orders_builds_and_says_so(worlds: ResidentDbt) -> None:
    site = shop_of(worlds, "none", [])
    assert statuses_of(site) == {
        (model, "too_few_customers")
        for model in ("bg_nbd", "gamma_gamma", "pareto_nbd")
    }
    for mart in ("customer_value", "churn_calibration"):
        assert site.value(f"select count(*) from marts.{mart}") == 0


def test_thousands_of_orders_are_scored_as_python_does(worlds: ResidentDbt) -> None:
    """One has ordered on 3,000 days until yesterday, one on 2,000 days long ago."""
    daily = [("always", SHOP_DAYS - day) for day in range(1, 3_001)]
    once = [("once", SHOP_DAYS - 365 - day) for day in range(2_000)]
    orders = regulars(300) + daily + once
    rng = np.random.default_rng(8)
    means = {name: 20 / rng.gamma(4) for name, _ in orders}
    prices = np.array([means[name] * rng.gamma(6) for name, _ in orders]).round(2)
    shop = shop_of(worlds, "busy", orders, prices)
    as_of = (START + pd.Timedelta(days=SHOP_DAYS)).date()
    values = values_of(shop, as_of).set_index("customer", drop=False)
    assert values["repeat_count"].max() == 2_999
    assert_sql_is_python(shop, as_of, values)
    assert values.loc["always", "probability_alive"] > 0.5
    assert values.loc["once", "probability_alive"] < 1e-12
    assert values["lifetime_value"].between(0, 1e6).all()
