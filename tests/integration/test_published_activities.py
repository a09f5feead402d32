"""Published "first X after Y" answers, asked again of marts.events by one macro.

Three activity logs go in as three files; every question is then a call of
`select_activities`, which an analytics engineer would put into a model. All answers
are right only if no event was lost, moved or given to somebody else. Compared are all
columns but upstream's own hash (activity_id) and one that is always empty
(anonymous_customer_id).
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from warehouse import PROJECT, ResidentDbt

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse import Warehouse

# What the logs say, in canonical columns: a file each.
ACTIVITIES = {
    "signed_up": "'identify' as event_type",
    "visited_page": "'page_view' as event_type, referrer_url as category",
    "bought_something": (
        "'purchase' as event_type, total_sales as unit_price, "
        "total_items_purchased as quantity"
    ),
}
NOT_COMPARED = {"activity_id", "anonymous_customer_id"}
SALES, ITEMS = "cast(unit_price as bigint)", "cast(quantity as bigint)"
VISIT, PURCHASE = {"activity": "page_view"}, {"activity": "purchase"}
Part = dict[str, Any]
Question = tuple[Part, list[Part]]


def sign_up(which: str) -> Part:
    return {"activity": "identify", "which": 1 if which == "nth" else which}


def appended(primary: str, which: str, when: str) -> Question:
    visit = VISIT | {
        "which": 2 if which == "nth" else which,
        "when": when,
        "columns": {"referrer_url": "category", "visited_at": "occurred_at"},
    }
    if which == "nth":
        return sign_up(primary), [visit]
    purchase = PURCHASE | {
        "which": which,
        "when": when,
        "columns": {"items": ITEMS, "bought_at": "occurred_at"},
    }
    return sign_up(primary), [visit | {"columns": ["category"]}, purchase]


BOUGHT = {"items": ["sum", ITEMS], "sales": ["sum", SALES], "purchases": "count"}


def aggregated(primary: str, when: str) -> Question:
    listed = {
        "urls": ["list", "category"],
        "distinct_urls": ["list_distinct", "category"],
    }
    visits = {"visits": "count"} | (listed if (primary, when) == ("all", "all") else {})
    return sign_up(primary), [
        VISIT | {"when": when, "measures": visits},
        PURCHASE | {"when": when, "measures": BOUGHT},
    ]


FROM_GOOGLE = VISIT | {"which": "first", "where": "category = 'google.com'"}
ITEMS_AFTER = PURCHASE | {"when": "after", "measures": {"items": ["sum", ITEMS]}}
FILTERED = (
    FROM_GOOGLE,
    [
        VISIT
        | {
            "which": "first",
            "when": "ever",
            "where": "category = 'yahoo.com'",
            "columns": {"from_yahoo_at": "occurred_at"},
        },
        PURCHASE
        | {
            "when": "all",
            "where": ["unit_price > 100", "quantity > 3"],
            "measures": {"large_purchases": "count"},
        },
        ITEMS_AFTER,
    ],
)
JOINED = (
    FROM_GOOGLE,
    [
        PURCHASE
        | {
            "when": "after",
            "where": "unit_price > 100",
            "measures": {"large_purchases": "count"},
        },
        ITEMS_AFTER,
    ],
)
# The primary activity need not be an event: a row per customer and month.
MONTHS = """(
    select
        customer_id,
        unnest(generate_series(
            date_trunc('month', min(occurred_at)),
            (
                select date_trunc('month', max(occurred_at)) from {{ ref('events') }}
                where event_type = 'page_view'
            ),
            interval '1 month'
        )) as occurred_at
    from {{ ref('events') }}
    where event_type = 'page_view'
    group by 1
)"""
TIME_SPINE = (
    {"relation": MONTHS, "columns": {"ts": "cast(occurred_at as date)"}},
    [PURCHASE | {"when": "between", "measures": BOUGHT}],
)
QUESTIONS = (
    {
        f"primary__{primary}/output__select_{primary}_append_{which}_{when}": appended(
            primary, which, when
        )
        for primary, which, when in product(
            ("all", "first", "last", "nth"),
            ("first", "last", "nth"),
            ("before", "after", "between", "ever"),
        )
    }
    | {
        f"primary__{primary}/output__select_{primary}_aggregate_{when}": aggregated(
            primary, when
        )
        for primary, when in product(
            ("all", "first", "last", "nth"), ("before", "after", "between", "all")
        )
    }
    | {
        "aql_syntax/output__filtered": FILTERED,
        "aql_syntax/output__joined": JOINED,
        "query_stream_macro_syntax/output__filtered__query_stream_macro": FILTERED,
        "query_stream_macro_syntax/output__joined__query_stream_macro": JOINED,
        "time_spine/output__time_spine": TIME_SPINE,
    }
)


def as_asked(primary: Part, joined: list[Part]) -> str:
    """The call as an analytics engineer writes it: a Python literal is a Jinja one."""
    relation = primary.get("relation")
    if relation:
        spine = f"{{% set spine %}}{relation}{{% endset %}}"
        told = repr(primary).replace(repr(relation), "spine")
    else:
        spine, told = "", repr(primary)
    return f"{spine}{{{{ select_activities({told}, {joined!r}, ref('events')) }}}}"


class Asked(dict[str, str]):
    """The SQL of every question, by its name; and where it can be run."""

    def __init__(self, warehouse: Warehouse, sql: dict[str, str]) -> None:
        super().__init__(sql)
        self.warehouse = warehouse


@pytest.fixture(scope="module")
def dbt(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ResidentDbt:
    folder = tmp_path_factory.mktemp("activities")
    for name, columns in ACTIVITIES.items():
        log = shared_data / f"activity_schema/activities/{name}.csv"
        duckdb.connect().execute(
            f"copy (select entity_uuid as user_id, ts as occurred_at, {columns} "
            f"from '{log}') to '{folder}/{name}.csv' (header)"
        )
    variables = {"sources": ["files"], "files_events_path": str(folder / "*.csv")}
    return ResidentDbt(folder, variables)


@pytest.fixture(scope="module")
def activities(dbt: ResidentDbt) -> Warehouse:
    warehouse = dbt.empty("activities")
    dbt.run(warehouse, "events", "customer_identifiers", "row_ledger")
    return warehouse


@pytest.fixture(scope="module")
def asked(dbt: ResidentDbt, activities: Warehouse) -> Asked:
    """All questions go through dbt at once."""
    compiled = dbt.compiled(
        activities,
        "\n".join(
            f"-- question: {name}\n{as_asked(*question)}"
            for name, question in QUESTIONS.items()
        ),
    )
    parts = re.split(r"^-- question: (.+)$", compiled, flags=re.MULTILINE)[1:]
    return Asked(activities, dict(zip(parts[::2], parts[1::2], strict=True)))


def as_text(rows: list[tuple[Any, ...]]) -> Counter[tuple[str | None, ...]]:
    return Counter(
        tuple(None if value is None else str(value) for value in row) for row in rows
    )


def test_every_activity_is_one_event_of_one_customer(activities: Warehouse) -> None:
    assert activities.query(
        "select event_type, count(*), count(distinct customer_id) "
        "from marts.events group by 1 order by 1"
    ) == [("identify", 4, 4), ("page_view", 12, 4), ("purchase", 12, 4)]


def test_every_published_question_over_these_activities_is_asked(
    shared_data: Path,
) -> None:
    folder = shared_data / "activity_schema/expected"
    published = {
        str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.csv")
    }
    # A test of quotation marks, of which only the answer is published.
    assert published - set(QUESTIONS) == {"redshift/output__redshift_edge_cases"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_macro_gives_the_published_answer(
    asked: Asked, shared_data: Path, question: str
) -> None:
    path = shared_data / f"activity_schema/expected/{question}.csv"
    published = duckdb.connect().execute(
        f"select customer_id, * exclude (customer_id) "
        f"from read_csv('{path}', all_varchar = true)"
    )
    names = [column[0] for column in published.description]
    compared = [place for place, name in enumerate(names) if name not in NOT_COMPARED]
    expected = [tuple(row[place] for place in compared) for row in published.fetchall()]
    found = asked.warehouse.query(
        f"""
        select vault.raw_value, answers.* exclude (customer_id)
        from ({asked[question]}) as answers
        inner join marts.customer_identifiers as names using (customer_id)
        inner join vault.identifiers as vault on names.pseudonym = vault.pseudonym
        where names.identifier_kind = 'user_id'
        """
    )
    assert expected
    assert as_text(found) == as_text(expected)


def test_the_example_of_the_documentation_is_answered(
    dbt: ResidentDbt, activities: Warehouse
) -> None:
    page = (PROJECT / "docs/journey_flows.md").read_text()
    [example] = re.findall(r"```sql\n(-- For each.*?)```", page, re.DOTALL)
    # These customers never searched: their sign-ups stand in.
    sql = dbt.compiled(activities, example.replace("'search'", "'identify'"))
    rows = activities.query(f"select * exclude (customer_id) from ({sql}) order by 1")
    assert [(row[2], row[3]) for row in rows] == [
        (None, 1),
        (None, 1),
        (None, 1),
        (None, 1),
    ]
