import importlib.util
import json
import os

import duckdb
import pytest
from typer.testing import CliRunner

from habitue.audit import read_trail
from habitue.cli import app
from habitue.privacy.certificate import published_copies
from habitue.privacy.keyring import open_keyring
from habitue.privacy.keys import find_key

BUILT = """
    create schema marts;
    create schema intermediate;
    create table marts.segments as select range as segment_id from range(3);
    create table intermediate.int_tables__released as select
        'marts' as schema_name, 'segments' as table_name, 'aggregates' as audience,
        timestamp '2026-02-03 04:05:06' as released_at;
"""


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "built.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(BUILT)
        key = find_key(os.environ, allow_demo_key=True)
        open_keyring(connection, key, vault="vault")
    return path


@pytest.fixture
def folder(tmp_path):
    """Where copies go: a stranger's database, a text and a folder lie there."""
    folder = tmp_path / "readers"
    (folder / "folder").mkdir(parents=True)
    duckdb.connect(str(folder / "strange.duckdb")).close()
    (folder / "notes.txt").write_text("not a database")
    return folder


def run(database, *arguments):
    return CliRunner().invoke(
        app,
        ["publish", "--database", str(database), *map(str, arguments)],
        env={"COLUMNS": "160"},
    )


def test_a_publish_is_summed_up(database, folder):
    ran = run(database, "--to", folder / "copy.duckdb")
    assert ran.exit_code == 0
    text = " ".join(ran.stdout.split())
    assert "Published for readers from the build of 2026-02-03 04:05 UTC" in text
    assert "│ marts.segments │ aggregates │ 3 │" in text
    assert "1 tables, 3 rows" in text
    assert ran.stderr == ""
    with duckdb.connect(str(database)) as connection:
        [entry] = read_trail(connection)
    assert (entry.action, entry.row_count) == ("publish", 3)
    assert published_copies([entry]) == [str(folder / "copy.duckdb")]


def test_a_publish_for_machines_is_json(database, folder):
    ran = run(database, "--to", folder / "copy.duckdb", "--json")
    told = json.loads(ran.stdout)
    assert told["destination"] == str(folder / "copy.duckdb")
    assert told["row_count"] == 3
    assert told["tables"][0]["table_name"] == "segments"
    assert told["built_at"] == "2026-02-03 04:05:06"


def test_a_strangers_file_is_replaced_only_by_force(database, folder):
    for name in ("strange.duckdb", "notes.txt"):
        before = (folder / name).read_bytes()
        ran = run(database, "--to", folder / name)
        assert ran.exit_code == 2
        assert "was not written by `habitue publish`" in ran.stderr
        assert (folder / name).read_bytes() == before
        assert run(database, "--to", folder / name, "--force").exit_code == 0
        assert run(database, "--to", folder / name).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--to", "mysql://h/shop"], "mysql:// is not known"),
        (["--to", "{folder}/none/copy.duckdb"], "There is no folder"),
        (["--to", "{folder}/folder"], "is no file"),
        (["--to", "{database}", "--force"], "is the database itself"),
        (["--to", "{link}", "--force"], "is the database itself"),
        (["--to", "{twin}", "--force"], "is the database itself"),
        (["--to", "{folder}/c.duckdb", "--only", "vault"], "vault is not published"),
        (["--to", "/proc/copy.duckdb"], "/proc/copy.duckdb could not be written"),
        (
            ["--to", "postgres://ada:geheim@localhost/shop"],
            "A password does not belong into a URL",
        ),
        (
            ["--to", "postgres://ada@/shop?host={folder}"],
            "cannot be reached: connection to server on socket",
        ),
        (
            ["--to", "postgres://ada@127.0.0.1:9/shop"],
            'cannot be reached: connection to server at "127.0.0.1", port 9 failed',
        ),
    ],
)
def test_bad_input_is_told_in_one_line_and_does_nothing(
    database, folder, arguments, complaint
):
    (folder / "link.duckdb").symlink_to(database)
    (folder / "twin.duckdb").hardlink_to(database)
    before = sorted(folder.rglob("*"))
    places = {
        "folder": folder,
        "database": database,
        "link": folder / "link.duckdb",
        "twin": folder / "twin.duckdb",
    }
    ran = run(database, *(text.format(**places) for text in arguments))
    assert ran.exit_code == 2
    assert complaint in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert "geheim" not in ran.output
    assert sorted(folder.rglob("*")) == before


def test_a_copy_that_somebody_writes_to_is_not_replaced(database, folder):
    run(database, "--to", folder / "copy.duckdb")
    with duckdb.connect(str(folder / "copy.duckdb")) as writer:
        writer.execute("create table mine as select 1 as one")
        assert (folder / "copy.duckdb.wal").exists()
        ran = run(database, "--to", folder / "copy.duckdb", "--force")
    assert ran.exit_code == 2
    assert "Somebody writes to" in ran.stderr


def test_an_unfinished_build_is_not_published(database, folder):
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop table intermediate.int_tables__released")
    ran = run(database, "--to", folder / "copy.duckdb")
    assert ran.exit_code == 2
    assert "no finished build" in ran.stderr
    assert not (folder / "copy.duckdb").exists()


def test_a_missing_extra_is_called_by_its_name(database, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    ran = run(database, "--to", "postgres://ada@localhost/shop")
    assert ran.exit_code == 2
    assert "pip install 'habitue[postgres]'" in ran.stderr


def test_the_password_of_the_environment_is_not_told(database, folder, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "geheim")
    ran = run(database, "--to", f"postgres://ada@/shop?host={folder}")
    assert ran.exit_code == 2
    assert "geheim" not in ran.output
    assert os.environ["PGPASSWORD"] == "geheim"
