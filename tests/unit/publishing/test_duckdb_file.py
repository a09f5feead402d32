import os
import signal
import subprocess
import sys
import textwrap

import duckdb
import pytest

from habitue.publishing import Audience, PublishError, publish


def copy(database, path, *, progress=lambda **_: None, **options):
    return publish(
        database, to=str(path), record=lambda **_: None, progress=progress, **options
    )


def read(path, sql):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def readers(tmp_path):
    folder = tmp_path / "readers"
    folder.mkdir()
    return folder


@pytest.fixture
def published(database, readers):
    """A copy that is there already, and different from what is published next."""
    path = readers / "shop.duckdb"
    copy(database, path)
    with duckdb.connect(str(database)) as connection:
        connection.execute("insert into marts.segments values (99, 'New')")
        connection.execute(
            "update intermediate.int_events__delivered set event_id = -event_id"
        )
    return path


def test_a_copy_holds_what_was_released_and_nothing_else(database, readers):
    told = copy(database, readers / "shop.duckdb")
    assert files(readers) == ["shop.duckdb"]
    assert read(readers / "shop.duckdb", "select * from marts.events") == read(
        database, "select * from marts.events"
    )
    assert read(
        readers / "shop.duckdb",
        "select table_schema, table_name, table_type from information_schema.tables "
        "order by all",
    ) == [
        ("marts", "events", "BASE TABLE"),
        ("marts", "published_tables", "BASE TABLE"),
        ("marts", "segments", "BASE TABLE"),
    ]
    assert told.row_count == 5003
    assert told.byte_count == (readers / "shop.duckdb").stat().st_size
    assert b"ada@mail.example" not in (readers / "shop.duckdb").read_bytes()


def test_a_copy_tells_what_it_is(database, readers):
    told = copy(database, readers / "shop.duckdb", audience=Audience.analyst)
    listed = read(readers / "shop.duckdb", "from marts.published_tables order by all")
    assert [row[:4] for row in listed] == [
        ("intermediate", "int_events__delivered", "analyst", 5000),
        ("marts", "events", "reader", 5000),
        ("marts", "segments", "aggregates", 3),
        ("models", "segment_candidates", "analyst", 1),
    ]
    assert {row[4:] for row in listed} == {(told.built_at, told.published_at)}
    assert read(
        readers / "shop.duckdb",
        "select comment from duckdb_columns() where column_name = 'segment_id'",
    ) == [("Number of the segment.",)]


def test_readers_keep_what_they_opened_and_the_next_get_the_new(database, published):
    with duckdb.connect(str(published), read_only=True) as reader:
        copy(database, published)
        assert reader.execute("select count(*) from marts.segments").fetchall() == [
            (3,)
        ]
        assert reader.execute("select sum(event_id) from marts.events").fetchall() == [
            (sum(range(5000)),)
        ]
    assert read(published, "select count(*) from marts.segments") == [(4,)]


def test_who_may_open_the_file_stays_as_it_was(database, published):
    published.chmod(0o640)
    copy(database, published)
    assert published.stat().st_mode & 0o777 == 0o640


def test_a_narrower_copy_replaces_the_wider_one(database, published):
    copy(database, published, only=["segments"])
    assert read(published, "select table_name from marts.published_tables") == [
        ("segments",)
    ]


# What goes wrong leaves the copy before, byte for byte, and nothing beside it.


def run_python(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_full_disk_leaves_the_copy_before(database, published):
    before = published.read_bytes()
    ran = run_python(
        """
        import resource, sys
        from pathlib import Path
        from habitue.publishing import PublishError, publish
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            publish(
                Path(sys.argv[1]), to=sys.argv[2],
                record=lambda **_: None, progress=lambda **_: None,
            )
        except PublishError as error:
            print(error)
        """,
        database,
        published,
    )
    assert "could not be written, what was there stands" in ran.stdout, ran.stderr
    assert published.read_bytes() == before
    assert files(published.parent) == ["shop.duckdb"]


def test_a_killed_publish_leaves_the_copy_before_and_the_next_cleans_up(
    database, published
):
    before = published.read_bytes()
    ran = run_python(
        """
        import os, signal, sys
        from pathlib import Path
        from habitue.publishing import publish
        def kill(*, done, total, name):
            if done:
                os.kill(os.getpid(), signal.SIGKILL)
        publish(
            Path(sys.argv[1]), to=sys.argv[2], record=lambda **_: None, progress=kill
        )
        """,
        database,
        published,
    )
    assert ran.returncode == -signal.SIGKILL
    assert published.read_bytes() == before
    assert len(files(published.parent)) > 1
    copy(database, published)
    assert files(published.parent) == ["shop.duckdb"]
    assert read(published, "select count(*) from marts.segments") == [(4,)]


def test_the_draft_of_another_publish_is_left_alone(database, published):
    draft = published.with_name(f".shop.duckdb.{os.getppid()}.publishing")
    draft.touch()
    published.with_name(f".shop.duckdb.{os.getpid()}.publishing").touch()
    copy(database, published)
    assert files(published.parent) == [draft.name, "shop.duckdb"]


def test_an_interrupted_publish_leaves_the_copy_before(database, published):
    def interrupt(*, done, total, name):
        if done:
            raise KeyboardInterrupt

    before = published.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        copy(database, published, progress=interrupt)
    assert published.read_bytes() == before
    assert files(published.parent) == ["shop.duckdb"]


def test_a_table_that_cannot_be_read_leaves_the_copy_before(database, published):
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "create or replace view marts.events as "
            "select cast(segment_name as integer) as event_id from marts.segments"
        )
    before = published.read_bytes()
    with pytest.raises(PublishError, match="Could not convert string 'Loyal"):
        copy(database, published)
    assert published.read_bytes() == before
    assert files(published.parent) == ["shop.duckdb"]
