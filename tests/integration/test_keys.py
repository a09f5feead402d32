"""Rotation of the pseudonym key: nobody is lost, nothing old is left, never half done.

The world is adversarial (adversary.py), with a rule that compares phone numbers, so
that there are match keys as well. It is built under one key, rotated to another, and
built again; beside it the same rows are built under the other key from nothing. Where
nothing else decides between two rows pseudonyms do, so these ties may fall otherwise
after a rotation; all else must stay.
"""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from adversary import VARIABLES, make_world
from agreement import assert_same, content_of
from typer.testing import CliRunner
from warehouse import BuildError, ResidentDbt, Warehouse

from habitue.cli import app
from habitue.privacy.connection import opened_vault
from habitue.privacy.keyring import create_keyring, open_keyring
from habitue.privacy.keys import pseudonym
from habitue.privacy.rotation import RotationReport, rotate_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD = "the old key, which has more than 32 characters"
NEW = "the new key, which has more than 32 characters"
MARTS = (
    "marts.events",
    "marts.page_views",
    "marts.sessions",
    "marts.stitched_sessions",
    "marts.customers",
    "marts.customer_identifiers",
    "marts.identity_edges",
    "marts.customer_days",
    "marts.orders",
    "marts.order_lines",
    "marts.rfm_scores",
    "marts.customer_features",
    "marts.customer_outcomes",
    "marts.rfm_cuts",
    "marts.rfm_segments",
    "marts.power_user_curve",
    "marts.row_ledger",
    "marts.quarantined_rows",
    "marts.consents",
    "marts.consent_changes",
    "marts.customer_consents",
    "vault.identifiers",
    "vault.profiles",
    "vault.match_keys",
    "vault.user_agents",
)
MODELS = (
    *(table.split(".")[1] for table in MARTS),
    "identity_changes",
    "lateness",
    "int_batches__completed",
)
CUSTOMERS = (
    "select customer_id, identifier_kind, raw_value from marts.customer_identifiers "
    "inner join vault.identifiers using (pseudonym, identifier_kind) "
    "where raw_value not like 'tie%'"
)
HISTORY = (
    "select vault.raw_value, customers.raw_value, log.assigned_at "
    "from intermediate.int_identity__assigned as log "
    "inner join vault.identifiers as vault using (pseudonym, identifier_kind) "
    "inner join vault.identifiers as customers "
    "on log.customer_id = customers.pseudonym "
    "where vault.raw_value not like 'tie%' and customers.raw_value not like 'tie%' "
    "order by all"
)
PUBLISHED = (
    "select raw_value, content_key, started_at, published_at, revision_count "
    "from intermediate.int_sessions__published "
    "inner join marts.sessions using (session_id, started_at) "
    "inner join vault.identifiers on visitor_id = pseudonym "
    "where raw_value not like 'tie%' order by all"
)
# Kills itself when a rotation comes to the step that is named.
KILLED = """
import os, pathlib, signal, sys
from habitue.privacy.rotation import rotate_key
def kill(progress):
    print(progress.step, flush=True)
    if sys.argv[2] in progress.step:
        os.kill(os.getpid(), signal.SIGKILL)
rotate_key(pathlib.Path(sys.argv[1]), progress=kill)
"""


class Shop:
    """Warehouses of one project, each with the key that it is opened with."""

    def __init__(self, folder: Path) -> None:
        world = make_world(seed=5)
        by_phone = {"user 1": "0044 171 555 0199", "user 2": "+44 171 555 0199"}
        world.events["phone"] = world.events["user_id"].map(by_phone)
        rules = {"email": ["email"], "phone": ["phone"]}
        self.variables = VARIABLES | {"identity_rules": rules}
        for kind in ("events", "order_lines", "consents"):
            path = folder / f"{kind}.csv"
            getattr(world, kind).to_csv(path, index=False)
            self.variables[f"files_{kind}_path"] = str(path)
        self.dbt = ResidentDbt(folder, self.variables)

    def build(self, warehouse: Warehouse, key: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HABITUE_PSEUDONYM_KEY", key)
            self.dbt.run(warehouse, *MODELS)

    def copy(self, original: Warehouse, name: str) -> Warehouse:
        return self.dbt.copy(original, name)

    def rotate(self, warehouse: Warehouse, **more: Any) -> RotationReport:
        return rotate_key(warehouse.database, environment=keys(OLD, NEW), **more)


def keys(current: str = "", new: str = "") -> dict[str, str]:
    named = {"HABITUE_PSEUDONYM_KEY": current, "HABITUE_NEW_PSEUDONYM_KEY": new}
    return {name: value for name, value in named.items() if value}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HABITUE_TARGET", "prod")
        patch.setenv("HABITUE_PSEUDONYM_KEY", OLD)
        yield Shop(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def before(shop: Shop) -> Warehouse:
    """Built under the old key."""
    warehouse = shop.dbt.empty("before")
    shop.build(warehouse, OLD)
    return warehouse


@pytest.fixture(scope="module")
def rotated(shop: Shop, before: Warehouse) -> Warehouse:
    """Rotated, and not built since."""
    warehouse = shop.copy(before, "rotated")
    shop.rotate(warehouse, mapping=warehouse.folder / "mapping.csv")
    return warehouse


@pytest.fixture(scope="module")
def rebuilt(shop: Shop, rotated: Warehouse) -> Warehouse:
    """Rotated, and built again under the new key."""
    warehouse = shop.copy(rotated, "rebuilt")
    shop.build(warehouse, NEW)
    return warehouse


@pytest.fixture(scope="module")
def fresh(shop: Shop, before: Warehouse) -> Warehouse:
    """Built from nothing under the new key, with the same secret for stand-in ids."""
    with duckdb.connect(str(before.database)) as connection:
        secret = open_keyring(connection, OLD, vault="vault").secret
    warehouse = shop.dbt.empty("fresh")
    with duckdb.connect(str(warehouse.database)) as connection:
        create_keyring(connection, NEW, vault="vault", secret=secret)
    shop.build(warehouse, NEW)
    return warehouse


def every_value(warehouse: Warehouse) -> set[str]:
    """Every value of every column of every table but the audit trail, as text."""
    values: set[str] = set()
    for schema, table in warehouse.query(
        "select schema_name, table_name from duckdb_tables()"
    ):
        for row in warehouse.query(f'select * from "{schema}"."{table}"'):
            values.update(str(value) for value in row)
    return values


def customers(warehouse: Warehouse) -> set[frozenset[tuple[str, str]]]:
    """The customers, each as the raw identifiers that it is made of."""
    groups: dict[Any, set[tuple[str, str]]] = {}
    for customer, kind, value in warehouse.query(CUSTOMERS):
        groups.setdefault(customer, set()).add((kind, value))
    return {frozenset(group) for group in groups.values()}


def test_after_the_next_build_all_is_as_if_the_new_key_had_always_been(
    rebuilt: Warehouse, fresh: Warehouse
) -> None:
    found, expected = content_of(rebuilt, MARTS), content_of(fresh, MARTS)
    assert all(expected[table] for table in MARTS)
    assert_same(found, expected)


def test_every_pseudonym_is_the_hmac_of_the_new_key(rotated: Warehouse) -> None:
    rows = rotated.query(
        "select identifier_kind, raw_value, pseudonym from vault.identifiers"
    )
    assert len(rows) > 50
    for kind, value, found in rows:
        assert found == pseudonym(NEW, kind=kind, value=value)
    rows = rotated.query("select profile, profile_key from vault.profiles")
    assert rows
    for text, found in rows:
        assert found == pseudonym(NEW, kind="profile", value=text)


def test_no_old_id_is_left_in_any_table(before: Warehouse, rotated: Warehouse) -> None:
    rows = before.query("select identifier_kind, raw_value from vault.identifiers")
    old = {str(pseudonym(OLD, kind=kind, value=value)) for kind, value in rows}
    old |= {
        str(value)
        for table, column in (
            ("vault.profiles", "profile_key"),
            ("vault.user_agents", "user_agent_key"),
            ("vault.match_keys", "match_key"),
            ("marts.sessions", "session_id"),
            ("marts.stitched_sessions", "stitched_session_id"),
            ("marts.consent_changes", "consent_change_id"),
        )
        for (value,) in before.query(f"select {column} from {table}")
    }
    held = every_value(before)
    assert len(old & held) == len(old)
    left = every_value(rotated)
    assert not old & left
    words = {word for text in left for word in re.findall(r"[0-9a-f-]{36}", text)}
    assert not old & words


def test_nothing_else_changes_meanwhile(before: Warehouse, rotated: Warehouse) -> None:
    """Before the next build the marts are those from before, under other names."""
    assert customers(rotated) == customers(before)
    for table in ("events", "sessions", "stitched_sessions", "customer_days"):
        rest = f"select columns(name -> not ends_with(name, '_id')) from marts.{table}"
        assert Counter(rotated.query(rest)) == Counter(before.query(rest))
    joined = (
        "select count(*) from marts.events "
        "inner join marts.sessions using (session_id, visitor_id) "
        "inner join marts.stitched_sessions as visits "
        "on sessions.stitched_session_id = visits.stitched_session_id "
        "inner join marts.customers on customers.customer_id = events.customer_id"
    )
    assert before.value(joined) > 100
    assert rotated.value(joined) == before.value(joined)
    objects = (
        "select schema_name, table_name, sql from duckdb_tables() "
        "where table_name != 'pending_work' union all "
        "select schema_name, view_name, sql from duckdb_views() where not internal "
        "order by all"
    )
    assert rotated.query(objects) == before.query(objects)


def test_consents_have_the_ids_that_the_next_build_gives_them(
    rotated: Warehouse, rebuilt: Warehouse
) -> None:
    ids = "select consent_change_id, pseudonym from marts.consent_changes order by 1"
    assert len(rotated.query(ids)) > 20
    assert rotated.query(ids) == rebuilt.query(ids)


def test_customers_keep_their_history(before: Warehouse, rebuilt: Warehouse) -> None:
    assert customers(rebuilt) == customers(before)
    assert len(before.query(HISTORY)) > 50
    assert rebuilt.query(HISTORY) == before.query(HISTORY)


def test_no_session_counts_as_revised(before: Warehouse, rebuilt: Warehouse) -> None:
    assert len(before.query(PUBLISHED)) > 20
    assert rebuilt.query(PUBLISHED) == before.query(PUBLISHED)


def test_the_mapping_leads_from_old_to_new(
    before: Warehouse, rotated: Warehouse
) -> None:
    path = rotated.folder / "mapping.csv"
    assert path.stat().st_mode & 0o077 == 0
    with path.open() as file:
        mapped = {row["old_id"]: row["new_id"] for row in csv.DictReader(file)}
    rows = before.query("select identifier_kind, raw_value from vault.identifiers")
    for kind, value in rows:
        old = pseudonym(OLD, kind=kind, value=value)
        assert mapped[str(old)] == str(pseudonym(NEW, kind=kind, value=value))
    ids = "select session_id from marts.sessions"
    assert {mapped[str(old)] for (old,) in before.query(ids)} == {
        str(new) for (new,) in rotated.query(ids)
    }


@pytest.mark.parametrize(
    "step",
    [
        "int_events__delivered",
        "vault.identifiers",
        "finishing the copies",
        "taking their places",
    ],
)
def test_a_rotation_that_was_killed_is_finished_by_the_next(
    shop: Shop, before: Warehouse, rotated: Warehouse, step: str
) -> None:
    warehouse = shop.copy(before, "killed")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(warehouse.database), step],
        env=os.environ | keys(OLD, NEW),
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    assert step in killed.stdout.splitlines()[-1]
    if step == "vault.identifiers":
        with pytest.raises(BuildError, match="run `habitue privacy rotate-key` first"):
            shop.build(warehouse, OLD)
    assert customers(warehouse) == customers(before)
    assert not shop.rotate(warehouse).was_done
    tables = [table for table in MARTS if table != "vault.match_keys"]
    assert_same(content_of(warehouse, tables), content_of(rotated, tables))
    assert [path.name for path in warehouse.folder.iterdir()] == ["habitue.duckdb"]


def test_a_rotation_that_was_killed_can_be_given_up(
    shop: Shop, before: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = shop.copy(before, "given_up")
    subprocess.run(
        [sys.executable, "-c", KILLED, str(warehouse.database), "taking"],
        env=os.environ | keys(OLD, NEW),
        check=False,
        capture_output=True,
    )
    monkeypatch.setenv("HABITUE_PSEUDONYM_KEY", OLD)
    command = ["privacy", "rotate-key", "--cancel", "--database"]
    said = CliRunner().invoke(app, [*command, str(warehouse.database)])
    assert "given up" in said.output
    assert [path.name for path in warehouse.folder.iterdir()] == ["habitue.duckdb"]
    with opened_vault(warehouse.database, environment=keys(OLD)) as opened:
        assert opened.keyring.pseudonym_key == OLD


@pytest.mark.parametrize(
    ("current", "new", "told"),
    [
        (OLD, "", "HABITUE_NEW_PSEUDONYM_KEY is not set"),
        (OLD, "short", "HABITUE_NEW_PSEUDONYM_KEY has 5 characters"),
        (OLD, OLD, "is the key that the database has already"),
        ("", NEW, "HABITUE_PSEUDONYM_KEY is not set, and this database was not made"),
        (NEW, NEW, "HABITUE_PSEUDONYM_KEY is not the key that this database"),
    ],
)
def test_keys_that_cannot_be_right_are_refused(
    before: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    current: str,
    new: str,
    told: str,
) -> None:
    content = before.database.read_bytes()
    monkeypatch.setenv("HABITUE_PSEUDONYM_KEY", current)
    monkeypatch.setenv("HABITUE_NEW_PSEUDONYM_KEY", new)
    command = ["privacy", "rotate-key", "--database", str(before.database)]
    said = CliRunner().invoke(app, command)
    assert said.exit_code == 2
    assert told in said.output
    assert OLD not in said.output
    assert NEW not in said.output
    assert before.database.read_bytes() == content


def test_what_is_in_the_way_is_told(
    shop: Shop, before: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in keys(OLD, NEW).items():
        monkeypatch.setenv(name, value)
    command = ["privacy", "rotate-key", "--database"]
    nowhere = CliRunner().invoke(app, [*command, str(before.folder / "nowhere")])
    assert (nowhere.exit_code, "No database at" in nowhere.output) == (2, True)
    mapping = ["--mapping", str(before.database)]
    kept = CliRunner().invoke(app, [*command, str(before.database), *mapping])
    assert (kept.exit_code, "must end in .csv" in kept.output) == (2, True)
    warehouse = shop.copy(before, "held")
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(); input()"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", hold, str(warehouse.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        said = CliRunner().invoke(app, [*command, str(warehouse.database)])
        holder.communicate(b"\n")
    assert (said.exit_code, "is a build running?" in said.output) == (2, True)


def test_a_wrong_key_stops_a_build_before_anything_is_written(
    shop: Shop, before: Warehouse
) -> None:
    warehouse = shop.copy(before, "wrong")
    content = warehouse.database.read_bytes()
    with pytest.raises(BuildError, match="is not the key that this database was"):
        shop.build(warehouse, NEW)
    assert warehouse.database.read_bytes() == content


def test_the_rotation_is_on_the_trail(rotated: Warehouse) -> None:
    actions = "select action from audit.audit_trail order by entry_number desc limit 3"
    assert rotated.query(actions) == [("rotate",), ("run ended",), ("run started",)]
    with opened_vault(rotated.database, environment=keys(NEW), read_only=True) as held:
        assert held.keyring.pseudonym_key == NEW
