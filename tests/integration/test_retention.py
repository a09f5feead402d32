"""Rows go when they are too old: what is left is as if they had never been."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import rights_world as world
from agreement import assert_same, content_of
from test_rights import ERASED, KEPT, TABLES, Rights
from warehouse import ResidentDbt

from habitue.privacy.absence import look_for
from habitue.privacy.connection import opened_vault

YOUNG = datetime(2024, 3, 13, 12, tzinfo=UTC)
LATER = datetime(2024, 4, 10, 12, tzinfo=UTC)
# At the later time, what is older than these days goes.
PERIODS = {"behaviour": 35, "purchases": 34, "contact": 30}
BEHAVIOUR_FROM = "2024-03-06"
PURCHASES_FROM = "2024-03-07"
CONTACT_FROM = "2024-03-11"
PAIRS = "select user_key, seen_key, seen_kind from intermediate.int_users__named"
CONTACT = ("phone", "first_name", "last_name")


def what_is_left(kind: str, row: dict[str, str]) -> dict[str, str] | None:
    """A row of the world at the later time, by hand."""
    if kind == "consents":
        return row
    if kind == "shop_order_lines":  # Only the header of o3 is old.
        return None if row["order_id"] == "o3" else row
    told = row["occurred_at"] if kind == "events" else row["ordered_at"]
    time = row["received_at"] if told in {"never", "someday"} else told
    if time < (BEHAVIOUR_FROM if kind == "events" else PURCHASES_FROM):
        return None
    if kind == "events" and time < CONTACT_FROM:
        return {name: value for name, value in row.items() if name not in CONTACT}
    return row


def too_old() -> dict[str, int]:
    """How many rows go, by dataset."""
    gone = {
        kind: sum(what_is_left(kind, row) is None for _, row in rows)
        for kind, rows in world.ROWS.items()
    }
    return {
        "events": gone["events"],
        "order_lines": gone["order_lines"] + gone["shop_order_lines"],
        "order_headers": gone["shop_orders"],
    }


@pytest.fixture(scope="module")
def rights(tmp_path_factory: pytest.TempPathFactory) -> Rights:
    made = Rights(tmp_path_factory.mktemp("retention"))
    variables = made.dbt.variables | {"retention_days": PERIODS}
    made.dbt = ResidentDbt(made.dbt.folder, variables)
    world.write_all(made.files)
    return made


def test_what_is_too_old_goes_and_leaves_no_trace(rights: Rights) -> None:
    """Held since it was young, or read when it was too old already: alike."""
    rights.dbt.now = YOUNG
    held = rights.fresh("held")
    assert not held.query(ERASED)
    assert held.value("select count(*) from vault.profiles") == 3
    rights.dbt.now = LATER
    for _ in range(2):  # What no row refers to any more leaves with the next build.
        rights.build(held)
    fresh = rights.fresh("fresh")
    world.write_all(rights.files, change=what_is_left)
    expected = rights.fresh("expected")
    world.write_all(rights.files)
    tables = [table for table in TABLES if table != "marts.identity_changes"]
    for warehouse in (held, fresh):
        assert dict(warehouse.query(ERASED)) == too_old()
        assert_same(content_of(warehouse, tables), content_of(expected, tables))
        assert sorted(warehouse.query(KEPT)) == sorted(expected.query(KEPT))
        assert sorted(warehouse.query(PAIRS)) == sorted(expected.query(PAIRS))
        with opened_vault(warehouse.database, environment={}) as opened:
            assert look_for(opened, asked="nobody at all").findings == []
