"""Flows and paths counted again journey by journey; published funnels of a shop."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from journey_paths import write_ecom
from statsmodels.stats.proportion import proportion_confint
from warehouse import ResidentDbt, Warehouse

if TYPE_CHECKING:
    from pathlib import Path

STEPS, STATES, PATH_STEPS, PATHS, LEAST = 8, 8, 5, 20, 10
ENDS = {"(conversion)", "(dropped)", "(goes on)"}
TOLD = ("funnels", "journey_flows", "journey_paths")
FUNNELS = [
    (name, number, "state", step, order, "customer", None)
    for name, order in (("Ordered", "loose"), ("Any order", "any"))
    for number, step in enumerate(("catalog", "add_to_cart", "purchase"), 1)
]
VARIABLES = {
    "sources": ["files"],
    "journey_unit": "customer",
    "journey_ends_at_conversion": False,
    "fixed_segment_count": 2,
    "feature_refinement": False,
}
Journey = tuple[str, str | None, list[str], bool]


@pytest.fixture(scope="module")
def ecom(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("ecom")
    path = write_ecom(shared_data, folder / "events.parquet")
    dbt = ResidentDbt(folder, VARIABLES | {"files_events_path": path})
    warehouse = dbt.empty("ecom")
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute("delete from lookups.funnel_steps")
        connection.executemany(
            "insert into lookups.funnel_steps values (?, ?, ?, ?, ?, ?, ?)", FUNNELS
        )
    dbt.run(warehouse, *TOLD)
    return warehouse


@pytest.fixture(scope="module")
def visits(ecom: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The same events in visits that end when something is bought, repeats kept."""
    folder = tmp_path_factory.mktemp("visits")
    variables = VARIABLES | {
        "journey_unit": "visit",
        "journey_ends_at_conversion": True,
        "journey_repeats": "kept",
    }
    dbt = ResidentDbt(folder, variables)
    warehouse = dbt.copy(ecom, "visits")
    dbt.command(
        warehouse,
        "run",
        "--select",
        "int_event_steps__numbered",
        "int_visit_steps__numbered",
        "int_journey_steps__numbered",
        "int_journeys__measured",
        "int_journey_paths__widened",
        "journey_flows",
        "journey_paths",
    )
    return warehouse


def journeys_of(warehouse: Warehouse, level: str) -> list[Journey]:
    """Customer, segment, states up to the first conversion, whether there is one."""
    rows = warehouse.query(
        f"""
        select steps.journey_id, steps.customer_id, segments.segment_name,
            steps.state, steps.is_conversion
        from intermediate.int_journey_steps__numbered as steps
        left join marts.customer_segments as customers using (customer_id)
        left join marts.segments as segments using (segment_id)
        where steps.level = '{level}'
        order by steps.journey_id, steps.step_number
        """
    )
    told = []
    for _, group in groupby(rows, key=lambda row: row[0]):
        steps = list(group)
        states: list[str] = []
        for *_, state, is_conversion in steps:
            if is_conversion:
                break
            states.append(state)
        told.append(
            (str(steps[0][1]), steps[0][2], states, any(step[4] for step in steps))
        )
    return told


def collapsed(states: list[str]) -> list[str]:
    return [
        state
        for place, state in enumerate(states)
        if states[place - 1 : place] != [state]
    ]


def by_audience(journeys: list[Journey]) -> dict[str, list[Journey]]:
    told = defaultdict(list)
    for journey in journeys:
        told["All customers"].append(journey)
        if journey[1]:
            told[journey[1]].append(journey)
    return told


def naive_flows(journeys: list[Journey]) -> dict[tuple[Any, ...], int]:
    """Edges by audience, step, state and next state."""
    found: Counter[tuple[Any, ...]] = Counter()
    for audience, members in by_audience(journeys).items():
        paths = []
        for _, _, states, is_converted in members:
            end = "(conversion)" if is_converted else "(dropped)"
            path = ["(start)", *states, end]
            paths.append(
                path if len(states) <= STEPS else [*path[: STEPS + 1], "(goes on)"]
            )
        known = {}
        for step in range(1, STEPS + 1):
            seen = Counter(
                path[step]
                for path in paths
                if step < len(path) and path[step] not in ENDS | {"(other)"}
            )
            ranked = sorted(seen, key=lambda state: (-seen[state], state))
            known[step] = set(ranked[:STATES])
        for path in paths:
            told = [
                state
                if step == 0 or state in ENDS or state in known[step]
                else "(other)"
                for step, state in enumerate(path)
            ]
            for step, edge in enumerate(pairwise(told)):
                found[audience, step, *edge] += 1
    return dict(found)


def naive_paths(journeys: list[Journey]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Rank, journeys, customers and conversions by audience and path."""
    found = {}
    for audience, members in by_audience(journeys).items():
        paths: dict[str, list[Journey]] = defaultdict(list)
        for journey in members:
            states = journey[2]
            path = " > ".join(
                [*states[:PATH_STEPS], *(["…"] if len(states) > PATH_STEPS else [])]
            )
            paths[path or "(conversion)"].append(journey)
        common = [
            path
            for path, taken in paths.items()
            if len({journey[0] for journey in taken}) >= LEAST
        ]
        ranked = sorted(common, key=lambda path: (-len(paths[path]), path))[:PATHS]
        for place, path in enumerate(ranked, 1):
            taken = paths.pop(path)
            found[audience, path] = (
                place,
                len(taken),
                len({journey[0] for journey in taken}),
                sum(journey[3] for journey in taken),
            )
        rest = [journey for taken in paths.values() for journey in taken]
        if rest:
            found[audience, "(all other paths)"] = (
                None,
                len(rest),
                None,
                sum(journey[3] for journey in rest),
            )
    return found


def told_flows(warehouse: Warehouse, level: str) -> dict[tuple[Any, ...], int]:
    return {
        tuple(key): count
        for *key, count in warehouse.query(
            "select segment_name, step_number, state, next_state, journey_count "
            f"from marts.journey_flows where level = '{level}'"
        )
    }


def told_paths(warehouse: Warehouse, level: str) -> dict[tuple[str, str], Any]:
    return {
        (segment, path): tuple(told)
        for segment, path, *told in warehouse.query(
            "select segment_name, path, path_rank, journey_count, customer_count, "
            f"converted_count from marts.journey_paths where level = '{level}'"
        )
    }


def test_the_published_funnels_of_the_shop(ecom: Warehouse) -> None:
    """jr-03 and jr-04 of the reference values."""
    rows = ecom.query(
        "select funnel_name, reached_count, step_rate from marts.funnels "
        "where segment_id is null order by funnel_name desc, step_number"
    )
    assert [row[:2] for row in rows] == [
        ("Ordered", 600),
        ("Ordered", 511),
        ("Ordered", 285),
        ("Any order", 600),
        ("Any order", 522),
        ("Any order", 328),
    ]
    assert [round(rate, 4) for _, _, rate in rows[1:3]] == [0.8517, 0.5577]
    assert ecom.value(
        "select bool_and(total = everybody) from (select funnel_name, step_number, "
        "sum(reached_count) filter (where segment_id is not null) as total, "
        "sum(reached_count) filter (where segment_id is null) as everybody "
        "from marts.funnels group by 1, 2)"
    )


def test_journeys_are_those_of_the_file(ecom: Warehouse, shared_data: Path) -> None:
    file = shared_data / "retentioneering/ecom.parquet"
    rows = duckdb.sql(
        f"select user_id, event from read_parquet('{file}', file_row_number = true) "
        "order by user_id, timestamp, file_row_number"
    ).fetchall()
    users = []
    for _, group in groupby(rows, key=lambda row: row[0]):
        states = [event for _, event in group]
        bought = "purchase" in states
        users.append((states[: states.index("purchase")] if bought else states, bought))
    found = [(states, bought) for *_, states, bought in journeys_of(ecom, "step")]
    assert sorted(found) == sorted(users)


@pytest.mark.parametrize("level", ["step", "channel"])
def test_flows_are_those_of_the_journeys(
    ecom: Warehouse, visits: Warehouse, level: str
) -> None:
    kept = journeys_of(visits, level)
    assert told_flows(visits, level) == naive_flows(kept)
    told = [(*one[:2], collapsed(one[2]), one[3]) for one in journeys_of(ecom, level)]
    assert told_flows(ecom, level) == naive_flows(told)


@pytest.mark.parametrize("level", ["step", "channel"])
def test_paths_are_those_of_the_journeys(
    ecom: Warehouse, visits: Warehouse, level: str
) -> None:
    assert told_paths(visits, level) == naive_paths(journeys_of(visits, level))
    told = [(*one[:2], collapsed(one[2]), one[3]) for one in journeys_of(ecom, level)]
    assert told_paths(ecom, level) == naive_paths(told)


def test_rates_of_paths_have_the_wilson_interval(visits: Warehouse) -> None:
    rows = visits.query(
        "select converted_count, journey_count, conversion_rate, conversion_rate_low, "
        "conversion_rate_high from marts.journey_paths"
    )
    assert len(rows) > 20
    for converted, count, rate, *limits in rows:
        assert rate == pytest.approx(converted / count)
        assert limits == pytest.approx(
            proportion_confint(converted, count, method="wilson"), abs=1e-12
        )


def test_settings_that_mean_nothing_are_named_at_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    refused = Warehouse(tmp_path_factory.mktemp("settings")).dbt(
        "parse",
        variables={
            "journey_flow_steps": 0,
            "journey_flow_states": "many",
            "journey_path_steps": 21,
            "journey_repeats": "no",
        },
    )
    assert not refused.succeeded
    for said in (
        "journey_flow_steps is 0; it must be a whole number from 1 to 20",
        "journey_flow_states is many; it must be a whole number from 1 to 100",
        "journey_path_steps is 21; it must be a whole number from 1 to 20",
        "journey_repeats is no; it must be collapsed or kept",
    ):
        assert said in " ".join(refused.output.split())


def test_a_shop_without_events_has_empty_flows_and_funnels_of_nobody(
    uci: Warehouse,
) -> None:
    assert uci.value("select count(*) from marts.journey_flows") == 0
    assert uci.value("select count(*) from marts.journey_paths") == 0
    assert uci.query(
        "select sum(reached_count), count(step_rate), count(*) > 0 from marts.funnels"
    ) == [(0, 0, True)]
