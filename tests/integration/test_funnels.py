"""Funnels against every attempt there is, the published ones of a shop, bad seeds."""

from __future__ import annotations

import re
from itertools import groupby, product
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from naive_funnels import Funnel, Reached, Step, reached_in
from warehouse import BuildError, ResidentDbt

if TYPE_CHECKING:
    from warehouse import Warehouse

DAY = 86400
STEPS = (
    ("a", "b", "c"),
    ("a", "a", "b"),
    ("c", "a"),
    ("search", "b"),
    ("search", "a", "search", "c"),
)
FUNNELS = {
    f"{' '.join(steps)} {order} {counted} {window}": Funnel(
        steps, order, counted, window and window * DAY // 8
    )
    for steps, order, counted, window in product(
        STEPS, ("loose", "strict", "any"), ("customer", "journey"), (None, 1, 4)
    )
    if order != "any" or steps in {("a", "b", "c"), ("c", "a")}
}


def random_steps() -> list[Step]:
    """Visits of forty customers, days apart; much of a visit happens at one moment."""
    rng = np.random.default_rng(20260401)
    steps, journey = [], 0
    for customer in range(40):
        second = 0
        for _ in range(rng.integers(1, 5)):
            second += DAY // 4
            journey += 1
            for _ in range(rng.integers(1, 6)):
                if rng.random() < 0.15:
                    journey += 1  # A conversion ends a journey, maybe at this moment.
                state = ("a", "b", "c", "d")[rng.integers(4)]
                event_type = "search" if rng.random() < 0.4 else "other"
                steps.append(Step(customer, journey, event_type, state, second))
                second += int(rng.integers(3)) * DAY // 8
            second += DAY // 4
    return steps


def as_table(steps: list[Step]) -> pd.DataFrame:
    """The base table of journeys; a place counts within a visit."""
    frame = pd.DataFrame(steps)
    visits = frame.groupby("customer")["second"].diff().gt(DAY // 4) | frame[
        "customer"
    ].diff().ne(0)
    return frame.assign(
        visit=visits.cumsum(),
        place=frame.groupby(visits.cumsum()).cumcount() + 1,
    )


def give(
    warehouse: Warehouse, steps: list[Step], funnels: list[tuple[Any, ...]]
) -> None:
    """What the models of funnels read; customers with odd numbers have a segment."""
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.register("steps", as_table(steps or [Step(0, 0, "", "", 0)]))
        connection.execute(
            f"""
            create schema if not exists intermediate;
            create schema if not exists marts;
            create or replace table intermediate.int_event_steps__numbered as
            select
                md5('j' || journey)::uuid as journey_id,
                md5('c' || customer)::uuid as customer_id,
                event_type, state, cast(place as bigint) as place,
                timestamp '2026-01-01' + to_seconds(second) as occurred_at
            from steps where {bool(steps)};
            create or replace table marts.customer_segments as
            select distinct md5('c' || customer)::uuid as customer_id, 1 as segment_id
            from steps where customer % 2 = 1;
            create or replace table marts.segments as
            select 1 as segment_id, 'Odd' as segment_name
            union all select 2, 'Nobody';
            delete from lookups.funnel_steps;
            """
        )
        if funnels:
            connection.executemany(
                "insert into lookups.funnel_steps values (?, ?, ?, ?, ?, ?, ?)", funnels
            )


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> ResidentDbt:
    return ResidentDbt(tmp_path_factory.mktemp("funnels"), {})


def run(dbt: ResidentDbt, warehouse: Warehouse) -> None:
    models = ("int_funnel_steps__reached", "int_audiences__listed", "funnels")
    dbt.command(warehouse, "run", "--select", *models)


def seed_rows() -> list[tuple[Any, ...]]:
    return [
        (
            name,
            number,
            "event_type" if step == "search" else "state",
            step,
            funnel.step_order,
            funnel.counted,
            funnel.window_seconds and funnel.window_seconds / DAY,
        )
        for name, funnel in FUNNELS.items()
        for number, step in enumerate(funnel.steps, 1)
    ]


@pytest.fixture(scope="module")
def random_world(dbt: ResidentDbt) -> Warehouse:
    warehouse = dbt.empty("random")
    give(warehouse, random_steps(), seed_rows())
    run(dbt, warehouse)
    return warehouse


def expected(funnel: Funnel) -> dict[int, list[tuple[int, Reached]]]:
    """By customer or journey what it reached, with the customer."""
    steps = random_steps()
    told = {}
    for unit, group in groupby(
        sorted(steps, key=lambda step: getattr(step, funnel.counted)),
        key=lambda step: getattr(step, funnel.counted),
    ):
        path = list(group)
        told[unit] = [(path[0].customer, one) for one in reached_in(path, funnel)]
    return told


@pytest.mark.parametrize("name", FUNNELS)
def test_each_step_is_reached_as_when_every_attempt_is_tried(
    random_world: Warehouse, name: str
) -> None:
    funnel = FUNNELS[name]
    keys = {
        str(key): unit
        for unit, key in duckdb.sql(
            f"select n, md5('{funnel.counted[0]}' || n)::uuid from range(1000) as t (n)"
        ).fetchall()
    }
    found: dict[int, list[Reached]] = {}
    for unit, number, start, previous in random_world.query(
        "select unit_id, step_number, cast(seconds_from_start as bigint), "
        "cast(seconds_from_previous as bigint) "
        f"from intermediate.int_funnel_steps__reached where funnel_name = '{name}' "
        "order by all"
    ):
        found.setdefault(keys[str(unit)], []).append(Reached(number, start, previous))
    naive = {
        unit: [one for _, one in told]
        for unit, told in expected(funnel).items()
        if told
    }
    assert found == naive
    assert any(len(told) > 1 for told in naive.values())


@pytest.mark.parametrize("name", list(FUNNELS)[::7])
def test_the_mart_tells_of_segments_and_of_everybody(
    random_world: Warehouse, name: str
) -> None:
    told = [one for unit in expected(FUNNELS[name]).values() for one in unit]
    for segment, customers in {
        "Odd": range(1, 40, 2),
        "Nobody": range(0),
        "All customers": range(40),
    }.items():
        previous, first = None, None
        rows = random_world.query(
            "select step_number, reached_count, customer_count, dropped_count, "
            "first_step_share, step_rate, median_seconds_from_start, "
            "median_seconds_from_previous, step_rate_low, step_rate_high "
            f"from marts.funnels where funnel_name = '{name}' "
            f"and segment_name = '{segment}' order by step_number"
        )
        assert len(rows) == len(FUNNELS[name].steps)
        for number, count, people, dropped, share, rate, *more in rows:
            here = [
                (customer, one)
                for customer, one in told
                if customer in customers and one.step_number == number
            ]
            assert count == len(here)
            assert people == len({customer for customer, _ in here})
            first = count if first is None else first
            assert share == (pytest.approx(count / first) if first else None)
            if number == 1:
                assert (dropped, rate, more) == (None, None, [None] * 4)
            else:
                assert dropped == previous - count
                assert rate == (pytest.approx(count / previous) if previous else None)
                starts = [one.from_start for _, one in here]
                steps = [one.from_previous for _, one in here if one.from_previous]
                assert more[0] == (np.median(starts) if here else None)
                if steps and FUNNELS[name].step_order != "any":
                    assert more[1] == np.median([one.from_previous for _, one in here])
                if previous:
                    assert 0 <= more[2] <= rate <= more[3] <= 1
            previous = count


def test_shops_without_events_or_without_funnels_have_tables(dbt: ResidentDbt) -> None:
    warehouse = dbt.empty("nothing")
    give(warehouse, [], seed_rows())
    run(dbt, warehouse)
    assert warehouse.query(
        "select sum(reached_count), count(step_rate), "
        "count(*) = 3 * (select count(*) from lookups.funnel_steps) from marts.funnels"
    ) == [(0, 0, True)]
    give(warehouse, random_steps(), [])
    run(dbt, warehouse)
    assert warehouse.value("select count(*) from marts.funnels") == 0


BAD = [
    ("gap", 1, "state", "a", "loose", "customer", None),
    ("gap", 3, "state", "b", "loose", "customer", None),
    ("short", 1, "event", "a", "loose", "customer", None),
    ("windows", 1, "state", "a", "loose", "customer", 1),
    ("windows", 2, "state", "b", "loose", "customer", None),
    ("orders", 1, "event_type", "a", "loose", "customer", -1),
    ("orders", 2, "state", "b", "losse", "journey", -1),
    ("unknown", 1, "state", "a", "loose", "customer", None),
    ("unknown", 2, "state", "carts", "loose", "customer", None),
    ("unknown", 2, "event_type", "page_ping", "loose", "visit", None),
    ("unknown", 3, "state", None, "loose", "customer", None),
    ("twice", 1, "state", "a", "any", "customer", None),
    ("twice", 2, "state", "a", "any", "customer", None),
    ("both", 1, "event_type", "search", "any", "customer", None),
    ("both", 2, "state", "a", "any", "customer", None),
    (" spaces", None, "state", "a", "loose", "customer", None),
    ("long", 1, "state", "a", "loose", "customer", None),
    ("long", 13, "event_type", "purchase", "loose", "customer", None),
]
PROBLEMS = """
    funnel gap: its 2 steps are numbered from 1 to 3, so there are gaps
    funnel short: it has 1 step; it needs 2
    funnel windows: its steps differ in window_days
    funnel orders: its steps differ in step_order
    funnel orders: its steps differ in counted
    funnel orders, step 1: window_days is -1.0; it must be above 0, or empty
    funnel orders, step 2: step_order is losse; it must be loose, strict or any
    funnel unknown, step 2: carts is no state that there is (rare ones are in (other)
    funnel orders, step 1: a is no event type; there are page_view, page_ping
    funnel short, step 1: step_kind is event; it must be event_type or state
    funnel unknown, step 2: page_ping is an event type that makes no steps
    funnel unknown, step 2: another step has the same number
    funnel unknown, step 2: counted is visit; it must be customer or journey
    funnel unknown, step 3: it needs a step: an event type or a state
    funnel twice: a step is in it twice, which means nothing in any order
    funnel both: a and search can be one event, which means nothing in any order
    step (without a number): it needs a name of its funnel, without spaces around it
    step (without a number): it needs a number, from 1 on
    funnel long: its steps go up to 13; 12 is the most
"""


def test_all_that_is_wrong_with_funnels_stops_the_build_in_words(
    dbt: ResidentDbt,
) -> None:
    warehouse = dbt.empty("bad")
    give(warehouse, random_steps(), BAD)
    with pytest.raises(BuildError) as told:
        run(dbt, warehouse)
    said = re.sub(r"\s+", " ", str(told.value))
    assert "funnel_steps cannot be used:" in said
    for problem in PROBLEMS.strip().splitlines():
        assert problem.strip() in said, problem
