"""Encrypted targets: the bytes on the disk say nothing, and nothing starts half-way.

The same planted rows are built with the vault in an encrypted file of its own, and with
everything in one encrypted file.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from test_privacy import CONSENTS, EVENTS, ORDER_LINES, PLANTED
from typer.testing import CliRunner
from warehouse import WITHOUT_ANALYSES, BuildError, ResidentDbt, Warehouse

from habitue.cli import app
from habitue.database import DatabaseError, opened
from habitue.privacy.connection import opened_vault
from habitue.privacy.keys import pseudonym
from habitue.privacy.rotation import rotate_key

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator

KEY = "a pseudonym key with more than 32 characters"
NEW_KEY = "another pseudonym key of more than 32 characters"
ENCRYPTION_KEY = "an encryption key with more than 32 characters"
KEYS = {
    "HABITUE_PSEUDONYM_KEY": KEY,
    "HABITUE_ENCRYPTION_KEY": ENCRYPTION_KEY,
}
TARGETS = ("encrypted", "encrypted_all")
INPUTS = {"events": EVENTS, "order_lines": ORDER_LINES, "consents": CONSENTS}
MODELS = (
    *("events", "customer_identifiers", "identity_edges", "identity_changes"),
    *("row_ledger", "int_batches__completed"),
)
# The producer's own session id is a column of `sessions`.
RAW = [raw.encode() for raw in PLANTED if "session" not in raw]
FILES = {
    "encrypted": ["habitue.duckdb", "habitue_vault.duckdb"],
    "encrypted_all": ["habitue.duckdb"],
}


def write_inputs(folder: Path) -> dict[str, Any]:
    folder.mkdir()
    variables: dict[str, Any] = {"sources": ["files"]}
    for kind, text in INPUTS.items():
        (folder / f"{kind}.csv").write_text(text)
        variables[f"files_{kind}_path"] = str(folder / f"{kind}.csv")
    return variables


@pytest.fixture(scope="module", params=TARGETS)
def target(request: pytest.FixtureRequest) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (KEYS | {"HABITUE_TARGET": request.param}).items():
            patch.setenv(name, value)
        yield request.param


@pytest.fixture(scope="module")
def dbt(target: str, tmp_path_factory: pytest.TempPathFactory) -> ResidentDbt:
    folder = tmp_path_factory.mktemp(target)
    return ResidentDbt(folder, write_inputs(folder / "inputs"))


@pytest.fixture(scope="module")
def built(dbt: ResidentDbt) -> Warehouse:
    """Built twice."""
    warehouse = dbt.empty("built")
    dbt.run(warehouse, *MODELS)
    dbt.run(warehouse, *MODELS)
    return warehouse


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> ResidentDbt:
    """The same project for the target that encrypts nothing."""
    folder = tmp_path_factory.mktemp("plain")
    return ResidentDbt(folder, write_inputs(folder / "inputs"))


@pytest.fixture
def copied(built: Warehouse, tmp_path: Path) -> Warehouse:
    """A copy to do harm to."""
    shutil.copytree(built.folder, tmp_path / "copied")
    return Warehouse(tmp_path / "copied")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def bytes_of(folder: Path) -> dict[Path, bytes]:
    """Every file of a folder, also those that DuckDB spilled."""
    return {
        path: path.read_bytes().lower() for path in folder.rglob("*") if path.is_file()
    }


def as_stored(kind: str, value: str) -> bytes:
    """The pseudonym as DuckDB stores a UUID: 16 bytes, sign turned, low ones first."""
    number = pseudonym(KEY, kind=kind, value=value).int ^ (1 << 127)
    return number.to_bytes(16, "little")


def query(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    with opened(warehouse.database, with_vault=True) as connection:
        return connection.execute(sql).fetchall()


def vault_of(warehouse: Warehouse) -> list[tuple[str, uuid.UUID]]:
    """Raw values and pseudonyms, with the keys of the environment."""
    with opened_vault(warehouse.database, read_only=True) as held:
        return held.connection.execute(
            f"select raw_value, pseudonym from {held.vault}.identifiers order by all"
        ).fetchall()


def test_the_vault_is_where_it_should_be(target: str, built: Warehouse) -> None:
    assert names(built.folder) == FILES[target]
    held = dict(vault_of(built))
    assert len(held) == 9
    assert held["secretuser7431"] == pseudonym(
        KEY, kind="user_id", value="secretuser7431"
    )
    apart = "select count(*) from duckdb_tables() where schema_name = 'vault' and " \
        "database_name = current_database()"  # fmt: skip
    assert (query(built, apart) == [(0,)]) == (target == "encrypted")


def test_a_second_build_adds_nothing(built: Warehouse) -> None:
    assert query(
        built,
        "select source, cast(sum(bucket_row_count) as integer), max(raw_row_count) "
        "from marts.row_ledger group by 1",
    ) == [("files", 10, 10)]


def test_no_file_holds_an_identifier(built: Warehouse) -> None:
    for path, content in bytes_of(built.folder).items():
        for raw in RAW:
            assert raw not in content, (path, raw)


def test_an_encrypted_database_holds_no_pseudonym(
    target: str, built: Warehouse, tmp_path: Path
) -> None:
    """The plain main database beside an encrypted vault does: it is made of them."""
    stored = as_stored("user_id", "secretuser7431")
    content = built.database.read_bytes()
    assert (stored in content) == (target == "encrypted")
    with duckdb.connect(str(tmp_path / "plain.duckdb")) as connection:
        connection.execute("create table vault (raw_value varchar, pseudonym uuid)")
        connection.executemany("insert into vault values (?, ?)", vault_of(built))
    plain = (tmp_path / "plain.duckdb").read_bytes()
    assert stored in plain
    assert b"secretuser7431" in plain


def test_a_build_that_is_killed_leaves_nothing_readable(
    target: str, tmp_path: Path
) -> None:
    warehouse = Warehouse(tmp_path / "killed")
    warehouse.folder.mkdir()
    variables = write_inputs(tmp_path / "inputs")
    killed = warehouse.kill_once(
        r"OK created sql incremental model intermediate\.int_events__delivered",
        "build",
        *WITHOUT_ANALYSES,
        variables=variables,
    )
    assert killed.exit_code == -9, killed.output[-3000:]
    found = bytes_of(warehouse.folder)
    assert any(path.name.endswith("duckdb.wal") for path in found)
    for path, content in found.items():
        for raw in RAW:
            assert raw not in content, (path, raw)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("", "HABITUE_ENCRYPTION_KEY is not set"),
        ("short", "HABITUE_ENCRYPTION_KEY has 5 characters"),
        ("w" * 40, "HABITUE_ENCRYPTION_KEY is not the key of"),
    ],
)
def test_an_encryption_key_that_is_not_right_stops_everything(
    dbt: ResidentDbt,
    copied: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    told: str,
) -> None:
    before = bytes_of(copied.folder)
    monkeypatch.setenv("HABITUE_ENCRYPTION_KEY", key)
    with pytest.raises(BuildError, match=told):
        dbt.run(copied, "customers")
    with pytest.raises(DatabaseError, match=told), opened_vault(copied.database):
        pass
    assert bytes_of(copied.folder) == before


def test_a_wrong_pseudonym_key_stops_everything(
    dbt: ResidentDbt, copied: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bytes_of(copied.folder)
    monkeypatch.setenv("HABITUE_PSEUDONYM_KEY", NEW_KEY)
    with pytest.raises(BuildError, match="is not the key that this database was made"):
        dbt.run(copied, "customers")
    assert bytes_of(copied.folder).keys() == before.keys()
    assert bytes_of(copied.folder) == before


def test_a_vault_that_is_missing_is_not_begun_anew(
    target: str, dbt: ResidentDbt, copied: Warehouse
) -> None:
    if target == "encrypted_all":
        pytest.skip("the vault lies in the database itself")
    vault = copied.folder / "habitue_vault.duckdb"
    vault.unlink()
    with pytest.raises(BuildError, match=f"there is no file {vault}"):
        dbt.run(copied, "customers")
    assert names(copied.folder) == ["habitue.duckdb"]
    with (
        pytest.raises(DatabaseError, match=f"there is no file {vault}"),
        opened_vault(copied.database),
    ):
        pass


def test_another_target_is_refused(
    target: str, plain: ResidentDbt, copied: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither does a plain target write beside an encrypted vault, nor in between."""
    told = {
        "encrypted": "The vault of this database is missing",
        "encrypted_all": "is encrypted: use the target encrypted_all",
    }[target]
    monkeypatch.setenv("HABITUE_TARGET", "prod")
    with pytest.raises(BuildError, match=told):
        plain.run(copied, "customers")
    assert names(copied.folder) == FILES[target]


def test_commands_open_it(target: str, copied: Warehouse) -> None:
    run = CliRunner().invoke
    database = ["--database", str(copied.database)]
    explained = run(app, ["identity", "explain", "secretuser7431", *database])
    assert "user_id secretuser7431 belongs to customer" in explained.output
    verified = run(app, ["audit", "verify", *database])
    assert (verified.exit_code, verified.output.split()[0]) == (0, "6")
    assert "build" not in run(app, ["audit", "list", *database]).output
    copied.database.rename(copied.folder / "main.duckdb")
    assert "No database at" in run(app, ["audit", "list", *database]).output


def test_the_pseudonym_key_is_rotated(
    target: str, copied: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = KEYS | {"HABITUE_NEW_PSEUDONYM_KEY": NEW_KEY}
    rotate_key(copied.database, environment=environment)
    assert names(copied.folder) == FILES[target]
    monkeypatch.setenv("HABITUE_PSEUDONYM_KEY", NEW_KEY)
    held = dict(vault_of(copied))
    assert len(held) == 9
    assert held["secretuser7431"] == pseudonym(
        NEW_KEY, kind="user_id", value="secretuser7431"
    )
    for content in bytes_of(copied.folder).values():
        assert b"secretuser7431" not in content
        assert as_stored("user_id", "secretuser7431") not in content


def test_a_rotation_killed_between_the_two_files_is_finished(
    target: str,
    dbt: ResidentDbt,
    copied: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if target == "encrypted_all":
        pytest.skip("there is one file")
    environment = KEYS | {"HABITUE_NEW_PSEUDONYM_KEY": NEW_KEY}
    whole = Path.replace

    def killed(self: Path, goal: Path) -> Path:
        if self.name == "habitue.duckdb.rotated":
            raise KeyboardInterrupt
        return whole(self, goal)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            rotate_key(copied.database, environment=environment)
    assert names(copied.folder) == [
        "habitue.duckdb",
        "habitue.duckdb.rotated",
        "habitue_vault.duckdb",
    ]
    for key in (KEY, NEW_KEY):
        monkeypatch.setenv("HABITUE_PSEUDONYM_KEY", key)
        with pytest.raises(BuildError, match="run `habitue privacy rotate-key` first"):
            dbt.run(copied, "customers")
    assert rotate_key(copied.database, environment=environment).was_done
    assert names(copied.folder) == FILES[target]
    dbt.run(copied, *MODELS)
    with opened_vault(copied.database, environment=os.environ) as held:
        [(count,)] = held.connection.execute(
            "select count(*) from marts.customer_identifiers inner join "
            f"{held.vault}.identifiers using (pseudonym, identifier_kind)"
        ).fetchall()
    assert count > 5


def test_keys_are_in_no_setting(target: str, copied: Warehouse) -> None:
    with opened_vault(copied.database) as held:
        told = held.connection.execute(
            "select (select string_agg(cast(settings as varchar)) from "
            "duckdb_settings() as settings), (select string_agg(cast(one as varchar)) "
            "from duckdb_databases() as one)"
        ).fetchall()
        unsafe = held.connection.execute(
            "select value from duckdb_settings() where name in "
            "('force_mbedtls_unsafe', 'temp_file_encryption') order by name"
        ).fetchall()
    assert unsafe == [("false",), ("true",)]
    for key in (KEY, ENCRYPTION_KEY):
        assert key not in repr(told)
