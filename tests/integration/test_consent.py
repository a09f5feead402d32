"""Consent governs every use: what is used is what a naive reading of the rules allows.

Two hundred little worlds lie in the same few files, so that one build judges them all.
They arrive in batches, consents late or early, and are built once more at once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pytest
from agreement import assert_same, content_of
from consent_worlds import COLUMNS, make_batches
from naive_consent import (
    HELD,
    PURPOSES,
    Book,
    Row,
    Subject,
    Word,
    latest,
    lookup,
    reason_to_withhold,
)
from warehouse import ResidentDbt, Warehouse

from habitue.generation import generate

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from consent_worlds import Rows

# The seed maps gpc to sale_sharing alone; here it means analytics as well.
SIGNALS = {"gpc": ["analytics", "sale_sharing"]}
TABLES = (
    "marts.consents",
    "marts.consent_changes",
    "marts.customer_consents",
    "marts.customer_identifiers",
    "marts.row_ledger",
    "marts.quarantined_rows",
    "intermediate.int_events__set_aside",
)
# What names the input of a row: which batch a row came in differs.
BY_INPUT = (
    "marts.row_ledger",
    "marts.quarantined_rows",
    "intermediate.int_events__set_aside",
)
MODELS = (
    *("consents", "consent_changes", "customer_consents", "customer_identifiers"),
    *("row_ledger", "quarantined_rows", "int_batches__completed"),
)


class Desk:
    """A folder of files that grows, and a dbt that reads it under one policy."""

    def __init__(self, inbox: Path, policy: str) -> None:
        self.inbox = inbox
        folder = inbox.parent / policy
        folder.mkdir()
        paths = {
            f"files_{kind}_path": str(inbox / f"{kind}_*.parquet") for kind in COLUMNS
        }
        self.dbt = ResidentDbt(
            folder, {"sources": ["files"], "withdrawal_policy": policy} | paths
        )

    def empty(self, name: str) -> Warehouse:
        """A database in whose lookup gpc refuses analytics too."""
        warehouse = self.dbt.empty(name)
        with duckdb.connect(str(warehouse.database)) as connection:
            connection.execute(
                "insert into lookups.opt_out_signals values ('gpc', 'analytics')"
            )
        return warehouse

    def clear(self) -> None:
        for path in self.inbox.iterdir():
            path.unlink()

    def receive(self, name: str, rows: Rows) -> None:
        for kind, columns in COLUMNS.items():
            frame = pd.DataFrame(rows[kind], columns=list(columns)).astype("str")
            frame.to_parquet(self.inbox / f"{kind}_{name}.parquet", index=False)

    def run(self, warehouse: Warehouse) -> None:
        self.dbt.run(warehouse, *MODELS)


@dataclass(frozen=True)
class Outcome:
    """A policy, its database grown batch by batch, and what the rules say."""

    policy: str
    warehouse: Warehouse
    rows: Rows
    book: Book
    reasons: dict[str, str | None]


@pytest.fixture(scope="module")
def everything() -> Rows:
    return make_batches(3)[0]


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Desk]:
    inbox = tmp_path_factory.mktemp("consent") / "inbox"
    inbox.mkdir()
    return {policy: Desk(inbox, policy) for policy in ("forwards", "backwards")}


@pytest.fixture(scope="module")
def grown(desks: dict[str, Desk]) -> dict[str, Warehouse]:
    """A database for each policy, built after every batch."""
    warehouses = {}
    for policy, count in {"forwards": 3, "backwards": 2}.items():
        desk, (_, batches) = desks[policy], make_batches(count)
        desk.clear()
        warehouse = desk.empty("grown")
        received = 0
        for number, batch in enumerate(batches):
            desk.receive(str(number), batch)
            desk.run(warehouse)
            received += sum(map(len, batch.values()))
            [(raw, accounted)] = warehouse.query(
                "select sum(input_row_count) filter (bucket = 'kept'), "
                "sum(bucket_row_count) from marts.row_ledger"
            )
            assert raw == accounted == received
        warehouses[policy] = warehouse
    return warehouses


@pytest.fixture(scope="module", params=["forwards", "backwards"])
def outcome(
    request: pytest.FixtureRequest, grown: dict[str, Warehouse], everything: Rows
) -> Outcome:
    policy = request.param
    rows = {kind: [prepare(row) for row in every] for kind, every in everything.items()}
    book = read(rows)
    reasons = {
        row["event_id"]: reason_to_withhold(book, row, policy) for row in rows["events"]
    }
    return Outcome(policy, grown[policy], rows, book, reasons)


def prepare(row: Row) -> Row:
    """Values in the spelling that the rules speak of."""
    optional = ("user_id", "anonymous_id", "device_id", "email", "source")
    row = dict.fromkeys((*optional, "opt_out_signal", "policy_version")) | row
    for name, case in {"region": str.upper, "opt_out_signal": str.lower}.items():
        row[name] = case(row[name]) if row.get(name) else None
    at = row.get("occurred_at") or row.get("ordered_at") or row.get("changed_at")
    row["at"] = datetime.fromisoformat(at)
    kinds = ("anonymous_id", "device_id", "user_id")
    row["visitor"] = next(((kind, row[kind]) for kind in kinds if row.get(kind)), None)
    return row


def read(rows: Rows) -> Book:
    """All that rows say of consent, and of who was named with whom."""
    book = Book(signals=SIGNALS)
    for row in rows["events"] + rows["order_lines"]:
        book.note_row(row)
    for row in rows["consents"]:
        subject, purpose, status, trouble = meaning_of(row)
        if not trouble:
            assert subject
            assert status
            source, policy = row["source"] or "files", row["policy_version"] or ""
            word = Word(row["at"], status, source, policy)
            book.note_consent(subject, purpose, word)
    return book


def meaning_of(row: Row) -> tuple[Subject | None, str, str | None, str | None]:
    """Subject, purpose and status of a consent, or what is wrong with it."""
    user = row["user_id"] if row["user_id"] != "null" else None
    kind = (row.get("identifier_kind") or "user_id").lower()
    value = row.get("subject_identifier")
    subject = (
        ("user_id", user)
        if user
        else (kind, value)
        if value and kind == "user_id"
        else ("anonymous_id", row["anonymous_id"])
        if row["anonymous_id"]
        else (kind, value.lower() if kind == "email" else value)
        if value
        else None
    )
    name = row["purpose"].lower().replace("-", "_")
    known = {seed["name"]: seed for seed in lookup("consent_purposes")}.get(name)
    said = row["status"].lower()
    is_yes = {"granted": True, "yes": True, "denied": False, "withdrawn": False}
    trouble = (
        "no identifier"
        if subject is None
        else "unknown identifier kind"
        if subject[0] == "shoe size"
        else "unknown purpose"
        if known is None
        else "unknown status"
        if said not in is_yes
        else None
    )
    if trouble or known is None:
        return subject, name, None, trouble
    grants = is_yes[said] != (known["is_opt_out"] == "true")
    return subject, known["purpose"], "granted" if grants else "denied", None


@pytest.fixture(scope="module")
def subject_of(grown: dict[str, Warehouse]) -> dict[UUID, Subject]:
    """The identifier behind a pseudonym."""
    rows = grown["forwards"].query(
        "select pseudonym, identifier_kind, raw_value from vault.identifiers"
    )
    return {pseudonym: (kind, value) for pseudonym, kind, value in rows}


def test_the_worlds_hold_every_kind_of_reason(outcome: Outcome) -> None:
    found = Counter(outcome.reasons.values())
    expected = {
        None,
        "analytics consent denied",
        "opted out by signal gpc",
        "no analytics consent given (default of DE)",
    }
    if outcome.policy == "backwards":
        expected.add("analytics consent withdrawn later")
    assert set(found) == expected
    assert min(found.values()) > 30, found


def test_events_are_withheld_by_the_rules_and_for_their_reasons(
    outcome: Outcome,
) -> None:
    found = dict(
        outcome.warehouse.query(
            "select row_id, case bucket when 'kept' then null "
            "else bucket || ': ' || reason end "
            "from intermediate.int_rows__bucketed where dataset = 'events'"
        )
    )
    expected = {
        event: f"no_consent: {reason}" if reason else None
        for event, reason in outcome.reasons.items()
    }
    wrong = {
        event: (found[event], reason)
        for event, reason in expected.items()
        if found[event] != reason
    }
    assert wrong == {}


def test_consents_are_accounted_for(outcome: Outcome) -> None:
    expected: Counter[tuple[str, str | None]] = Counter()
    seen = set()
    for row in outcome.rows["consents"]:
        subject, purpose, status, trouble = meaning_of(row)
        change = (row["source"], subject, purpose, status, row["at"])
        if trouble:
            expected["invalid", trouble] += 1
        elif change in seen:
            expected["duplicate", "repeated change"] += 1
        else:
            expected["kept", None] += 1
        seen.add(change)
    found = outcome.warehouse.query(
        "select bucket, reason, count(*) from intermediate.int_rows__bucketed "
        "where dataset = 'consents' group by 1, 2"
    )
    assert {(bucket, reason): count for bucket, reason, count in found} == expected
    assert len(expected) == 6


def test_changes_are_those_that_count_in_order(
    outcome: Outcome, subject_of: dict[UUID, Subject]
) -> None:
    expected = {}
    for subject, purpose in outcome.book.said:
        before = None
        for number, word in enumerate(outcome.book.history(subject, purpose), 1):
            expected[subject, purpose, number] = (
                word.at,
                word.status,
                before,
                "signal" if word.signal else "given",
                word.policy_version or None,
                word.source,
            )
            before = word.status
    found = {
        (subject_of[pseudonym], purpose, number): tuple(rest)
        for pseudonym, purpose, number, *rest in outcome.warehouse.query(
            "select pseudonym, purpose, change_number, said_at, status, "
            "previous_status, basis, policy_version, source from marts.consent_changes"
        )
    }
    assert found == expected
    kinds = {
        subject_of[p][0] == k
        for p, k in outcome.warehouse.query(
            "select pseudonym, identifier_kind from marts.consent_changes"
        )
    }
    assert kinds == {True}


def test_consents_are_the_last_changes(outcome: Outcome) -> None:
    columns = (
        "pseudonym, identifier_kind, purpose, status, basis, policy_version, source, "
        "said_at"
    )
    assert outcome.warehouse.query(
        f"select {columns} from marts.consents order by all"
    ) == outcome.warehouse.query(
        f"select {columns} from marts.consent_changes as changes "
        "where change_number = (select max(change_number) from marts.consent_changes "
        "where pseudonym = changes.pseudonym and purpose = changes.purpose) "
        "order by all"
    )


def test_customers_may_be_used_as_their_people_say(
    outcome: Outcome, subject_of: dict[UUID, Subject]
) -> None:
    customer_of = {
        subject_of[pseudonym]: customer
        for pseudonym, customer in outcome.warehouse.query(
            "select pseudonym, customer_id from marts.customer_identifiers"
        )
    }
    expected = decisions(outcome, customer_of)
    found = {
        (customer, purpose): tuple(rest)
        for customer, purpose, *rest in outcome.warehouse.query(
            "select customer_id, purpose, is_permitted, basis, decided_at, region "
            "from marts.customer_consents"
        )
    }
    assert set(found) == set(expected)
    wrong = {
        key: (found[key], expected[key]) for key in found if found[key] != expected[key]
    }
    assert wrong == {}
    bases = Counter(basis for _, basis, *_ in found.values())
    assert {"given", "signal", "default of *", "default of DE"} <= set(bases)


def decisions(
    outcome: Outcome, customer_of: dict[Subject, UUID]
) -> dict[tuple[UUID, str], tuple[Any, ...]]:
    """Whether and why each customer may be used for each purpose."""
    kept = [
        row for row in outcome.rows["events"] if not outcome.reasons[row["event_id"]]
    ]
    people_on: dict[Subject, set[UUID]] = defaultdict(set)
    places: dict[UUID, list[tuple[Any, str]]] = defaultdict(list)
    for row in kept + outcome.rows["order_lines"]:
        people = [(kind, row[kind]) for kind in ("user_id", "email") if row[kind]]
        for kind in HELD:
            if row.get(kind):
                people_on[kind, row[kind]] |= {customer_of[who] for who in people}
        if row["region"]:
            customer = customer_of[[*people, row["visitor"]][0]]
            places[customer].append((row["at"], row["region"]))
    members = defaultdict(list)
    for subject, customer in customer_of.items():
        members[customer].append(subject)
    expected = {}
    for customer, subjects in members.items():
        last = max(places[customer], default=(None, None))[0]
        region = min((r for at, r in places[customer] if at == last), default=None)
        for purpose in PURPOSES:
            word = decisive_word(outcome.book, subjects, people_on, purpose)
            key, status = outcome.book.default(region, purpose)
            expected[customer, purpose] = (
                (status == "granted", f"default of {key}", None, region)
                if word is None
                else (
                    not word.is_no,
                    "signal" if word.signal else "given",
                    word.at,
                    region,
                )
            )
    return expected


def decisive_word(
    book: Book,
    subjects: list[Subject],
    people_on: dict[Subject, set[UUID]],
    purpose: str,
) -> Word | None:
    """What decides for a customer who has these identifiers."""
    final = {who: latest(book.words_of(who, purpose, None)) for who in subjects}
    people = [word for who, word in final.items() if word and who[0] not in HELD]
    is_named = any(who[0] not in HELD for who in subjects)
    own = {
        who: word
        for who, word in final.items()
        if word
        and who[0] in HELD
        and len(book.users_on[who]) < 2
        and len(people_on[who]) < 2
    }
    later = [word for word in own.values() if word.is_no]
    if any(word.is_no for word in people):
        candidates = [word for word in people if word.is_no]
    elif people:
        candidates = people + later
    else:
        candidates = later + [
            word
            for who, word in own.items()
            if not word.is_no and (people_on[who] or not is_named)
        ]
    return max(
        candidates,
        key=lambda word: (word.at, word.is_no, not word.signal),
        default=None,
    )


def test_any_way_of_arriving_gives_the_tables_of_one_refresh(
    desks: dict[str, Desk], grown: dict[str, Warehouse]
) -> None:
    assert grown["backwards"]  # Its files came last, and are there.
    refreshed = desks["backwards"].empty("refreshed")
    desks["backwards"].run(refreshed)
    assert_same(content_of(grown["backwards"], TABLES), content_of(refreshed, TABLES))


def test_another_policy_is_taken_up_by_the_next_build(
    desks: dict[str, Desk], grown: dict[str, Warehouse]
) -> None:
    """Without a full refresh; it gives what that policy gave from the beginning."""
    turned = desks["forwards"].dbt.copy(grown["backwards"], "turned")
    desks["forwards"].run(turned)
    tables = [name for name in TABLES if name not in BY_INPUT]
    assert_same(content_of(turned, tables), content_of(grown["forwards"], tables))
    verdicts = (
        "select event_id, bucket, reason from intermediate.int_events__set_aside "
        "order by all"
    )
    assert turned.query(verdicts) == grown["forwards"].query(verdicts)


def test_a_site_may_say_where_visitors_were_and_what_their_browsers_sent(
    tmp_path: Path,
) -> None:
    """Its pages have columns for it, its tracks have not."""
    raw = generate(customers=10, days=2, seed=1, out=tmp_path).raw_folder
    pages, more = f"read_parquet('{raw / 'web_pages.parquet'}')", tmp_path / "pages"
    duckdb.sql(
        "copy (select *, 'CA' as context_location_region, "
        "case when hash(id) % 3 < 2 then 'us' end as context_location_country, "
        "case when hash(id) % 3 = 0 then 'True' end as "
        f"context_global_privacy_control from {pages}) to '{more}' (format parquet)"
    )
    expected = duckdb.sql(
        "select count(*) filter (part = 0), count(*) filter (part = 1), "
        f"count(*) filter (part = 2) from (select hash(id) % 3 as part from {pages})"
    ).fetchall()[0]
    more.replace(raw / "web_pages.parquet")
    dbt = ResidentDbt(tmp_path, {"sources": ["web"], "raw_location": str(raw)})
    warehouse = dbt.empty("site")
    dbt.run(warehouse, "int_events__delivered")
    counts = dict.fromkeys(("US-CA gpc", "US-CA", ""), 0) | dict(
        warehouse.query(
            "select concat_ws(' ', region, opt_out_signal), count(*) "
            "from intermediate.int_events__delivered "
            "where input_name = 'web.pages' group by 1"
        )
    )
    assert tuple(counts.values()) == expected
    assert min(expected) > 0
    assert warehouse.query(
        "select distinct region, opt_out_signal "
        "from intermediate.int_events__delivered where input_name = 'web.tracks'"
    ) == [(None, None)]


def test_a_policy_that_does_not_exist_is_refused(warehouse: Warehouse) -> None:
    build = warehouse.dbt("parse", variables={"withdrawal_policy": "sideways"})
    assert not build.succeeded
    assert "withdrawal_policy is sideways" in build.output
    assert "must be one of forwards, backwards" in build.output
