"""Chains against transition matrices made of the paths themselves."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from counted_paths import BRYL, CONVERSION, DROPPED, START, counted
from hypothesis import given, settings
from hypothesis import strategies as st

from habitue.journeys import CHAIN_COLUMNS, fit_chains

PATHS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=7),
        st.sampled_from([CONVERSION, DROPPED]),
    ).map(lambda parts: [*parts[0], parts[1]]),
    min_size=1,
    max_size=30,
)


def naive(paths: list[list[str]], *, order: int) -> dict[tuple[str, ...], float]:
    """Conversion from each state by a dense matrix over all of them, ends included."""
    pairs: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    for path in paths:
        whole = ["", START, *path]
        names = [tuple(whole[i + 2 - order : i + 2]) for i in range(len(whole) - 1)]
        names[-1] = (path[-1],)
        pairs.update(pairwise(names))
    states = sorted({state for pair in pairs for state in pair})
    place = {state: i for i, state in enumerate(states)}
    matrix = np.zeros((len(states), len(states)))
    for (origin, target), count in pairs.items():
        matrix[place[origin], place[target]] += count
    for end in ((CONVERSION,), (DROPPED,)):
        if end in place:
            matrix[place[end], place[end]] = 1
    matrix /= matrix.sum(axis=1, keepdims=True)
    inner = [i for s, i in place.items() if s not in {(CONVERSION,), (DROPPED,)}]
    goal = place.get((CONVERSION,))
    into = matrix[inner, goal] if goal is not None else np.zeros(len(inner))
    found = np.linalg.lstsq(
        np.eye(len(inner)) - matrix[np.ix_(inner, inner)], into, rcond=None
    )[0]
    return {states[i]: value for i, value in zip(inner, found, strict=True)}


def told(table: pd.DataFrame, *, order: int) -> dict[tuple[str, ...], float]:
    rows = table[
        (table["chain_order"] == order)
        & table["held_out_fold"].isna()
        & table["segment_id"].isna()
        & (table["level"] == "channel")
    ]
    found = {}
    for row in rows.itertuples():
        before = "" if pd.isna(row.previous_state) else row.previous_state
        key = (row.state,) if order == 1 else (before, row.state)
        found[key] = row.conversion_probability
    return found


@settings(max_examples=15, deadline=None)
@given(paths=PATHS)
def test_both_orders_are_those_of_the_paths(paths: list[list[str]]) -> None:
    table = fit_chains(counted(paths))
    for order in (1, 2):
        assert told(table, order=order) == pytest.approx(
            naive(paths, order=order), abs=1e-12
        )


@settings(max_examples=15, deadline=None)
@given(paths=PATHS)
def test_the_start_converts_as_often_as_journeys_do(paths: list[list[str]]) -> None:
    # What flows into a state flows out of it: both orders give back the share.
    table = fit_chains(counted(paths))
    share = np.mean([path[-1] == CONVERSION for path in paths])
    assert told(table, order=1)[START,] == pytest.approx(share, abs=1e-12)
    assert told(table, order=2)["", START] == pytest.approx(share, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(paths=PATHS)
def test_a_fold_held_out_is_a_fit_to_the_others(paths: list[list[str]]) -> None:
    table = fit_chains(counted(paths))
    held_out = table[table["held_out_fold"].eq(0) & table["segment_id"].isna()]
    others = [path for i, path in enumerate(paths) if i % 5]
    naive_others = naive(others, order=1) if others else {}
    start = naive_others.get((START,), 0.0)
    for row in held_out[held_out["chain_order"] == 1].itertuples():
        expected = naive_others.get((row.state,), start)
        assert row.conversion_probability == pytest.approx(expected, abs=1e-12)
        assert (row.status == "not seen elsewhere: as at the start") == (
            (row.state,) not in naive_others
        )


def test_what_is_seen_in_one_fold_only_is_told_by_the_state_alone() -> None:
    paths = [["b", "a", CONVERSION], ["a", DROPPED], ["a", CONVERSION]]
    table = fit_chains(counted(paths))
    row = table[
        table["held_out_fold"].eq(0)
        & table["segment_id"].isna()
        & (table["previous_state"] == "b")
        & (table["state"] == "a")
    ]
    assert row["conversion_probability"].item() == pytest.approx(0.5)
    assert row["status"].item() == "not seen elsewhere: as after the state alone"


def test_bryls_example() -> None:
    assert told(fit_chains(counted(BRYL)), order=1)[START,] == pytest.approx(
        1 / 3, abs=1e-12
    )


def test_segments_have_chains_of_their_own() -> None:
    rows = pd.concat(
        [
            counted([["a", CONVERSION]], segment_id=1),
            counted([["a", DROPPED]], segment_id=2),
        ]
    )
    table = fit_chains(rows)
    start = table[
        table["held_out_fold"].isna()
        & (table["chain_order"] == 1)
        & (table["state"] == START)
        & (table["level"] == "channel")
    ]
    by_segment = start.set_index("segment_id")["conversion_probability"]
    assert by_segment[1] == 1
    assert by_segment[2] == 0
    assert by_segment[by_segment.index.isna()].item() == pytest.approx(0.5)
    statuses = start.set_index("segment_id")["status"]
    assert statuses[2] == "no conversion seen"


def test_customers_without_a_segment_are_among_all() -> None:
    rows = counted([["a", CONVERSION]]).assign(segment_id=None)
    assert told(fit_chains(rows), order=1)[START,] == 1


def test_a_state_without_a_way_out_never_ends() -> None:
    rows = counted([["a", CONVERSION], ["b", "b", DROPPED]])
    stuck = rows[~((rows["state"] == "b") & (rows["next_state"] == DROPPED))]
    table = fit_chains(stuck)
    rows = table[table["held_out_fold"].isna() & table["segment_id"].isna()]
    found = rows[(rows["chain_order"] == 1) & (rows["level"] == "channel")]
    statuses = dict(zip(found["state"], found["status"], strict=True))
    assert statuses == {"a": "told", "b": "never ends", START: "may never end"}
    assert found.set_index("state")["expected_steps"].isna()[["b", START]].all()


def test_no_journeys_are_said_to_be_none() -> None:
    table = fit_chains(counted([]))
    assert list(table.columns) == list(CHAIN_COLUMNS)
    assert table["status"].tolist() == ["no journeys", "no journeys"]
    assert table["conversion_probability"].isna().all()
