"""Published copies: equal to their source, without raw identifiers, read by roles.

The server is a real PostgreSQL, and what a role may do is tried as a member of it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import duckdb
import pytest
from postgres import Database, Session, running_server
from typer.testing import CliRunner
from warehouse import WITHOUT_UNIT_TESTS, Warehouse

from habitue.cli import app
from habitue.privacy.keyring import open_keyring
from habitue.privacy.keys import find_key, pad_key
from habitue.publishing import Audience, PublishError, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from habitue.publishing import Publication

LEVELS = {
    Audience.aggregates: {
        "segments",
        "segment_audience",
        "segment_models",
        "segment_profiles",
        "feature_loadings",
        "row_ledger",
        "lateness",
        "personal_data",
        "retention_periods",
    },
    Audience.reader: {
        *("customers", "events", "page_views", "orders", "sessions"),
        *("k_evidence", "segment_lineage"),
        *("customer_segment_reasons", "segment_map"),
    },
    Audience.analyst: {"int_events__delivered", "segment_centroids"},
}
MEMBERS = {
    "ann": "habitue_aggregates",
    "rita": "habitue_reader",
    "alan": "habitue_analyst",
}


@pytest.fixture(scope="module")
def demo(built_once: Callable[..., Warehouse]) -> Warehouse:
    return built_once("demo", Warehouse.build)


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    with running_server() as database:
        for member in MEMBERS:
            database.run(f"create role {member} login")
        yield database


def copy(database: Path, to: Any, **options: Any) -> Publication:
    return publish(
        database,
        to=str(to),
        record=lambda **_: None,
        progress=options.pop("progress", lambda **_: None),
        **options,
    )


@pytest.fixture(scope="module")
def on_server(demo: Warehouse, server: Database) -> Database:
    """The demo shop, published, and somebody in each role."""
    copy(demo.database, server.url())
    for member, role in MEMBERS.items():
        server.run(f"grant {role} to {member}")
    return server


@pytest.fixture(scope="module")
def in_files(
    demo: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> dict[Audience, Path]:
    """The demo shop as a file for each audience."""
    folder = tmp_path_factory.mktemp("published")
    paths = {audience: folder / f"{audience}.duckdb" for audience in Audience}
    for audience, path in paths.items():
        copy(demo.database, path, audience=audience)
    return paths


# What is in a copy


def checksums(
    connection: duckdb.DuckDBPyConnection, catalog: str, names: list[tuple[str, str]]
) -> dict[tuple[str, str], tuple[int, int]]:
    """Rows of each table, and the sum of the hashes of their texts."""
    found = {}
    for schema, table in names:
        cells = connection.execute(f'describe {catalog}."{schema}"."{table}"')
        texts = ", ".join(f'cast("{name}" as varchar)' for name, *_ in cells.fetchall())
        rows = connection.execute(
            f"select count(*), sum(cast(hash({texts}) as hugeint)) "
            f'from {catalog}."{schema}"."{table}"'
        ).fetchall()
        found[schema, table] = rows[0]
    return found


def test_on_a_server_every_row_of_every_table_equals_its_source(
    demo: Warehouse, on_server: Database
) -> None:
    with on_server.session() as session:
        names = session.rows(
            "select schema_name, table_name from marts.published_tables"
        )
        assert len(names) > 45
        found = checksums(session.connection, session.name, names)
    with duckdb.connect(str(demo.database), read_only=True) as connection:
        assert found == checksums(connection, "habitue", names)


def test_in_a_file_every_row_of_every_table_equals_its_source(
    demo: Warehouse, in_files: dict[Audience, Path]
) -> None:
    with duckdb.connect(str(in_files[Audience.analyst]), read_only=True) as connection:
        names = connection.execute(
            "select schema_name, table_name from marts.published_tables"
        ).fetchall()
        found = checksums(connection, "analyst", names)
    with duckdb.connect(str(demo.database), read_only=True) as connection:
        assert found == checksums(connection, "habitue", names)


def test_a_file_holds_what_its_audience_may_read_and_no_more(
    in_files: dict[Audience, Path],
) -> None:
    expected: set[str] = set()
    beyond = set[str]().union(*LEVELS.values())
    for audience, path in in_files.items():
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute(
                "select table_schema, table_name from information_schema.tables"
            ).fetchall()
        found = {table for _, table in rows}
        expected |= LEVELS[audience]
        assert found >= expected
        assert not found & (beyond - expected)
        if audience == Audience.aggregates:
            assert found == expected | {"published_tables"}
        if audience != Audience.analyst:
            assert {schema for schema, _ in rows} == {"marts"}
        assert not {schema for schema, _ in rows} & {
            "vault", "staging", "raw", "lookups", "audit",
        }  # fmt: skip


def raw_values(demo: Warehouse) -> list[bytes]:
    """What the vault knows of people, in the demo 6 characters or more."""
    values = demo.query(
        "select raw_value from vault.identifiers where length(raw_value) >= 6"
    )
    assert len(values) > 300
    key = find_key({}, allow_demo_key=True)
    padded = pad_key(key)
    return [
        *(value.encode() for (value,) in values),
        key.encode(), padded.inner, padded.outer,
        padded.inner.hex().encode(), padded.outer.hex().encode(),
    ]  # fmt: skip


def found_in(content: bytes, values: list[bytes]) -> list[bytes]:
    return re.findall(b"|".join(map(re.escape, values)), content)


def test_the_bytes_of_a_file_name_nobody_and_hold_no_key(
    demo: Warehouse, in_files: dict[Audience, Path], tmp_path: Path
) -> None:
    values = raw_values(demo)
    for path in in_files.values():
        assert found_in(path.read_bytes(), values) == []
    # The same search finds them where they are.
    with duckdb.connect(str(tmp_path / "vault.duckdb")) as connection:
        connection.execute(f"attach '{demo.database}' as source (read_only)")
        connection.execute("create table leak as from source.vault.identifiers")
    assert len(found_in((tmp_path / "vault.duckdb").read_bytes(), values)) > 100


def test_what_a_file_says_once_unpacked_names_nobody(
    demo: Warehouse, in_files: dict[Audience, Path]
) -> None:
    values = [re.escape(value.decode()) for value in raw_values(demo)[:-5]]
    pattern = "|".join(values)
    with duckdb.connect(str(in_files[Audience.analyst]), read_only=True) as connection:
        columns = connection.execute(
            "select table_schema, table_name, column_name "
            "from information_schema.columns where data_type = 'VARCHAR'"
        ).fetchall()
        assert len(columns) > 100
        for schema, table, column in columns:
            leaks = connection.execute(
                f'select "{column}" from "{schema}"."{table}" '
                f'where regexp_matches("{column}", $1) limit 1',
                [pattern],
            ).fetchall()
            assert leaks == [], (schema, table, column)


def test_the_files_of_a_server_name_nobody(
    demo: Warehouse, on_server: Database
) -> None:
    on_server.run("checkpoint")
    values = raw_values(demo)
    for path in on_server.folder.rglob("*"):
        if path.is_file():
            assert found_in(path.read_bytes(), values) == [], path


# Who may do what on a server


def is_refused(session: Session, sql: str) -> bool:
    with pytest.raises(duckdb.Error) as caught:
        session.run(sql)
    return "permission denied" in str(caught.value)


@pytest.mark.parametrize(
    ("user", "may", "may_not"),
    [
        ("ann", [Audience.aggregates], [Audience.reader, Audience.analyst]),
        ("rita", [Audience.aggregates, Audience.reader], [Audience.analyst]),
        ("alan", list(Audience), []),
    ],
)
def test_a_role_reads_what_its_audience_may_and_no_more(
    on_server: Database, user: str, may: list[Audience], may_not: list[Audience]
) -> None:
    tables = on_server.rows(
        "select schema_name, table_name, audience from marts.published_tables"
    )
    assert {audience for *_, audience in tables} == set(Audience)
    with on_server.session(user) as session:
        for schema, table, audience in tables:
            sql = f'select count(*) from "{schema}"."{table}"'
            if audience in may:
                assert session.rows(sql)[0][0] >= 0
            else:
                assert audience in may_not
                assert is_refused(session, sql), table


@pytest.mark.parametrize("user", MEMBERS)
def test_no_role_writes(on_server: Database, user: str) -> None:
    with on_server.session(user) as session:
        for sql in (
            "create table marts.mine (id int)",
            "create table public.mine (id int)",
            "create schema mine",
            "insert into marts.segments (segment_id) values (1)",
            "update marts.segments set segment_name = 'x'",
            "delete from marts.segments",
            "truncate marts.segments",
        ):
            assert is_refused(session, sql), sql


def test_a_server_has_neither_vault_nor_staging_nor_raw(on_server: Database) -> None:
    schemas = {name for (name,) in on_server.rows("select nspname from pg_namespace")}
    assert {"marts", "intermediate", "models"} <= schemas
    assert not schemas & {"vault", "staging", "raw", "lookups", "audit"}
    assert (
        on_server.rows("select rolcanlogin from pg_roles where rolname like 'habitue%'")
        == [(False,)] * 3
    )


def test_somebody_in_no_role_reads_nothing(on_server: Database) -> None:
    on_server.run("create role nobody login")
    with on_server.session("nobody") as session:
        assert is_refused(session, "select * from marts.segments")


# How a copy on a server is replaced. A shop of a few rows stands for a real one.

SMALL = """
    create schema vault;
    create table vault.identifiers (
        identifier_kind varchar, raw_value varchar, pseudonym uuid
    );
    create schema marts;
    create schema intermediate;
    create table marts.segments as select range as segment_id from range(3);
    create table marts.events as
    select range as event_id, date '2026-01-01' as day from range(1000);
    create table intermediate.int_events__delivered as from marts.events;
    create table intermediate.int_tables__released as
    select *, timestamp '2026-02-03 04:05:06' as released_at from (values
        ('intermediate', 'int_events__delivered', 'analyst'),
        ('marts', 'events', 'reader'),
        ('marts', 'segments', 'aggregates')
    ) as released (schema_name, table_name, audience);
"""


@pytest.fixture
def small(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path)
    change(warehouse, SMALL)
    with duckdb.connect(str(warehouse.database)) as connection:
        key = find_key(os.environ, allow_demo_key=True)
        open_keyring(connection, key, vault="vault")
    return warehouse


@pytest.fixture
def target(server: Database) -> Database:
    """An empty database for each test."""
    return server.another()


def change(warehouse: Warehouse, sql: str) -> None:
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute(sql)


def counts(database: Database, user: str = "postgres") -> tuple[int, int]:
    [(events, segments)] = database.rows(
        "select (select count(*) from marts.events) as events, "
        "count(*) as segments from marts.segments",
        user,
    )
    return events, segments


ONE_MORE = (
    "insert into marts.events values (1000, '2026-01-02');"
    "insert into marts.segments values (3)"
)


def test_readers_see_the_old_copy_until_the_new_one_is_there(
    small: Warehouse, target: Database
) -> None:
    copy(small.database, target.url())
    change(small, ONE_MORE)
    seen = []
    with target.session() as reader:
        # Somebody reads both tables, and stays in the middle of it.
        reader.connection.execute("begin")
        assert reader.rows("select count(*) from marts.events") == [(1000,)]
        copy(
            small.database,
            target.url(),
            progress=lambda **_: seen.append(counts(target)),
        )
        assert reader.rows("select count(*) from marts.segments") == [(3,)]
        reader.connection.execute("commit")
    assert seen == [(1000, 3)] * 4
    assert counts(target) == (1001, 4)


def test_to_publish_twice_changes_nothing(small: Warehouse, target: Database) -> None:
    everything = (
        "select 'e', event_id, day::text from marts.events union all "
        "select 's', segment_id, null from marts.segments union all "
        "select 'd', event_id, day::text from intermediate.int_events__delivered "
        "order by 1, 2"
    )
    identities = "select oid from pg_class where relname in ('events', 'segments')"
    copy(small.database, target.url())
    first = target.rows(everything), target.rows(identities)
    told = copy(small.database, target.url())
    assert (target.rows(everything), target.rows(identities)) == first
    assert told.dropped == []


def test_a_killed_publish_leaves_the_copy_before(
    small: Warehouse, target: Database
) -> None:
    copy(small.database, target.url())
    change(small, ONE_MORE)
    code = """
        import os, signal, sys
        from pathlib import Path
        from habitue.publishing import publish
        def kill(*, done, total, name):
            if done == total:
                os.kill(os.getpid(), signal.SIGKILL)
        publish(
            Path(sys.argv[1]), to=sys.argv[2], record=lambda **_: None, progress=kill
        )
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), small.database, target.url()],
        timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == -signal.SIGKILL
    assert counts(target) == (1000, 3)
    copy(small.database, target.url())
    assert counts(target) == (1001, 4)


def test_a_table_that_fails_leaves_all_tables_as_they_were(
    small: Warehouse, target: Database
) -> None:
    copy(small.database, target.url())
    # Segments come last, and PostgreSQL knows no such date.
    change(small, ONE_MORE)
    change(small, "alter table marts.segments add column day date")
    change(small, "update marts.segments set day = '9999-01-01'::date - 6000000")
    with pytest.raises(PublishError, match=r"stands as it was: .* is out of range"):
        copy(small.database, target.url())
    assert counts(target) == (1000, 3)


def test_two_publishes_at_a_time_do_not_mix(small: Warehouse, target: Database) -> None:
    complaints = []

    def publish_too(**_: Any) -> None:
        with pytest.raises(PublishError) as caught:
            copy(shutil.copy(small.database, small.folder / "x.duckdb"), target.url())
        complaints.append(str(caught.value))

    copy(small.database, target.url(), progress=publish_too, only=["segments"])
    assert complaints == ["Another publish to this database is under way."] * 2


def test_views_of_others_stand_or_are_named(small: Warehouse, target: Database) -> None:
    copy(small.database, target.url())
    target.run("create schema bi; create view bi.busy as select * from marts.events")
    change(small, ONE_MORE)
    copy(small.database, target.url())
    assert target.rows("select count(*) from bi.busy") == [(1001,)]
    for changed in (
        "alter table marts.events alter column event_id type integer",
        "delete from intermediate.int_tables__released where table_name = 'events'",
    ):
        change(small, changed)
        with pytest.raises(PublishError, match=r"view bi\.busy depends on table mart"):
            copy(small.database, target.url())
        assert counts(target) == (1001, 4)
    target.run("drop view bi.busy")
    assert copy(small.database, target.url()).dropped == ["marts.events"]


def test_new_columns_replace_the_table(small: Warehouse, target: Database) -> None:
    copy(small.database, target.url())
    change(small, "alter table marts.segments add column note varchar default 'new'")
    copy(small.database, target.url())
    assert target.rows("select distinct note from marts.segments") == [("new",)]


def test_what_somebody_else_made_is_left_alone(
    small: Warehouse, target: Database
) -> None:
    target.run(
        "create schema marts; create table marts.events as select 1 as own;"
        "create table marts.notes as select 2 as own"
    )
    with pytest.raises(PublishError, match=r"marts\.events was not written by"):
        copy(small.database, target.url())
    copy(small.database, target.url(), schema_prefix="shop_")
    copy(small.database, target.url(), schema_prefix="shop_", only=["segments"])
    assert target.rows("select own from marts.events union all select own from "
                       "marts.notes order by 1") == [(1,), (2,)]  # fmt: skip
    assert target.rows("select count(*) from shop_marts.segments") == [(3,)]
    target.run("drop table marts.events")
    copy(small.database, target.url())
    assert target.rows("select own from marts.notes") == [(2,)]


def test_each_type_arrives(small: Warehouse, target: Database) -> None:
    change(
        small,
        """
        create or replace table marts.segments as select
            12345678901234567890123::hugeint as wide, 'b'::enum('a', 'b') as kind,
            ['x', null] as list, {'a': [1]} as nested, '{"k": 1}'::json as json,
            uuid '00000000-0000-0000-0000-00000000000a' as id,
            1.5::decimal(18, 4) as money,
            'NaN'::double as ratio, timestamptz '2026-01-01 00:00:00+01' as zoned,
            timestamp '2026-01-01 00:00:00.123456' as moment, 'a' || chr(0) as nul,
            interval 1 day as span, true as flag, 'é"''\\' as text,
            '\\x00'::blob as bytes
        """,
    )
    copy(small.database, target.url())
    [row] = target.rows(
        "select to_json(array[wide::text, kind, list[1], list[2], "
        "nested->'a'->>0, json->>'k', id::text, money::text, ratio::text, "
        "(zoned at time zone 'UTC')::text, moment::text, nul, span::text, flag::text, "
        "text, encode(bytes, 'hex')]) from marts.segments"
    )
    assert json.loads(row[0]) == [
        "12345678901234567890123", "b", "x", None, "1", "1",
        "00000000-0000-0000-0000-00000000000a", "1.5000", "NaN", "2025-12-31 23:00:00",
        "2026-01-01 00:00:00.123456", "a\ufffd", "1 day", "true", "é\"'\\", "00",
    ]  # fmt: skip


# Who publishes, and what an administrator did before


def test_a_publisher_who_may_not_create_roles_is_told_what_to_ask_for(
    small: Warehouse,
) -> None:
    with running_server() as fresh:
        fresh.run("create role pat login; grant create on database postgres to pat")
        with pytest.raises(PublishError, match="may not create roles") as caught:
            copy(small.database, fresh.url("pat"))
        assert fresh.rows("select 1 from pg_namespace where nspname = 'marts'") == []
        fresh.run(str(caught.value).partition("run once: ")[2])
        copy(small.database, fresh.url("pat"))
        fresh.run("create role rita login in role habitue_reader")
        assert counts(fresh, "rita") == (1000, 3)


def test_grants_that_say_otherwise_are_taken_back(
    small: Warehouse, on_server: Database, target: Database
) -> None:
    target.run(
        "create schema intermediate; grant all on schema intermediate to public;"
        "create schema marts; alter default privileges in schema marts "
        "grant all on tables to public, habitue_reader"
    )
    copy(small.database, target.url())
    target.run("grant all on marts.segments to habitue_reader, public")
    copy(small.database, target.url())
    target.run("create table marts.later as select 1 as one")
    with target.session("rita") as session:
        for sql in (
            "select * from intermediate.int_events__delivered",
            "select * from marts.later",
            "delete from marts.segments",
            "create table intermediate.mine (id int)",
        ):
            assert is_refused(session, sql), sql


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        (
            "grant pg_read_all_data to habitue_reader",
            "revoke pg_read_all_data from habitue_reader",
            r"habitue_reader can read intermediate\.int_events__delivered",
        ),
        (
            "create schema vault; create table vault.identifiers as select 1 as one;"
            "grant usage on schema vault to habitue_analyst;"
            "grant select on vault.identifiers to habitue_analyst",
            "drop schema vault cascade",
            r"habitue_analyst can read vault\.identifiers",
        ),
    ],
)
def test_a_role_that_reaches_too_far_stops_the_publish(
    small: Warehouse, target: Database, before: str, after: str, complaint: str
) -> None:
    copy(small.database, target.url())
    target.run(before)
    try:
        with pytest.raises(PublishError, match=complaint):
            copy(small.database, target.url())
    finally:
        target.run(after)
    copy(small.database, target.url())


def test_wrong_credentials_are_told_without_the_password(
    small: Warehouse, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(small.database, target.url())
    target.run("create role locked login password 'right-one'")
    rules = target.folder / "pg_hba.conf"
    rules.write_text("local all locked scram-sha-256\n" + rules.read_text())
    target.run("select pg_reload_conf()")
    for password, user, complaint in (
        ("wrong-one", "locked", 'password authentication failed for user "locked"'),
        ("right-one", "locked", "permission denied for schema marts"),
        ("wrong-one", "missing", 'role "missing" does not exist'),
    ):
        monkeypatch.setenv("PGPASSWORD", password)
        ran = CliRunner().invoke(
            app,
            ["publish", "--database", str(small.database), "--to", target.url(user)],
        )
        assert ran.exit_code == 2
        assert complaint in ran.stderr
        assert len(ran.stderr.splitlines()) == 1
        assert password not in ran.output


# Only a build that ended well is published


def test_a_build_whose_test_failed_is_not_published(
    demo: Warehouse, tmp_path: Path
) -> None:
    warehouse = Warehouse(tmp_path)
    shutil.copy(demo.database, warehouse.database)
    copy(warehouse.database, tmp_path / "copy.duckdb")
    change(
        warehouse,
        "update intermediate.int_inputs__counted set raw_row_count = raw_row_count + 1",
    )
    build = warehouse.dbt(
        "build", *WITHOUT_UNIT_TESTS, "--select", "row_ledger int_tables__released"
    )
    assert not build.succeeded
    assert "assert_every_raw_row" in build.output
    ran = CliRunner().invoke(
        app,
        ["publish", "--database", str(warehouse.database), "--to", f"{tmp_path}/c"],
    )
    assert ran.exit_code == 2
    assert "no finished build" in ran.stderr
    assert not (tmp_path / "c").exists()
