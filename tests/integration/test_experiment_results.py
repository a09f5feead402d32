"""Experiments in the warehouse, beside a loop over customers and published results."""

from __future__ import annotations

import itertools
import math
import uuid
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import experiment_world
import numpy as np
import pandas as pd
import pytest
import tea_tasting
from experiment_world import AS_OF, AS_OF_DATES, EXPERIMENTS, METRICS, midnight
from warehouse import ResidentDbt, Warehouse

PARTS = ("value", "base", "past_value", "past_base")
SUMS = {
    "_".join(factors): factors
    for count in (1, 2)
    for factors in itertools.combinations_with_replacement(PARTS, count)
}
MODELS = (
    "int_experiments__described",
    "int_experiment_arms__described",
    "int_experiments__dated",
    "int_experiment_arms__counted",
    "int_experiment_metrics__asked",
    "int_experiment_segments__named",
    "int_experiment_covariates__dated",
    "int_experiment_values__measured",
    "int_experiment_sums__totalled",
    "int_experiment_sums__counted",
    "int_experiment_quantiles__measured",
    "int_experiment_groups__numbered",
    "int_experiment_ranks__kept",
    "int_experiment_looks__dated",
    "int_experiment_customers__watched",
    "int_experiment_steps__cumulated",
    "int_experiment_looks__counted",
    "experiment_effects",
    "experiment_look_effects",
    "experiment_metrics",
    "experiment_results",
    "experiment_looks",
)
# tea-tasting's users, whose published results are at the end of this file.
DAY_FACTS = {"model": "customer_days", "date": "activity_date"}
USER_METRICS = {
    "user_sessions": {"kind": "mean", "value": DAY_FACTS | {"column": "session_count"}},
    "user_orders": {"kind": "mean", "value": DAY_FACTS | {"column": "order_count"}},
    "session_orders": {
        "kind": "ratio",
        "value": DAY_FACTS | {"column": "order_count"},
        "base": DAY_FACTS | {"column": "session_count"},
    },
    "user_revenue": {"kind": "mean", "value": DAY_FACTS | {"column": "revenue"}},
}
USERS = {
    "assigned_by": "events",
    "arms": {"0": 0.5, "1": 0.5},
    "start": "2025-03-20",
    "end": "2025-03-25",
    "metrics": list(USER_METRICS),
    "minimum_effect": 0.1,
}
VARIABLES = {
    "reporting_time_zone": "Europe/Berlin",
    "experiments": EXPERIMENTS | {"users": USERS},
    "experiment_metrics": METRICS | USER_METRICS,
    "experiment_pre_period_days": experiment_world.PAST_DAYS,
    "experiment_correction": "none",
}


def users() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Assignments and days of tea-tasting's users: one day before, one day after."""
    table = tea_tasting.make_users_data(rng=42, covariates=True).to_pandas()
    customers = [str(uuid.UUID(int=number)) for number in table["user"]]
    assigned = datetime.fromisoformat("2025-03-20 12:00")
    assignments = pd.DataFrame(
        {
            "customer_id": customers,
            "experiment_id": "users",
            "arm": table["variant"].astype(str),
            "status": "in",
            "segment_name": None,
            "segment_id": None,
            "arm_count": 1,
            "is_analysed": True,
            "assigned_at": assigned,
            "exposed_at": assigned,
        }
    )
    days = [
        pd.DataFrame(
            {
                "customer_id": customers,
                "activity_date": assigned.date() + timedelta(days=days),
                "session_count": table[f"sessions{suffix}"],
                "order_count": table[f"orders{suffix}"],
                "revenue": table[f"revenue{suffix}"],
            }
        )
        for days, suffix in ((2, ""), (-3, "_covariate"))
    ]
    return assignments, pd.concat(days)


@pytest.fixture(scope="module")
def world() -> experiment_world.World:
    return experiment_world.make_world(3)


@pytest.fixture(scope="module")
def measured(
    world: experiment_world.World, tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """The marts of that world, and everything that follows for experiments."""
    warehouse = Warehouse(tmp_path_factory.mktemp("experiments"))
    assignments, days = users()
    tables = {
        "marts.experiment_assignments": (
            pd.concat([pd.DataFrame(world.assignments), assignments]),
            "customer_id::uuid as customer_id, segment_id::bigint as segment_id, "
            "segment_name::varchar as segment_name",
        ),
        "marts.orders": (
            pd.DataFrame(world.orders),
            "customer_id::uuid as customer_id, amount::decimal(18, 4) as amount",
        ),
        "marts.customer_days": (
            pd.concat([pd.DataFrame(world.days), days]),
            "customer_id::uuid as customer_id, activity_date::date as activity_date",
        ),
        "marts.customer_features": (
            pd.DataFrame(world.features),
            "customer_id::uuid as customer_id, as_of_date::date as as_of_date",
        ),
        "intermediate.int_as_of__dates": (
            pd.DataFrame(
                {
                    "as_of_date": AS_OF_DATES,
                    "is_latest": [d == AS_OF for d in AS_OF_DATES],
                }
            ),
            "as_of_date::date as as_of_date",
        ),
    }
    with duckdb.connect(str(warehouse.database)) as connection:
        for name, (frame, casts) in tables.items():
            connection.register("frame", frame)
            connection.execute(f"create schema if not exists {name.split('.')[0]}")
            connection.execute(
                f"create table {name} as select * replace ({casts}) from frame"
            )
    resident = ResidentDbt(warehouse.folder, VARIABLES)
    resident.command(warehouse, "run", "--select", *MODELS)
    return warehouse


@pytest.fixture(scope="module")
def reference(world: experiment_world.World) -> experiment_world.Reference:
    return experiment_world.Reference(world)


def frame(warehouse: Warehouse, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(warehouse.database), read_only=True) as connection:
        return connection.execute(sql).df()


def asked_of(experiment: str) -> list[str]:
    return EXPERIMENTS[experiment]["metrics"] + EXPERIMENTS[experiment].get(
        "guardrails", []
    )


def until(experiment: str) -> datetime:
    end = datetime.fromisoformat(EXPERIMENTS[experiment]["end"])
    return min(end, midnight(AS_OF))


def sums_of(customers: list[dict[str, float]]) -> dict[str, float]:
    """Sums over customers by numpy; the base of what is no ratio is 1."""
    columns = {
        part: np.array([one.get(part, 1.0) for one in customers]) for part in PARTS
    }
    return {
        name: float(math.fsum(np.prod([columns[part] for part in factors], axis=0)))
        for name, factors in SUMS.items()
    }


def test_values_are_those_of_a_loop_over_customers_and_facts(
    measured: Warehouse,
    world: experiment_world.World,
    reference: experiment_world.Reference,
) -> None:
    table = frame(
        measured, "select * from intermediate.int_experiment_values__measured"
    )
    rows = {
        (row["experiment_id"], str(row["customer_id"])): row
        for row in table.to_dict("records")
    }
    told = 0
    assignments = [one for one in world.assignments if one["is_analysed"]]
    assert len(assignments) > 250
    assert not any("never_asked" in name for name in table.columns)
    for one in assignments:
        row = rows[one["experiment_id"], one["customer_id"]]
        for metric in set(METRICS) - {"never_asked"}:
            expected = None
            if metric in asked_of(one["experiment_id"]):
                expected = reference.value(
                    metric, one, until=until(one["experiment_id"])
                )
            for part in PARTS:
                name = f"{metric}_{part}"
                if expected is None:
                    assert name not in row or math.isnan(row[name])
                elif part in expected:
                    assert row[name] == pytest.approx(expected[part], abs=1e-9), name
                    told += 1
    assert told > 2000


def test_sums_are_those_of_numpy(
    measured: Warehouse,
    world: experiment_world.World,
    reference: experiment_world.Reference,
) -> None:
    groups = defaultdict(list)
    for one in world.assignments:
        if not one["is_analysed"]:
            continue
        name = one["experiment_id"]
        for metric in asked_of(name):
            values = reference.value(metric, one, until=until(name))
            if values is None or METRICS[metric]["kind"] == "quantile":
                continue
            for segment in {one["segment_id"], None}:
                groups[name, metric, one["arm"], segment].append(values)
    rows = {
        row[:4]: row[4:]
        for row in measured.query(
            "select experiment_id, metric, arm, segment_id, customer_count, "
            f"{', '.join(f'{name}_sum' for name in SUMS)} "
            "from intermediate.int_experiment_sums__counted "
            "where experiment_id != 'users'"
        )
    }
    assert set(rows) == set(groups)
    assert len(rows) > 50
    for key, customers in groups.items():
        assert rows[key][0] == len(customers)
        assert rows[key][1:] == pytest.approx(
            list(sums_of(customers).values()), rel=1e-9, abs=1e-6
        )


@pytest.mark.parametrize("experiment", ["ended", "running"])
def test_looks_are_what_one_would_have_counted_then(
    measured: Warehouse,
    world: experiment_world.World,
    reference: experiment_world.Reference,
    experiment: str,
) -> None:
    metric = EXPERIMENTS[experiment]["metrics"][0]
    rows = measured.query(
        "select arm, look_number, look_at, is_cumulated, customer_count, "
        f"{', '.join(f'{name}_sum' for name in SUMS)} "
        "from intermediate.int_experiment_looks__counted "
        f"where experiment_id = '{experiment}' order by arm, look_number, is_cumulated"
    )
    dates = {row[1]: row[2] for row in rows}
    start = date.fromisoformat(EXPERIMENTS[experiment]["start"])
    end = date.fromisoformat(EXPERIMENTS[experiment]["end"])
    days = (min(end, AS_OF) - start).days
    assert len(dates) == min(10, days)
    assert max(dates.values()) == start + timedelta(days=days)
    for arm, number, look_at, is_cumulated, count, *sums in rows:
        at = min(datetime.combine(look_at, datetime.min.time()), until(experiment))
        before = dates.get(number - 1, start)
        since = None if is_cumulated else datetime.combine(before, datetime.min.time())
        there = [
            reference.value(metric, one, until=at, since=since)
            for one in world.assignments
            if one["is_analysed"]
            and one["experiment_id"] == experiment
            and one["arm"] == arm
            and one["assigned_at"] < at
        ]
        assert count == len(there)
        assert sums == pytest.approx(
            list(sums_of(there).values()), rel=1e-9, abs=1e-6
        ), (arm, number, is_cumulated)


def test_the_last_look_is_what_the_results_are_made_of(measured: Warehouse) -> None:
    columns = ", ".join(f"{name}_sum" for name in SUMS)
    looks, counted = (
        measured.query(
            f"select experiment_id, metric, arm, {columns} from intermediate.{table} "
            "order by experiment_id, arm"
        )
        for table in (
            "int_experiment_looks__counted where is_cumulated and look_number = "
            "(select max(dated.look_number) from intermediate."
            "int_experiment_looks__dated as dated where dated.experiment_id = "
            "int_experiment_looks__counted.experiment_id)",
            "int_experiment_sums__counted where segment_id is null and metric in "
            "('order_value', 'bought', 'user_sessions')",
        )
    )
    assert [row[:3] for row in looks] == [row[:3] for row in counted]
    assert len(looks) == 7
    for look, sums in zip(looks, counted, strict=True):
        assert look[3:] == pytest.approx(sums[3:], rel=1e-9, abs=1e-6)


def test_ranks_around_a_quantile_are_those_of_sorted_values(
    measured: Warehouse,
    world: experiment_world.World,
    reference: experiment_world.Reference,
) -> None:
    quantile = METRICS["most_revenue"]["quantile"]
    for arm, segment in itertools.product(EXPERIMENTS["ended"]["arms"], (None, 1, 2)):
        values = sorted(
            reference.value("most_revenue", one, until=until("ended"))["value"]
            for one in world.assignments
            if one["is_analysed"]
            and one["experiment_id"] == "ended"
            and one["arm"] == arm
            and segment in (None, one["segment_id"])
        )
        count = len(values)
        reach = 6 * math.sqrt(count * quantile * (1 - quantile)) + 2
        expected = [
            (rank, count, pytest.approx(value, abs=1e-9))
            for rank, value in enumerate(values, start=1)
            if abs(rank - count * quantile) <= reach
        ]
        is_segment = "is null" if segment is None else f"= {segment}"
        found = measured.query(
            "select value_rank, customer_count, value "
            "from intermediate.int_experiment_ranks__kept where metric = "
            f"'most_revenue' and arm = '{arm}' and segment_id {is_segment} order by 1"
        )
        assert found == expected


def test_every_question_has_an_answer_in_words(measured: Warehouse) -> None:
    rows = measured.query(
        "select experiment_id, metric, arm, method, status, verdict, is_decisive "
        "from marts.experiment_results where segment_id is null"
    )
    decisive = [row[:3] for row in rows if row[6]]
    asked = [
        (name, metric, arm)
        for name, experiment in (EXPERIMENTS | {"users": USERS}).items()
        for metric in experiment["metrics"] + experiment.get("guardrails", [])
        for arm in list(experiment["arms"])[1:]
    ]
    assert sorted(decisive) == sorted(asked)
    for experiment, metric, _, method, status, verdict, _ in rows:
        if experiment == "planned":
            assert verdict == "not judged: nobody is in the experiment"
        if (experiment, metric) == ("running", "came_back") and method == "cuped":
            assert status == "nobody's days are over yet"
        if experiment == "running" and status == "told":
            assert verdict.startswith("running: ")
        if experiment in ("ended", "users"):
            assert "running" not in verdict


@pytest.mark.parametrize(
    ("metric", "method", "published"),
    [
        ("user_sessions", "unadjusted", (1.996045, 1.982802, -0.006635, 0.674021)),
        ("session_orders", "unadjusted", (0.265726, 0.289031, 0.087703, 0.076238)),
        ("user_orders", "unadjusted", (0.530400, 0.573091, 0.080487, 0.117732)),
        ("user_revenue", "unadjusted", (5.241028, 5.730111, 0.093318, 0.123070)),
        ("user_revenue", "cuped", (5.121454, 5.852468, 0.142736, 0.006744)),
    ],
)
def test_published_users_come_out_of_the_warehouse_to_all_digits(
    measured: Warehouse, metric: str, method: str, published: tuple[float, ...]
) -> None:
    """ab-07 to ab-11: from rows of marts to the result, beside tea-tasting's guide."""
    [found] = measured.query(
        "select control_value, value, relative_difference, p_value "
        "from marts.experiment_results where experiment_id = 'users' and "
        f"metric = '{metric}' and method = '{method}' and segment_id is null"
    )
    assert found == pytest.approx(published, abs=1e-6)


def test_what_is_known_of_an_arm_stands_beside_its_sums(measured: Warehouse) -> None:
    for value, error, values in measured.query(
        "select value, standard_error, (select list(user_revenue_value) from "
        "intermediate.int_experiment_values__measured as measured where measured.arm = "
        "experiment_metrics.arm and experiment_id = 'users') "
        "from marts.experiment_metrics where metric = 'user_revenue'"
    ):
        assert value == pytest.approx(np.mean(values), rel=1e-12)
        assert error == pytest.approx(
            np.std(values, ddof=1) / math.sqrt(len(values)), rel=1e-9
        )


def test_unused_parts_of_the_world_are_there(world: experiment_world.World) -> None:
    """Facts at the very moment of an assignment, amounts below zero."""
    moments = {(one["customer_id"], one["assigned_at"]) for one in world.assignments}
    assert (
        sum((o["customer_id"], o["ordered_at"]) in moments for o in world.orders) > 20
    )
    assert any((order["amount"] or 0) < 0 for order in world.orders)
    at_midnight: list[Any] = [
        one
        for one in world.assignments
        if one["assigned_at"] == midnight(one["assigned_at"].date() + timedelta(days=1))
    ]
    assert at_midnight
