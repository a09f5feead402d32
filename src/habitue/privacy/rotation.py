"""Rotation of the pseudonym key.

Both files, or the one that holds everything, are copied with new ids for old ones; the
copies then take the place of the originals. Until that moment nothing has changed, so
a rotation that was killed is simply begun again. Where the vault has a file of its own
there is a moment between the two; the vault, which goes first, says that the rotation
is still pending, and running the command again puts the other file in its place.
"""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from habitue.audit import record, seal
from habitue.database import attach_copy, connect, has_table, vault_of
from habitue.encryption import (
    VAULT_DATABASE,
    find_encryption_key,
    vault_path,
)
from habitue.privacy.connection import PrivacyConnection, opened_vault
from habitue.privacy.keyring import Keyring, create_keyring, is_current_key
from habitue.privacy.keys import (
    KEY_VARIABLE,
    NEW_KEY_VARIABLE,
    PseudonymKeyError,
    find_new_key,
    is_demo_key,
)
from habitue.privacy.pending import begin_work, find_pending, finish_work
from habitue.privacy.rekeying import (
    RekeyingError,
    copy_rekeyed,
    map_keys,
    require_no_trace,
    tables_to_copy,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

WORK = "rotation"
COMMAND = "habitue privacy rotate-key"
_COPY = "rotated"
_VAULT_COPY = "rotated_vault"


class RotationError(ValueError):
    """The key cannot be rotated; the message says why. Nothing was changed."""


class Progress(NamedTuple):
    """How far a rotation is.

    Attributes:
        step: What is being done.
        done: Steps done.
        total: Steps in all.
    """

    step: str
    done: int
    total: int


class RotationReport(NamedTuple):
    """What a rotation did.

    Attributes:
        was_done: Whether the database had the new key already, from a rotation that
            was killed when all was copied; the counts are 0 then.
        identifier_count: Pseudonyms made again from the vault.
        table_count: Tables that were copied.
        row_count: Rows in them.
        seconds: How long it took.
    """

    was_done: bool
    identifier_count: int
    table_count: int
    row_count: int
    seconds: float


class _File(NamedTuple):
    """A database file and its copy."""

    path: Path
    name: str
    copy_name: str
    is_encrypted: bool

    @property
    def unfinished(self) -> Path:
        return self.path.with_name(self.path.name + ".rotating")

    @property
    def finished(self) -> Path:
        return self.path.with_name(self.path.name + ".rotated")


def rotate_key(
    database: Path,
    *,
    environment: Mapping[str, str] = os.environ,
    mapping: Path | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> RotationReport:
    """Give a database a new pseudonym key.

    Args:
        database: The DuckDB file that was built.
        environment: Holds the current key and HABITUE_NEW_PSEUDONYM_KEY.
        mapping: A file to write old and new ids to (.csv or .parquet), for copies
            elsewhere. It is as sensitive as the vault.
        progress: Told before each step.

    Raises:
        RotationError: If a key is missing, short, wrong or the same, the file for the
            mapping exists, the disk is too full, or something still held an old id.
        DatabaseError: If there is no such file or no vault, a build is running, or
            other work is pending.
    """
    started = time.monotonic()
    try:
        new_key = find_new_key(environment)
    except PseudonymKeyError as error:
        raise RotationError(str(error)) from error
    if mapping is not None:
        _require_writable(mapping)
    if _finish_swap(database, new_key, environment):
        return RotationReport(
            was_done=True,
            identifier_count=0,
            table_count=0,
            row_count=0,
            seconds=time.monotonic() - started,
        )
    with opened_vault(database, environment=environment, finishing=WORK) as opened:
        if is_demo_key(opened.keyring.pseudonym_key):
            raise RotationError(
                "This database was made with the public demo key: there is nothing to "
                f"protect in it. Build another one with a secret {KEY_VARIABLE}."
            )
        files = _files(opened, environment)
        _require_space(files)
        begin_work(opened.connection, vault=opened.vault, work=WORK, command=COMMAND)
        try:
            report = _copy(
                opened,
                files,
                new_key=new_key,
                environment=environment,
                mapping=mapping,
                progress=progress,
            )
        except (RekeyingError, duckdb.IOException, OSError) as error:
            _remove_copies(opened.connection, files)
            finish_work(opened.connection, vault=opened.vault, work=WORK)
            raise RotationError(str(error)) from error
    progress(Progress("taking their places", report.table_count, report.table_count))
    for file in reversed(files):
        _replace(file)
    _finish_swap(database, new_key, environment)
    return report._replace(seconds=time.monotonic() - started)


def cancel_rotation(
    database: Path, *, environment: Mapping[str, str] = os.environ
) -> bool:
    """Give up a rotation that was killed before anything was put in its place.

    Returns:
        Whether there was one.

    Raises:
        RotationError: If the vault was put in its place already.
        DatabaseError: See `rotate_key`.
    """
    with opened_vault(database, environment=environment, finishing=WORK) as opened:
        pending = find_pending(opened.connection, vault=opened.vault)
        files = _files(opened, environment)
        if files[0].finished.exists() and not files[-1].finished.exists():
            raise RotationError(
                f"The vault has the new key already: run `{COMMAND}` to finish."
            )
        _remove_copies(opened.connection, files)
        if has_table(opened.connection, "pending_work", schema=opened.vault):
            finish_work(opened.connection, vault=opened.vault, work=WORK)
    return any(one.work == WORK for one in pending)


def _finish_swap(database: Path, new_key: str, environment: Mapping[str, str]) -> bool:
    """Whether the vault has the new key; then all else is put in its place, too.

    Raises:
        RotationError: If it has it because it is the current key.
    """
    with connect(
        database, read_only=False, with_vault=True, environment=environment
    ) as connection:
        vault = vault_of(connection)
        if not is_current_key(connection, new_key, vault=vault):
            return False
    waiting = database.with_name(database.name + ".rotated")
    if not waiting.exists() and environment.get(KEY_VARIABLE) == new_key:
        raise RotationError(
            f"{NEW_KEY_VARIABLE} is the key that the database has already: set it to "
            "a new one."
        )
    if waiting.exists():
        waiting.replace(database)
    with connect(
        database, read_only=False, with_vault=True, environment=environment
    ) as connection:
        if has_table(connection, "pending_work", schema=vault):
            finish_work(connection, vault=vault, work=WORK)
    return True


def _files(opened: PrivacyConnection, environment: Mapping[str, str]) -> list[_File]:
    """The main file, and the vault's where it has one."""
    encrypted = dict(
        opened.connection.execute(
            "select database_name, encrypted from duckdb_databases()"
        ).fetchall()
    )
    ((main,),) = opened.connection.execute("select current_database()").fetchall()
    files = [_File(opened.database, main, _COPY, encrypted[main])]
    if opened.vault.startswith(VAULT_DATABASE):
        path = vault_path(opened.database, environment)
        files.append(
            _File(path, VAULT_DATABASE, _VAULT_COPY, encrypted[VAULT_DATABASE])
        )
    return files


def _copy(
    opened: PrivacyConnection,
    files: list[_File],
    *,
    new_key: str,
    environment: Mapping[str, str],
    mapping: Path | None,
    progress: Callable[[Progress], None],
) -> RotationReport:
    """Copy every table with new ids; the copies are complete when this returns."""
    connection = opened.connection
    progress(Progress("making pseudonyms again", 0, 1))
    new_keys = Keyring(new_key, opened.keyring.secret)
    identifier_count = map_keys(connection, new_keys, vault=opened.vault)
    _remove_copies(connection, files)
    for file in files:
        _copy_schema(connection, file, environment)
    tables = [
        table
        for file in files
        for table in tables_to_copy(connection, database=file.name, copy=file.copy_name)
    ]
    row_count = 0
    for number, table in enumerate(tables):
        progress(Progress(table.source.replace('"', ""), number, len(tables)))
        row_count += copy_rekeyed(connection, table)
        require_no_trace(connection, table)
    report = RotationReport(
        was_done=False,
        identifier_count=identifier_count,
        table_count=len(tables),
        row_count=row_count,
        seconds=0,
    )
    progress(Progress("finishing the copies", len(tables), len(tables)))
    _finish_copies(opened, new_keys, report)
    if mapping is not None:
        _write_mapping(connection, mapping)
    for file in files:
        connection.execute(f"detach {file.copy_name}")
        file.unfinished.replace(file.finished)
    return report


def _copy_schema(
    connection: duckdb.DuckDBPyConnection, file: _File, environment: Mapping[str, str]
) -> None:
    attach_copy(
        connection,
        file.unfinished,
        of=file.name,
        alias=file.copy_name,
        key=find_encryption_key(environment) if file.is_encrypted else None,
    )
    connection.execute(f'copy from database "{file.name}" to {file.copy_name} (schema)')


def _finish_copies(
    opened: PrivacyConnection, new_keys: Keyring, report: RotationReport
) -> None:
    """What differs in the copies besides ids: keys, what is made anew, the trail."""
    connection = opened.connection
    is_apart = opened.vault.startswith(VAULT_DATABASE)
    vault = f"{_VAULT_COPY if is_apart else _COPY}.vault"
    create_keyring(
        connection, new_keys.pseudonym_key, vault=vault, secret=new_keys.secret
    )
    # Match keys hang on rules that only dbt knows; the next build makes them again.
    if has_table(connection, "match_keys", schema=vault):
        connection.execute(f"delete from {vault}.match_keys")  # noqa: S608
    # Where times are equal, pseudonyms decide: everything is judged once more.
    if has_table(connection, "int_batches__completed", schema=f"{_COPY}.intermediate"):
        connection.execute(
            f"update {_COPY}.intermediate.int_batches__completed "  # noqa: S608
            "set rule_settings = 'before the key was rotated'"
        )
    if not is_apart:
        finish_work(connection, vault=vault, work=WORK)
    ((main,),) = connection.execute("select current_database()").fetchall()
    connection.execute(f"use {_COPY}")
    try:
        record(
            connection,
            new_keys.secret,
            action="rotate",
            subject=None,
            row_count=report.row_count,
            parameters={
                "identifiers": report.identifier_count,
                "tables": report.table_count,
            },
        )
        seal(connection, new_keys.secret, vault=vault)
    finally:
        connection.execute(f'use "{main}"')


def _remove_copies(connection: duckdb.DuckDBPyConnection, files: list[_File]) -> None:
    for file in files:
        connection.execute(f"detach database if exists {file.copy_name}")
        for path in (file.unfinished, file.finished):
            path.unlink(missing_ok=True)
            path.with_name(path.name + ".wal").unlink(missing_ok=True)


def _replace(file: _File) -> None:
    """Put the copy in the place of the original, in one step."""
    if file.path.with_name(file.path.name + ".wal").exists():
        raise RotationError(
            f"{file.path} was opened by another process meanwhile: run `{COMMAND}` "
            "again."
        )
    file.finished.replace(file.path)


def _require_space(files: list[_File]) -> None:
    for file in files:
        free = shutil.disk_usage(file.path.parent).free
        needed = sum(one.path.stat().st_size for one in files)
        if free < needed:
            raise RotationError(
                f"{file.path.parent} has {free / 1e6:,.0f} MB left, and copies of "
                f"{needed / 1e6:,.0f} MB are needed: make room first."
            )


def _require_writable(mapping: Path) -> None:
    if mapping.suffix not in {".csv", ".parquet"}:
        raise RotationError(f"{mapping} must end in .csv or .parquet.")
    if mapping.exists():
        raise RotationError(f"{mapping} exists: name a new file.")
    if not mapping.parent.is_dir():
        raise RotationError(f"There is no folder {mapping.parent}.")


def _write_mapping(connection: duckdb.DuckDBPyConnection, mapping: Path) -> None:
    """Old and new ids; readable by their owner only."""
    mapping.touch(mode=0o600)
    quoted = str(mapping).replace("'", "''")
    connection.execute(
        "copy (select kind, old_id, new_id from key_map order by all) "  # noqa: S608
        f"to '{quoted}' (format {mapping.suffix[1:]}, use_tmp_file false)"
    )
