"""The audit trail is tampered with in every way; each is found at its first entry."""

import hashlib
import hmac
import json

import duckdb
import pytest

from habitue.audit import (
    Entry,
    current_actor,
    read_trail,
    record,
    seal,
    verify,
)
from habitue.privacy.keyring import open_keyring

KEY = "k" * 40
SUBJECT = "a" * 64
FORGED = (
    "insert into audit.audit_trail select {number}, recorded_at, 'mallory', action, "
    "subject, row_count, code_version, parameters_hash, parameters, {previous}, "
    "md5('x') || md5('y') from audit.audit_trail where entry_number = 2"
)


@pytest.fixture
def trail():
    """A connection to five sealed entries, and the secret."""
    with duckdb.connect() as connection:
        secret = open_keyring(connection, KEY, vault="vault").secret
        for number in range(1, 6):
            record(
                connection,
                secret,
                action=f"action {number}",
                subject=SUBJECT if number % 2 else None,
                row_count=None if number == 3 else number,
                parameters={"number": number, "who": "Zoë, O'Neil"},
                actor="Ada",
            )
        seal(connection, secret, vault="vault")
        yield connection, secret


def check(trail, head=None):
    connection, secret = trail
    return verify(connection, secret, vault="vault", noted_head=head)


def test_a_trail_that_nobody_touched_is_good(trail):
    verdict = check(trail)
    assert (verdict.entry_count, verdict.bad_entry, verdict.reason) == (5, None, None)
    assert verdict.head == read_trail(trail[0])[-1].hash


def test_the_hash_is_an_hmac_over_every_field(trail):
    connection, secret = trail
    entry = read_trail(connection)[3]
    fields = [str(value) for value in entry[:-1]]
    fields[1] = entry.at.strftime("%Y-%m-%d %H:%M:%S.%f")
    fields[4] = None
    text = ",".join(f"{len(one)}:{one}" if one else "-" for one in fields)
    expected = hmac.new(secret, f"audit:{text}".encode(), hashlib.sha256).hexdigest()
    assert entry.hash == expected
    assert json.loads(entry.parameters) == {"number": 4, "who": "Zoë, O'Neil"}
    assert entry.previous_hash == read_trail(connection)[2].hash


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("entry_number", "9"),
        ("entry_number", "null"),
        ("recorded_at", "recorded_at + interval 1 microsecond"),
        ("recorded_at", "null"),
        ("actor", "'Bob'"),
        ("action", "'action 4'"),
        ("subject", "null"),
        ("subject", f"'{SUBJECT[:-1]}b'"),
        ("row_count", "0"),
        ("row_count", "null"),
        ("code_version", "''"),
        ("parameters_hash", "md5('')"),
        ("parameters", "'{}'"),
        ("parameters", "null"),
        ("previous_hash", "md5('')"),
        ("previous_hash", "null"),
        ("entry_hash", "md5('')"),
        ("entry_hash", "null"),
    ],
)
@pytest.mark.parametrize("number", [1, 5])
def test_an_edit_of_any_field_is_found(trail, column, value, number):
    trail[0].execute(
        f"update audit.audit_trail set {column} = {value} where entry_number = {number}"
    )
    verdict = check(trail)
    assert verdict.reason is not None
    # An entry without a number sorts first.
    assert verdict.bad_entry == (1 if (column, value) == ("entry_number", "null")
                                 else number)  # fmt: skip


def test_fields_cannot_lend_each_other_text(trail):
    trail[0].execute(
        "update audit.audit_trail set actor = 'A', action = 'daaction 2' "
        "where entry_number = 2"
    )
    assert check(trail).bad_entry == 2


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_deleted_entry_is_found(trail, number):
    trail[0].execute(f"delete from audit.audit_trail where entry_number = {number}")
    assert check(trail).bad_entry == number


def test_a_deletion_with_new_numbers_is_found(trail):
    trail[0].execute("delete from audit.audit_trail where entry_number = 2")
    trail[0].execute(
        "update audit.audit_trail set entry_number = entry_number - 1 "
        "where entry_number > 2"
    )
    assert check(trail).bad_entry == 2


def test_two_entries_that_were_swapped_are_found(trail):
    trail[0].execute(
        "update audit.audit_trail set entry_number = 5 - entry_number "
        "where entry_number in (2, 3)"
    )
    assert check(trail).bad_entry == 2


@pytest.mark.parametrize("number", [2, 6])
def test_an_entry_that_was_forged_is_found(trail, number):
    previous = read_trail(trail[0])[-1].hash
    trail[0].execute(FORGED.format(number=number, previous=f"'{previous}'"))
    assert check(trail).bad_entry == number or number == 2
    assert check(trail).reason is not None


@pytest.mark.parametrize(
    "tampering",
    [
        "delete from audit.audit_trail",
        "drop table audit.audit_trail",
        "drop schema audit cascade",
        "delete from vault.audit_head",
        "drop table vault.audit_head",
        "update vault.audit_head set entry_count = 0, entry_hash = repeat('0', 64)",
        "update vault.audit_head set entry_count = 4",
        "update vault.audit_head set head_hash = null",
        "insert into vault.audit_head from vault.audit_head",
        "delete from audit.audit_trail; delete from vault.audit_head",
    ],
)
def test_a_trail_or_head_that_is_taken_away_is_found(trail, tampering):
    trail[0].execute(tampering)
    assert check(trail).reason is not None


def test_a_trail_made_with_another_secret_is_found(trail):
    """Whoever replaces the whole trail has not the secret of the vault."""
    connection, _ = trail
    connection.execute("delete from audit.audit_trail")
    for number in range(5):
        record(
            connection,
            b"m" * 32,
            action=f"forged {number}",
            subject=None,
            row_count=None,
            parameters={},
        )
    assert check(trail).bad_entry == 1


def test_going_on_makes_nothing_good(trail):
    """After the end was cut off, neither new entries nor sealing hide it."""
    connection, secret = trail
    connection.execute("delete from audit.audit_trail where entry_number > 3")
    for action in ("build started", "build ended", "erase"):
        record(
            connection, secret, action=action, subject=None, row_count=1, parameters={}
        )
        seal(connection, secret, vault="vault")
    verdict = check(trail)
    assert (verdict.entry_count, verdict.bad_entry) == (6, 5)


def test_an_older_copy_is_found_with_a_head_that_was_noted(trail):
    """Trail and head as they were once: nothing in the database can tell."""
    connection, secret = trail
    old = connection.execute("from vault.audit_head").fetchall()[0]
    record(connection, secret, action="x", subject=None, row_count=1, parameters={})
    seal(connection, secret, vault="vault")
    noted = check(trail).head
    connection.execute("delete from audit.audit_trail where entry_number = 6")
    connection.execute("delete from vault.audit_head")
    connection.execute("insert into vault.audit_head values (?, ?, ?)", list(old))
    assert check(trail).reason is None
    assert "older copy" in str(check(trail, head=noted).reason)
    assert check(trail, head=old[1]).reason is None


def test_what_was_not_sealed_is_sealed_by_the_next(trail):
    """A command that died between its entry and the head loses neither."""
    connection, secret = trail
    record(connection, secret, action="x", subject=None, row_count=1, parameters={})
    assert check(trail).reason is None
    seal(connection, secret, vault="vault")
    connection.execute("delete from audit.audit_trail where entry_number = 6")
    assert check(trail).bad_entry == 6


def test_what_was_changed_before_it_was_sealed_is_not_sealed(trail):
    connection, secret = trail
    head = connection.execute("from vault.audit_head").fetchall()
    record(connection, secret, action="x", subject=None, row_count=1, parameters={})
    connection.execute("update audit.audit_trail set row_count = 2 "
                       "where entry_number = 6")  # fmt: skip
    seal(connection, secret, vault="vault")
    assert connection.execute("from vault.audit_head").fetchall() == head
    assert check(trail).bad_entry == 6


def test_an_entry_of_another_course_of_events_does_not_fit(trail):
    """Two entries that were both genuine once, in copies that went different ways."""
    connection, secret = trail
    connection.begin()
    connection.execute("delete from audit.audit_trail where entry_number > 3")
    record(connection, secret, action="x", subject=None, row_count=1, parameters={})
    other = connection.execute(
        "from audit.audit_trail where entry_number = 4"
    ).fetchall()
    connection.rollback()
    connection.execute("delete from audit.audit_trail where entry_number = 4")
    connection.execute(
        f"insert into audit.audit_trail values ({', '.join('?' * 11)})", list(other[0])
    )
    verdict = check(trail)
    assert verdict.bad_entry == 5
    assert "does not follow" in verdict.reason


def test_an_entry_is_part_of_the_callers_transaction(trail):
    connection, secret = trail
    connection.begin()
    record(connection, secret, action="x", subject=None, row_count=1, parameters={})
    connection.rollback()
    assert check(trail).entry_count == 5


def test_only_a_tombstone_may_be_the_subject(trail):
    connection, secret = trail
    for subject in ("ada@example.com", "6f9619ff-8b86-d011-b42d-00c04fc964ff", ""):
        with pytest.raises(ValueError, match="must be a tombstone"):
            record(
                connection, secret, action="x", subject=subject, row_count=1,
                parameters={},
            )  # fmt: skip


def test_the_actor_is_the_variable_or_the_user(monkeypatch):
    monkeypatch.setenv("LOGNAME", "grace")
    assert current_actor({"HABITUE_ACTOR": " Ada "}) == "Ada"
    assert current_actor({}) == "grace"


def test_an_entry_holds_what_the_interface_promises():
    assert Entry._fields == (
        "number", "at", "actor", "action", "subject", "row_count", "code_version",
        "parameters_hash", "parameters", "previous_hash", "hash",
    )  # fmt: skip
