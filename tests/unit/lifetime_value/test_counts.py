"""Histories that cannot be are refused in words; those that can are grouped."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pandas as pd
import pytest

from habitue.lifetime_value import LifetimeValueError, RepeatCounts, probability_alive

GOOD = {"repeat_count": [2, 0], "last_repeat": [3.0, 0.0], "observed": [9.0, 9.0]}


def test_equal_histories_are_one_group_in_ascending_order():
    counts = RepeatCounts.of_customers(
        [2, 0, 2, 0, 2], [3, 0, 3, 0, 1], [9, 5, 9, 5, 9]
    )

    assert counts.repeat_count.tolist() == [0, 2, 2]
    assert counts.last_repeat.tolist() == [0, 1, 3]
    assert counts.observed.tolist() == [5, 9, 9]
    assert counts.customer_count.tolist() == [2, 1, 2]
    assert counts.total == 5


def test_rows_that_were_grouped_before_are_added_up():
    counts = RepeatCounts(
        np.array([1, 0, 1]),
        np.array([2.0, 0.0, 2.0]),
        np.array([4.0, 4.0, 4.0]),
        np.array([10, 7, 5]),
    )

    assert counts.repeat_count.tolist() == [0, 1]
    assert counts.customer_count.tolist() == [7, 15]


def test_no_customers_are_no_groups():
    counts = RepeatCounts.of_customers([], [], [])

    assert counts.total == 0
    assert len(counts.observed) == 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"repeat_count": [2, math.nan]}, "repeat_count is missing.*row 1"),
        ({"repeat_count": [2, math.inf]}, "repeat_count is missing or infinite"),
        ({"repeat_count": [-1, 0]}, "repeat_count is negative.*row 0"),
        ({"repeat_count": [1.5, 0]}, "repeat_count is not a whole number"),
        ({"repeat_count": ["two", 0]}, "repeat_count holds something"),
        ({"repeat_count": [[2, 0]]}, "repeat_count must be a column"),
        ({"repeat_count": pd.array([2, None], dtype="Int64")}, "repeat_count"),
        ({"last_repeat": [math.nan, 0]}, "last_repeat is missing"),
        ({"last_repeat": [-3.0, 0]}, "last_repeat is negative"),
        ({"last_repeat": [9.5, 0]}, "last_repeat is later than observed.*one unit"),
        ({"last_repeat": [0, 0]}, "merge orders of one day"),
        ({"last_repeat": [3, 1]}, "must be 0 where repeat_count is 0.*row 1"),
        ({"last_repeat": [3]}, "differ in length"),
        ({"observed": [9, None]}, "observed is missing"),
        ({"observed": [9, -1]}, "observed is negative"),
    ],
)
@pytest.mark.parametrize(
    "read",
    [
        RepeatCounts.of_customers,
        partial(probability_alive, "bg_nbd", {"r": 0.5, "alpha": 5, "a": 1, "b": 3}),
    ],
)
def test_a_history_that_cannot_be_is_refused(wrong, message, read):
    columns = {**GOOD, **wrong}

    with pytest.raises(LifetimeValueError, match=message):
        read(**columns)


@pytest.mark.parametrize(
    ("customers", "message"),
    [
        ([1, 0], "without customers"),
        ([1, -1], "negative"),
        ([1, 1.5], "whole number"),
        ([1], "1 entries for 2 groups"),
    ],
)
def test_a_group_has_a_number_of_customers(customers, message):
    columns = [np.array(column) for column in GOOD.values()]

    with pytest.raises(LifetimeValueError, match=message):
        RepeatCounts(*columns, np.array(customers))


def test_days_of_nullable_and_decimal_columns_are_read():
    counts = RepeatCounts.of_customers(
        pd.array([2, 0], dtype="Int64"),
        pd.Series([3, 0], dtype="float32"),
        pd.Series([9, 9], dtype="int32"),
    )

    assert counts.repeat_count.dtype == np.int64
    assert counts.last_repeat.tolist() == [0.0, 3.0]
