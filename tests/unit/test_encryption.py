import importlib.util
from pathlib import Path

import duckdb
import pytest

from habitue.database import DatabaseError, opened
from habitue.encryption import (
    EncryptionError,
    attach_encrypted,
    find_encryption_key,
    load_cryptography,
    vault_path,
)

KEY = "an encryption key with more than 32 characters"
PLANTED = "planted7431planted7431planted7431planted7431"


@pytest.fixture
def connection(tmp_path):
    with duckdb.connect(str(tmp_path / "main.duckdb")) as opened_here:
        yield opened_here


def setting(connection, name):
    return connection.execute("select current_setting(?)", [name]).fetchall()[0][0]


def test_the_key_must_be_there_and_long():
    assert find_encryption_key({"HABITUE_ENCRYPTION_KEY": KEY}) == KEY
    with pytest.raises(EncryptionError, match="HABITUE_ENCRYPTION_KEY is not set"):
        find_encryption_key({})
    with pytest.raises(EncryptionError, match="has 6 characters") as caught:
        find_encryption_key({"HABITUE_ENCRYPTION_KEY": "tooshy"})
    assert "tooshy" not in str(caught.value)


def test_the_vault_lies_beside_the_database_or_where_the_variable_says():
    database = Path("data/habitue.duckdb")
    assert vault_path(database, {}) == Path("data/habitue_vault.duckdb")
    assert vault_path(database, {"HABITUE_VAULT": "/safe/v.db"}) == Path("/safe/v.db")


def test_what_is_written_cannot_be_read_without_the_key(connection, tmp_path):
    path = tmp_path / "vault.duckdb"
    attach_encrypted(connection, path, alias="vault", key=KEY)
    connection.execute(f"create table vault.t as select '{PLANTED}' as raw")
    connection.execute("detach vault")
    assert PLANTED.encode() not in path.read_bytes()
    for key in ("w" * 40, KEY.upper()):
        with pytest.raises(EncryptionError, match="is not the key of") as caught:
            attach_encrypted(connection, path, alias="vault", key=key)
        assert key not in str(caught.value)
    attach_encrypted(connection, path, alias="vault", key=KEY, read_only=True)
    assert connection.execute("from vault.t").fetchall() == [(PLANTED,)]


def test_a_plain_file_is_not_taken_for_an_encrypted_one(connection, tmp_path):
    duckdb.connect(str(tmp_path / "plain.duckdb")).close()
    with pytest.raises(EncryptionError, match="is not encrypted"):
        attach_encrypted(
            connection, tmp_path / "plain.duckdb", alias="vault", key=KEY
        )  # fmt: skip


def test_without_the_extra_nothing_is_written(connection, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(EncryptionError, match=r"pip install 'habitue\[encryption\]'"):
        attach_encrypted(connection, tmp_path / "v.duckdb", alias="vault", key=KEY)
    assert not (tmp_path / "v.duckdb").exists()
    assert setting(connection, "force_mbedtls_unsafe") is False


def test_duckdb_itself_refuses_to_write_without_the_extension(connection, tmp_path):
    """What `load_cryptography` is for."""
    with pytest.raises(duckdb.Error, match="read-only crypto module"):
        connection.execute(
            f"attach '{tmp_path / 'v.duckdb'}' as vault (encryption_key ?)", [KEY]
        )
    load_cryptography(connection)
    connection.execute(
        f"attach '{tmp_path / 'v.duckdb'}' as vault (encryption_key ?)", [KEY]
    )


@pytest.mark.parametrize("is_encrypted", [True, False])
def test_what_is_spilled_to_disk_is_encrypted_as_well(
    connection, tmp_path, is_encrypted
):
    if is_encrypted:
        attach_encrypted(connection, tmp_path / "v.duckdb", alias="vault", key=KEY)
    connection.execute("set memory_limit = '30MB'; set threads = 1")
    connection.execute(
        f"create temp table spilled as select '{PLANTED}' || hash(number) as raw, "
        "hash(number + 1) as other from range(1_000_000) as t(number)"
    )
    spilled = list((tmp_path / "main.duckdb.tmp").iterdir())
    assert spilled
    found = any(PLANTED.encode() in path.read_bytes() for path in spilled)
    assert found != is_encrypted


def test_an_encrypted_database_is_read_with_its_key_only(connection, tmp_path):
    path = tmp_path / "whole.duckdb"
    attach_encrypted(connection, path, alias="habitue", key=KEY)
    connection.execute("create schema habitue.marts")
    connection.execute("create table habitue.marts.t as select 1 as one")
    connection.execute(
        "create view habitue.marts.v as select * from habitue.marts.t"
    )  # fmt: skip
    connection.execute("detach habitue")
    with opened(path, environment={"HABITUE_ENCRYPTION_KEY": KEY}) as held:
        assert held.execute("from marts.v").fetchall() == [(1,)]
    for environment, told in (
        ({}, "is not set"),
        ({"HABITUE_ENCRYPTION_KEY": "w" * 40}, "is not the key of"),
    ):
        with (
            pytest.raises(DatabaseError, match=told),
            opened(path, environment=environment),
        ):
            pass
