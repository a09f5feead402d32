"""Hidden cells stay hidden from somebody who has the table, scipy and time.

The attackers know nothing of the code: they see a printed table with gaps and solve it.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from habitue.privacy.suppression import (
    Line,
    SuppressionError,
    hide_small_cells,
    suppress_audience,
)

K = 10


def with_totals(inner):
    """The table as it is printed: a column and a row of totals."""
    rows = np.column_stack([inner, inner.sum(axis=1)])
    return np.vstack([rows, rows.sum(axis=0)])


def lines_of(table):
    """Every row and column of a printed table, its last cell the total."""
    places = np.arange(table.size).reshape(table.shape)
    return [
        Line(cells=line[:-1].tolist(), total=int(line[-1]))
        for line in (*places, *places.T)
    ]


def hide(table, **options):
    return hide_small_cells(
        table.ravel(), lines_of(table), minimum_cell_size=K, **options
    ).reshape(table.shape)


def attack(table, hidden):
    """The lowest and highest value of every cell, by linear programming.

    Every inner cell is unknown, and every printed number is an equation about them.
    """
    height, width = table.shape[0] - 1, table.shape[1] - 1
    equations, values = [], []
    meaning = {}
    for row, column in np.ndindex(table.shape):
        about = np.zeros((height, width))
        about[
            slice(None) if row == height else row,
            slice(None) if column == width else column,
        ] = 1
        meaning[row, column] = about.ravel()
        if not hidden[row, column]:
            equations.append(about.ravel())
            values.append(table[row, column])
    found = {}
    for place in zip(*np.nonzero(hidden), strict=True):
        ends = []
        for direction in (1, -1):
            solved = linprog(
                direction * meaning[place],
                A_eq=np.array(equations) if equations else None,
                b_eq=values or None,
            )
            ends.append(direction * solved.fun if solved.success else np.inf)
        found[place] = tuple(ends)
    return found


def by_trying(table, hidden):
    """The values that every inner cell can have, by trying all of them."""
    height, width = table.shape[0] - 1, table.shape[1] - 1
    unknown = [place for place in np.ndindex(height, width) if hidden[place]]
    possible = {place: set() for place in unknown}
    for values in itertools.product(range(17), repeat=len(unknown)):
        tried = table[:-1, :-1].copy()
        for place, value in zip(unknown, values, strict=True):
            tried[place] = value
        if ((with_totals(tried) == table) | hidden).all():
            for place, value in zip(unknown, values, strict=True):
                possible[place].add(value)
    return possible


def tables_of(cell):
    """Printed tables of up to four rows and columns."""
    return st.builds(
        lambda height, width, cells: with_totals(
            np.array(cells[: height * width]).reshape(height, width)
        ),
        st.integers(1, 4),
        st.integers(1, 4),
        st.lists(cell, min_size=16, max_size=16),
    )


tables = tables_of(
    st.one_of(st.integers(0, 3), st.integers(0, 40), st.integers(0, 2000))
)


@settings(max_examples=25, deadline=None)
@given(tables)
def test_nobody_who_solves_the_table_learns_a_small_cell(table):
    hidden = hide(table)
    small = (table > 0) & (table < K)
    assert hidden[small].all()
    ranges = attack(table, hidden)
    for place in zip(*np.nonzero(hidden), strict=True):
        low, high = ranges[place]
        assert high - low >= (K / 2 if small[place] else 1) - 1e-6, (place, low, high)


@settings(max_examples=25, deadline=None)
@given(tables)
def test_a_line_hides_two_cells_and_ten_customers_or_nothing(table):
    hidden = hide(table)
    for line, gaps in (
        *zip(table, hidden, strict=True),
        *zip(table.T, hidden.T, strict=True),
    ):
        assert gaps.sum() != 1
        if gaps.any() and not gaps[-1]:
            assert line[gaps].sum() >= K


@settings(max_examples=20, deadline=None)
@given(tables_of(st.one_of(st.just(0), st.integers(K, 2000))))
def test_a_table_without_small_cells_is_printed_as_it_is(table):
    assert not hide(table).any()


def test_hiding_small_cells_alone_is_not_enough():
    table = with_totals(np.array([[3, 40, 50], [60, 70, 20], [30, 15, 4]]))
    small = (table > 0) & (table < K)
    ranges = attack(table, small)
    assert ranges[0, 0] == pytest.approx((3, 3))
    assert ranges[2, 2] == pytest.approx((4, 4))
    hidden = hide(table)
    assert all(high - low >= K / 2 for low, high in attack(table, hidden).values())
    assert hidden.sum() == 4


def test_the_attacker_who_tries_every_whole_number_learns_no_more():
    table = with_totals(np.array([[1, 2], [9, 4]]))
    hidden = hide(table)
    ranges = attack(table, hidden)
    assert hidden[:-1, :-1].all()
    for place, values in by_trying(table, hidden).items():
        assert len(values) >= K / 2
        assert min(values) == pytest.approx(ranges[place][0])


def test_two_small_cells_that_tell_each_other_are_not_left_alone():
    """Two per line, but their sum of four says that nobody has more than four."""
    table = with_totals(np.array([[1, 3, 90], [3, 1, 80], [20, 30, 40]]))
    small = (table > 0) & (table < K)
    assert max(high for _, high in attack(table, small).values()) <= 4
    assert min(high - low for low, high in attack(table, hide(table)).values()) >= K / 2


def test_few_cells_are_hidden():
    """One small cell in a large table costs it and three others."""
    inner = np.full((8, 6), 50)
    inner[3, 2] = 4
    assert hide(with_totals(inner)).sum() == 4


def test_a_table_of_fewer_than_ten_people_is_hidden_with_its_totals():
    table = with_totals(np.array([[3, 0], [0, 2]]))
    assert hide(table)[table > 0].all()


def test_one_dimension_is_one_line():
    counts = np.array([4, 30, 50, 11, 95])
    found = hide_small_cells(
        counts, [Line(cells=[0, 1, 2, 3], total=4)], minimum_cell_size=K
    )
    assert found.tolist() == [True, False, False, True, False]


def test_a_minimum_of_one_hides_nothing():
    table = with_totals(np.array([[1, 2], [3, 0]]))
    assert not hide_small_cells(
        table.ravel(), lines_of(table), minimum_cell_size=1
    ).any()


def test_counts_that_are_no_tables_are_refused():
    line = [Line(cells=[0, 1], total=2)]
    with pytest.raises(SuppressionError, match="add up to 7, but their total is 8"):
        hide_small_cells(np.array([3, 4, 8]), line, minimum_cell_size=K)
    with pytest.raises(SuppressionError, match="below 0"):
        hide_small_cells(np.array([-3, 4, 1]), line, minimum_cell_size=K)
    with pytest.raises(SuppressionError, match="published before is too small"):
        hide_small_cells(
            np.array([3, 40, 43]), line, minimum_cell_size=K, published_before=[0]
        )


def audience(channels, devices, hidden_segments=()):
    """Two breakdowns of the same customers by segments 1, 2, …; totals of all once."""
    rows = []
    for breakdown, inner in {"channel": channels, "device": devices}.items():
        for (row, column), count in np.ndenumerate(with_totals(inner)):
            is_all = row == len(inner)
            if is_all and breakdown == "device":
                continue
            segment = None if column == inner.shape[1] else column + 1
            rows.append({
                "breakdown": "all" if is_all else breakdown,
                "value": "all" if is_all else f"{breakdown} {row}",
                "segment_id": segment,
                "customer_count": count,
                "is_hidden": segment in hidden_segments if is_all else None,
            })  # fmt: skip
    return pd.DataFrame(rows).astype({"segment_id": "Int64", "is_hidden": "boolean"})


def attack_audience(cells, hidden):
    """Both tables at once: they have the totals of the segments in common."""
    inner = cells[cells["segment_id"].notna() & (cells["breakdown"] != "all")]
    place = {key: number for number, key in enumerate(inner.index)}
    equations, values, meaning = [], [], {}
    for index, row in cells.iterrows():
        for breakdown in ("channel", "device"):
            about = np.zeros(len(place))
            for key, other in inner.iterrows():
                if (
                    other["breakdown"] == breakdown
                    and row["breakdown"] in {"all", breakdown}
                    and row["value"] in {"all", other["value"]}
                    and (
                        pd.isna(row["segment_id"])
                        or row["segment_id"] == other["segment_id"]
                    )
                ):
                    about[place[key]] = 1
            if about.any():
                meaning.setdefault(index, about)
                if row["breakdown"] == "all" and breakdown == "device":
                    equations.append(about - meaning[index])
                    values.append(0)
                if not hidden[index]:
                    equations.append(about)
                    values.append(row["customer_count"])
    found = {}
    for index in cells.index[hidden]:
        ends = [
            linprog(sign * meaning[index], A_eq=np.array(equations), b_eq=values)
            for sign in (1, -1)
        ]
        found[index] = -ends[1].fun - ends[0].fun if ends[1].success else np.inf
    return found


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.integers(0, 25), min_size=9, max_size=9),
    st.lists(st.integers(0, 25), min_size=9, max_size=9),
)
def test_tables_that_share_totals_do_not_tell_on_each_other(first, second):
    channels = np.array(first).reshape(3, 3)
    devices = np.zeros((3, 3), dtype=int)
    for column, total in enumerate(channels.sum(axis=0)):
        weights = np.array(second).reshape(3, 3)[:, column] + 1
        devices[:, column] = total * weights // weights.sum()
        devices[0, column] += total - devices[:, column].sum()
    totals = channels.sum(axis=0)
    assume(totals.sum() >= K)
    small = [n + 1 for n in np.flatnonzero((totals > 0) & (totals < K))]
    hidden_segments = set(small)
    for number in np.argsort(totals, kind="stable"):
        hidden_sum = sum(totals[n - 1] for n in hidden_segments)
        if small and (len(hidden_segments) < 2 or hidden_sum < K):
            hidden_segments.add(int(number) + 1)
    cells = audience(channels, devices, hidden_segments)
    found = suppress_audience(cells, minimum_cell_size=K)
    hidden = found["is_suppressed"].to_numpy()
    assert found["segment_id"].equals(cells["segment_id"])
    of_segments = (cells["breakdown"] == "all") & cells["segment_id"].notna()
    assert set(cells["segment_id"][hidden & of_segments]) == hidden_segments
    counts = cells["customer_count"]
    assert hidden[(counts > 0) & (counts < K)].all()
    for index, width in attack_audience(cells, hidden).items():
        assert width >= (K / 2 if 0 < counts[index] < K else 0) - 1e-6


def test_an_audience_without_customers_is_empty():
    empty = audience(np.array([[1]]), np.array([[1]])).iloc[:0]
    found = suppress_audience(empty, minimum_cell_size=K)
    assert list(found) == ["breakdown", "value", "segment_id", "is_suppressed"]
    assert found.empty
