"""`select_activities` against a plain loop, and what it refuses."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
import pytest
from warehouse import BuildError, ResidentDbt, Warehouse

if TYPE_CHECKING:
    from pathlib import Path

Part = dict[str, Any]


class Activity(NamedTuple):
    customer_id: str | None
    event_id: str
    event_type: str
    occurred_at: int
    amount: int | None


def random_activities() -> list[Activity]:
    """Few moments and amounts: much happens at once, and something lacks a value."""
    rng = np.random.default_rng(20260101)
    return [
        Activity(
            customer_id=(None, "a", "b", "c", "d")[rng.integers(5)],
            event_id=f"{number:03}",
            event_type=("visit", "cart", "order")[rng.integers(3)],
            occurred_at=int(rng.integers(12)),
            amount=(None, 1, 2, 3)[rng.integers(4)],
        )
        for number in rng.permutation(160)
    ]


def chosen(rows: list[Activity], which: Any) -> list[Activity]:
    """Of rows in their order those that were asked for."""
    if which == "all":
        return rows
    if which == "last":
        return rows[-1:]
    place = 0 if which == "first" else which - 1
    return rows[place : place + 1]


def lies(row: Activity, when: str, at: int, until: int | None) -> bool:
    return {
        "before": row.occurred_at < at,
        "after": row.occurred_at > at,
        "between": row.occurred_at > at and (until is None or row.occurred_at < until),
    }.get(when, True)


def naive(rows: list[Activity], primary: Part, joined: Part) -> list[tuple[Any, ...]]:
    """Customer by customer, primary activity by primary activity."""
    answers = []
    for customer in sorted({row.customer_id for row in rows if row.customer_id}):
        told = sorted(
            (row for row in rows if row.customer_id == customer),
            key=lambda row: (row.occurred_at, row.event_id),
        )
        firsts = [row for row in told if row.event_type == primary["activity"]]
        others = [
            row
            for row in told
            if row.event_type == joined["activity"]
            and ("where" not in joined or (row.amount or 0) > 1)
        ]
        for row in chosen(firsts, primary["which"]):
            later = firsts[firsts.index(row) + 1 :]
            until = later[0].occurred_at if later else None
            fitting = [
                one
                for one in others
                if lies(one, joined["when"], row.occurred_at, until)
            ]
            if "measures" in joined:
                amounts = [one.amount for one in fitting if one.amount is not None]
                found: tuple[Any, ...] = (
                    len(fitting),
                    sum(amounts),
                    min(amounts, default=None),
                    max(amounts, default=None),
                )
            elif isinstance(joined["which"], int):
                [one] = chosen(others, joined["which"]) or [None]
                found = (one.event_id, one.amount) if one in fitting else (None, None)
            else:
                [one] = chosen(fitting, joined["which"]) or [None]
                found = (one.event_id, one.amount) if one else (None, None)
            answers.append((customer, row.event_id, *found))
    return sorted(answers)


APPENDED = {"columns": {"joined_id": "event_id", "joined_amount": "amount"}}
MEASURED = {
    "measures": {
        "count_of": "count",
        "sum_of": ["sum", "amount"],
        "least": ["min", "amount"],
        "most": ["max", "amount"],
    }
}
QUESTIONS = [
    (
        {"activity": "visit", "which": which, "columns": ["event_id"]},
        {"activity": other, "when": when} | asked | more,
    )
    for which, other, when, asked, more in product(
        ("all", "first", "last", 3),
        ("order", "visit"),
        ("ever", "before", "after", "between"),
        (MEASURED, *(APPENDED | {"which": one} for one in ("first", "last", 2))),
        ({}, {"where": "amount > 1"}),
    )
]


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> ResidentDbt:
    return ResidentDbt(tmp_path_factory.mktemp("activity_macro"), {})


@pytest.fixture(scope="module")
def nowhere(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("nowhere"))


def test_every_kind_of_question_is_answered_as_by_a_loop(
    dbt: ResidentDbt, nowhere: Warehouse, tmp_path: Path
) -> None:
    rows = random_activities()
    compiled = dbt.compiled(
        nowhere,
        "\n-- next\n".join(
            f"{{{{ select_activities({primary!r}, [{joined!r}], 'activities') }}}}"
            for primary, joined in QUESTIONS
        ),
    )
    answers = compiled.split("-- next\n")
    connection = duckdb.connect()
    connection.register("frame", pd.DataFrame(rows))
    connection.execute(
        "create table activities as "
        "select * replace (cast(amount as bigint) as amount) from frame"
    )
    assert len(answers) == len(QUESTIONS) == 256
    told = 0
    for (primary, joined), sql in zip(QUESTIONS, answers, strict=True):
        found = sorted(connection.execute(sql).fetchall())
        expected = naive(rows, primary, joined)
        assert found == expected, (primary, joined)
        told += sum(row[2] is not None for row in expected)
    assert told > 1000


def test_all_that_is_wrong_with_the_parts_is_said_at_once(
    dbt: ResidentDbt, nowhere: Warehouse, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BuildError):
        dbt.compiled(
            nowhere,
            """
            {{ select_activities(
                {'which': 0, 'colums': ['x'], 'columns': {'same': 'occurred_at'}},
                [
                    {'activity': 'purchase', 'when': 'soon', 'which': 'any',
                     'columns': ['same']},
                    {'when': 'after', 'measures': {'x': 'median', 'y': ['sum']}},
                    {'activity': 'purchase', 'when': 'after'},
                ],
                'activities'
            ) }}
            """,
        )
    said = re.sub(r"\s+", " ", capfd.readouterr().out)
    for problem in (
        "primary: it has no colums; it has activity, where, which, columns",
        "primary: which is 0; it must be all, first, last or a number from 1 on",
        "primary: it needs an activity, a where or a relation",
        "joined 1: when is soon; it must be ever, before, after, between, all",
        "joined 1: which is any; it must be first, last or a number from 1 on",
        "joined 2: it needs an activity or a where",
        "joined 2: x is median; it must be count or a list",
        "joined 2: y is ['sum']; it must be count or a list",
        "joined 3: it needs columns to append or measures to aggregate",
        "two columns would be called same",
    ):
        assert problem in said, problem
