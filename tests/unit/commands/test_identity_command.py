import json

import duckdb
import pytest
from typer.testing import CliRunner

from habitue.cli import app

ADA, ADAS_COOKIE, ADAS_MAIL = (
    f"{digit}{'0' * 7}-0000-0000-0000-{'0' * 12}" for digit in "ace"
)
BOB, GONE = (f"{digit}{'0' * 7}-0000-0000-0000-{'0' * 12}" for digit in "bd")
SEEN = (
    "timestamp '2026-01-01 10:00' as first_seen_at, "
    "timestamp '2026-01-02' as last_seen_at"
)
MARTS = f"""
    create schema marts;
    create schema vault;
    create table vault.identifiers as
    select * from (values
        ('{ADA}'::uuid, 'user_id', 'ada'),
        ('{ADAS_COOKIE}'::uuid, 'anonymous_id', 'secret-cookie'),
        ('{ADAS_MAIL}'::uuid, 'email', 'ada@example.com'),
        ('{BOB}'::uuid, 'user_id', 'bob'),
        ('{GONE}'::uuid, 'user_id', 'gone')
    ) as known (pseudonym, identifier_kind, raw_value);
    create table marts.customer_identifiers as
    select
        pseudonym, identifier_kind,
        case raw_value when 'bob' then pseudonym else '{ADA}'::uuid end as customer_id,
        {SEEN}
    from vault.identifiers
    where raw_value != 'gone';
    create table marts.identity_edges as
    select *, {SEEN} from (values
        ('{ADAS_COOKIE}'::uuid, '{ADA}'::uuid, '{ADA}'::uuid, '{ADA}'::uuid,
            'user_id-anonymous_id', 'anonymous_id', 'user_id', null, 7, true),
        ('{ADAS_MAIL}'::uuid, '{ADA}'::uuid, '{ADA}'::uuid, '{ADA}'::uuid,
            'user_id-email', 'email', 'user_id', null, 2, true),
        ('{ADAS_COOKIE}'::uuid, '{BOB}'::uuid, '{ADA}'::uuid, '{BOB}'::uuid,
            'user_id-anonymous_id', 'anonymous_id', 'user_id',
            'another person was seen with it later', 3, false)
    ) as edges (left_pseudonym, right_pseudonym, left_customer_id, right_customer_id,
        edge_kind, left_kind, right_kind, reason, event_count, is_used);
    create table marts.identity_changes as
    select 'renamed' as change_kind, '{ADAS_COOKIE}'::uuid as from_customer_id,
        '{ADA}'::uuid as to_customer_id, 1 as identifier_count,
        timestamp '2026-01-03' as changed_at;
"""


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "built.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(MARTS)
    return path


def explain(database, *arguments):
    return CliRunner().invoke(
        app,
        ["identity", "explain", *arguments, "--database", str(database)],
        env={"COLUMNS": "160"},
    )


def test_one_id_shows_its_customer_links_and_history(database):
    ran = explain(database, " Ada@Example.com ")
    assert ran.exit_code == 0
    text = " ".join(ran.stdout.split())
    assert f"belongs to customer {ADA}" in text
    held, _, rest = text.partition("Links that do not count")
    assert "│ user_id-email │ e0000000 │ a0000000 │ 2 │ 2026-01-01 │" in held
    assert "│ user_id-anonymous_id │ c0000000 │ a0000000 │ 7 │" in held
    assert "b0000000" not in held
    assert "│ b0000000 │ 3 │ another person was seen" in rest
    assert "│ 2026-01-03 │ renamed │ c0000000 │ a0000000 │ 1 │" in rest


def test_two_ids_of_one_customer_show_the_chain(database):
    ran = explain(database, "ada@example.com", "secret-cookie")
    assert ran.exit_code == 0
    text = " ".join(ran.stdout.split())
    assert f"are one customer, {ADA}" in text
    assert text.index("user_id-email") < text.index("user_id-anonymous_id")


def test_two_customers_show_what_keeps_them_apart(database):
    ran = explain(database, "ada", "bob", "--json")
    told = json.loads(ran.stdout)
    assert not told["is_same"]
    assert [
        (step["left"], step["right"], step["reason"]) for step in told["chain"]
    ] == [
        (ADAS_COOKIE, ADA, None),
        (ADAS_COOKIE, BOB, "another person was seen with it later"),
    ]
    assert told["chain"][0]["first_seen_at"] == "2026-01-01 10:00:00"


@pytest.mark.parametrize("asked", ["ada", ADAS_COOKIE, "c0000000", ADA.upper()])
def test_only_typed_identifiers_are_printed(database, asked):
    for option in ([], ["--json"]):
        ran = explain(database, asked, *option)
        assert ran.exit_code == 0
        for raw in {"ada@example.com", "secret-cookie", "bob"} - {asked}:
            assert raw not in ran.stdout


def test_ids_that_name_nobody_or_several_are_refused(database):
    for asked in ("nobody", "gone", "a000000", "%"):
        ran = explain(database, asked)
        assert ran.exit_code == 2
        assert "no identifier of a customer" in ran.stderr
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update vault.identifiers set raw_value = 'ada' "
            "where raw_value = 'secret-cookie'"
        )
    ran = explain(database, "ada")
    assert ran.exit_code == 2
    assert f"anonymous_id {ADAS_COOKIE}, user_id {ADA}" in ran.stderr


def test_no_database_and_no_build_are_said_plainly(tmp_path):
    assert "run `dbt build` first" in explain(tmp_path / "none.duckdb", "ada").stderr
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    ran = explain(tmp_path / "empty.duckdb", "ada")
    assert ran.exit_code == 2
    assert "no finished build" in ran.stderr
