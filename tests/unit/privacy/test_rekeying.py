import hashlib
import uuid
from datetime import datetime

import duckdb
import pytest

from habitue.privacy.keyring import Keyring
from habitue.privacy.keys import pseudonym
from habitue.privacy.rekeying import (
    RekeyingError,
    Table,
    copy_rekeyed,
    map_keys,
    require_no_trace,
    tables_to_copy,
)

OLD, NEW = "o" * 40, "n" * 40
ADA = pseudonym(OLD, kind="user_id", value="ada")
NEW_ADA = pseudonym(NEW, kind="user_id", value="ada")
STRANGER = uuid.UUID(int=7)


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        opened.execute(
            "create schema vault; create schema intermediate; create table "
            "vault.identifiers (identifier_kind varchar, raw_value varchar, "
            "pseudonym uuid)"
        )
        opened.execute(
            "insert into vault.identifiers values ('user_id', 'ada', ?)", [ADA]
        )
        yield opened


def mapped(connection):
    map_keys(connection, Keyring(NEW, bytes(32)), vault="vault")
    rows = connection.execute("select old_id, new_id from key_map").fetchall()
    return dict(rows)


def session_id(visitor, session_key, started, part):
    """What the macro key_of makes of a session, worked out by hand."""
    fields = [visitor, session_key, started, part]
    text = "|".join("~" if field is None else str(field) for field in fields)
    return uuid.UUID(hashlib.md5(text.encode()).hexdigest())  # noqa: S324


def test_pseudonyms_are_those_of_the_new_key(connection):
    assert mapped(connection) == {ADA: NEW_ADA}


@pytest.mark.parametrize(
    ("session_key", "started", "part"),
    [
        ("", "2024-01-01 10:00:00", "0.0"),
        ("", "2024-01-01 10:00:00.123456", "0.0"),
        ("", "2024-01-01 10:00:00", "2.0"),
        ("", "2024-01-02 00:00:05", "0.0"),
        ("", "2024-01-02 00:00:05", "1.0"),
        ("s|1", None, "0.0"),
        ("s|1", "2024-01-01 10:00:00", "0.0"),
    ],
)
def test_sessions_of_every_mode_are_followed(connection, session_key, started, part):
    """By inactivity, cut by the cap, by midnight, by both; the producer's own."""
    streak = datetime(2024, 1, 1, 10)  # noqa: DTZ001
    if started and started.startswith("2024-01-01"):
        streak = datetime.fromisoformat(started)
    split = datetime.fromisoformat(started) if started else streak
    own = datetime(2024, 1, 4, 3) if part != "0.0" else split  # noqa: DTZ001
    old_id = session_id(ADA, session_key, started, part)
    new_id = session_id(NEW_ADA, session_key, started, part)
    connection.execute(
        "create table intermediate.int_session_days__measured (session_id uuid, "
        "visitor_id uuid, client_session_id varchar, streak_started_at timestamp, "
        "started_at timestamp)"
    )
    for one, at in ((uuid.uuid4(), split), (old_id, own)):
        connection.execute(
            "insert into intermediate.int_session_days__measured "
            "values (?, ?, ?, ?, ?)",
            [one, ADA, session_key or "what the producer says", streak, at],
        )
    assert mapped(connection)[old_id] == new_id


def test_ids_are_followed_into_text_and_lists(connection):
    connection.execute("attach ':memory:' as copy")
    connection.execute(
        "create table intermediate.places (id uuid, whole varchar, longer varchar, "
        "several uuid[], said struct(who uuid), number integer)"
    )
    connection.execute(
        "insert into intermediate.places values "
        f"('{ADA}', '{ADA}', 'of {ADA} and {STRANGER}', ['{ADA}', '{STRANGER}'], "
        f"{{'who': '{ADA}'}}, 1), "
        f"('{STRANGER}', '{STRANGER}', 'one-two-three-four-five, and more than that', "
        "null, null, 2), (null, null, null, null, null, null)"
    )
    connection.execute("copy from database memory to copy (schema)")
    mapped(connection)
    [table] = [
        table
        for table in tables_to_copy(connection, database="memory", copy="copy")
        if "places" in table.source
    ]
    assert table == Table(
        source='"memory"."intermediate"."places"',
        copy='"copy"."intermediate"."places"',
    )
    assert copy_rekeyed(connection, table) == 3
    require_no_trace(connection, table)
    assert connection.execute(
        f"select * from {table.copy} order by number nulls last"
    ).fetchall() == [
        (
            NEW_ADA,
            str(NEW_ADA),
            f"of {NEW_ADA} and {STRANGER}",
            [NEW_ADA, STRANGER],
            {"who": NEW_ADA},
            1,
        ),
        (
            STRANGER,
            str(STRANGER),
            "one-two-three-four-five, and more than that",
            None,
            None,
            2,
        ),
        (None, None, None, None, None, None),
    ]


@pytest.mark.parametrize("value", [f"'{ADA}'", f"'customer {ADA}'"])
def test_an_old_id_that_is_left_is_found(connection, value):
    mapped(connection)
    connection.execute(f"create table intermediate.left_over as select {value} as text")
    table = Table(source="unused", copy='"memory"."intermediate"."left_over"')
    with pytest.raises(RekeyingError, match=r"left_over.*still holds an old pseudonym"):
        require_no_trace(connection, table)
