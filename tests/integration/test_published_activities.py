"""Published "first X after Y" answers, worked out again from marts.events.

Three activity logs go in as three files; every question is then asked in plain SQL
over the events and their customers. All answers are right only if no event was lost,
moved or given to somebody else. Compared are all columns but upstream's own hash
(activity_id) and one that is always empty (anonymous_customer_id).
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from warehouse import ResidentDbt

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
TOLD = """
    with told as (
        select
            vault.raw_value as customer_id,
            events.event_type,
            events.occurred_at as ts,
            events.category as referrer_url,
            cast(events.unit_price as bigint) as sales,
            cast(events.quantity as bigint) as items,
            row_number() over (
                partition by events.customer_id, events.event_type
                order by events.occurred_at
            ) as place,
            row_number() over (
                partition by events.customer_id, events.event_type
                order by events.occurred_at desc
            ) as place_from_last,
            lead(events.occurred_at) over (
                partition by events.customer_id, events.event_type
                order by events.occurred_at
            ) as next_ts
        from marts.events
        inner join marts.customer_identifiers as names using (customer_id)
        inner join vault.identifiers as vault on names.pseudonym = vault.pseudonym
        where names.identifier_kind = 'user_id'
    ),
"""
SELECTED = {
    "all": "true",
    "first": "place = 1",
    "last": "place_from_last = 1",
    "nth": "place = 1",
}
WITHIN = {
    "before": "told.ts < primaries.ts",
    "after": "told.ts > primaries.ts",
    "between": (
        "told.ts > primaries.ts "
        "and told.ts < coalesce(primaries.next_ts, timestamp 'infinity')"
    ),
    "ever": "true",
    "all": "true",
}
VISIT, PURCHASE = "event_type = 'page_view'", "event_type = 'purchase'"


def answers_to(primary: str, joined: str, columns: str) -> str:
    """One row per sign-up, from all that its customer did when `joined` says."""
    return f"""
        {TOLD}
        primaries as (
            select * from told where event_type = 'identify' and {SELECTED[primary]}
        ),
        joined as (
            select primaries.customer_id, primaries.ts as primary_ts, told.*
            from primaries
            left join told
                on primaries.customer_id = told.customer_id and {WITHIN[joined]}
        )
        select customer_id, primary_ts, {columns} from joined group by all
    """


def appended(primary: str, which: str, when: str) -> str:
    if which == "nth":
        second = f"filter (where {VISIT} and place = 2)"
        columns = f"min(referrer_url) {second}, min(ts) {second}"
    else:
        pick = {"first": "min", "last": "max"}[which]
        columns = (
            f"{pick}_by(referrer_url, ts) filter (where {VISIT}), "
            f"{pick}_by(items, ts) filter (where {PURCHASE}), "
            f"{pick}(ts) filter (where {PURCHASE})"
        )
    return answers_to(primary, when, columns)


def aggregated(primary: str, when: str) -> str:
    visits = f"filter (where {VISIT})"
    listed = (
        f"string_agg(referrer_url, ',' order by referrer_url) {visits}, "
        f"string_agg(distinct referrer_url, ',' order by referrer_url) {visits}, "
    )
    return answers_to(
        primary,
        when,
        f"count(*) {visits}, "
        f"{listed if (primary, when) == ('all', 'all') else ''}"
        f"coalesce(sum(items) filter (where {PURCHASE}), 0), "
        f"coalesce(sum(sales) filter (where {PURCHASE}), 0), "
        f"count(*) filter (where {PURCHASE})",
    )


def from_google(columns: str) -> str:
    """One row per customer that ever came from google.com, told of ever after."""
    return f"""
        {TOLD}
        primaries as (
            select customer_id, min(ts) as ts from told
            where referrer_url = 'google.com' group by 1
        )
        select told.customer_id, primaries.ts, {columns}
        from primaries inner join told using (customer_id) group by all
    """


ITEMS_AFTER = (
    f"coalesce(sum(items) filter (where {PURCHASE} and told.ts > primaries.ts), 0)"
)
FILTERED = from_google(
    "min(told.ts) filter (where referrer_url = 'yahoo.com'), "
    f"count(*) filter (where {PURCHASE} and sales > 100 and items > 3), {ITEMS_AFTER}"
)
JOINED = from_google(
    f"count(*) filter (where {PURCHASE} and sales > 100 and told.ts > primaries.ts), "
    f"{ITEMS_AFTER}"
)
TIME_SPINE = f"""
    {TOLD}
    visits as (select * from told where {VISIT}),
    spine as (
        select
            unnest(generate_series(
                date_trunc('month', min(ts)),
                (select date_trunc('month', max(ts)) from visits),
                interval '1 month'
            )) as ts,
            customer_id
        from visits
        group by customer_id
    ),
    bounded as (
        select *, lead(ts, 1, timestamp 'infinity') over (
            partition by customer_id order by ts
        ) as next_ts
        from spine
    )
    select
        cast(bounded.ts as date), bounded.customer_id,
        coalesce(sum(items), 0), coalesce(sum(sales), 0), count(told.ts)
    from bounded
    left join told
        on bounded.customer_id = told.customer_id and {PURCHASE}
        and told.ts > bounded.ts and told.ts < bounded.next_ts
    group by 1, 2
"""
QUESTIONS = (
    {
        f"primary__{primary}/output__select_{primary}_append_{which}_{when}": appended(
            primary, which, when
        )
        for primary, which, when in product(
            SELECTED, ("first", "last", "nth"), ("before", "after", "between", "ever")
        )
    }
    | {
        f"primary__{primary}/output__select_{primary}_aggregate_{when}": aggregated(
            primary, when
        )
        for primary, when in product(SELECTED, ("before", "after", "between", "all"))
    }
    | {
        "aql_syntax/output__filtered": FILTERED,
        "aql_syntax/output__joined": JOINED,
        "query_stream_macro_syntax/output__filtered__query_stream_macro": FILTERED,
        "query_stream_macro_syntax/output__joined__query_stream_macro": JOINED,
        "time_spine/output__time_spine": TIME_SPINE,
    }
)


@pytest.fixture(scope="module")
def activities(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    folder = tmp_path_factory.mktemp("activities")
    for name, columns in ACTIVITIES.items():
        log = shared_data / f"activity_schema/activities/{name}.csv"
        duckdb.connect().execute(
            f"copy (select entity_uuid as user_id, ts as occurred_at, {columns} "
            f"from '{log}') to '{folder}/{name}.csv' (header)"
        )
    variables = {"sources": ["files"], "files_events_path": str(folder / "*.csv")}
    dbt = ResidentDbt(folder, variables)
    warehouse = dbt.empty("activities")
    dbt.run(warehouse, "events", "customer_identifiers", "row_ledger")
    return warehouse


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
def test_the_events_give_the_published_answer(
    activities: Warehouse, shared_data: Path, question: str
) -> None:
    path = shared_data / f"activity_schema/expected/{question}.csv"
    published = duckdb.connect().execute(f"from read_csv('{path}', all_varchar = true)")
    names = [column[0] for column in published.description]
    compared = [place for place, name in enumerate(names) if name not in NOT_COMPARED]
    expected = [tuple(row[place] for place in compared) for row in published.fetchall()]
    found = activities.query(QUESTIONS[question])
    assert expected
    assert as_text(found) == as_text(expected)
