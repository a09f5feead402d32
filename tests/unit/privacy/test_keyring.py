import hashlib
import hmac

import duckdb
import pytest

from habitue.privacy.keyring import (
    Keyring,
    WrongKeyError,
    create_keyring,
    is_current_key,
    open_keyring,
    read_keyring,
    set_session_keys,
    tombstone,
)
from habitue.privacy.keys import (
    find_key,
    keyed_hash,
    keyed_hash_in_sql,
    pseudonym,
    pseudonym_in_sql,
)
from habitue.privacy.pending import (
    PendingWorkError,
    begin_work,
    find_pending,
    finish_work,
    require_none_pending,
)

KEY = "k" * 40
OTHER = "o" * 40
DEMO = find_key({}, allow_demo_key=True)


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        yield opened


def with_identifier(connection, key):
    """A vault as it was before there were keyrings."""
    connection.execute("create schema vault")
    connection.execute(
        "create table vault.identifiers as "
        "select 'user_id' as identifier_kind, 'ada' as raw_value, cast(? as uuid) "
        "as pseudonym",
        [str(pseudonym(key, kind="user_id", value="ada"))],
    )


def tables(connection):
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() order by all"
    ).fetchall()


def test_the_secret_is_the_same_every_time(connection):
    first = open_keyring(connection, KEY, vault="vault")
    assert len(first.secret) == 32
    assert open_keyring(connection, KEY, vault="vault") == first


def test_two_vaults_have_two_secrets_and_demos_have_one():
    secrets = {}
    for name, key in (("a", KEY), ("b", KEY), ("c", DEMO), ("d", DEMO)):
        with duckdb.connect() as connection:
            secrets[name] = open_keyring(connection, key, vault="vault").secret
    assert secrets["a"] != secrets["b"]
    assert secrets["c"] == secrets["d"]


def test_neither_key_nor_secret_lies_in_the_vault(connection):
    keyring = open_keyring(connection, KEY, vault="vault")
    held = repr(connection.execute("from vault.keyring").fetchall()).encode()
    for told in (KEY.encode(), keyring.secret, keyring.secret.hex().encode()):
        assert told not in held
        assert repr(told)[2:-1].encode() not in held


@pytest.mark.parametrize(
    ("made_with", "opened_with", "told"),
    [
        (KEY, OTHER, "HABITUE_PSEUDONYM_KEY is not the key that this database was"),
        (KEY, DEMO, "HABITUE_PSEUDONYM_KEY is not set, and this database was not"),
        (DEMO, KEY, "this database was made with the public demo key"),
    ],
)
def test_another_key_is_refused_and_changes_nothing(
    connection, made_with, opened_with, told
):
    open_keyring(connection, made_with, vault="vault")
    before = connection.execute("from vault.keyring").fetchall()
    with pytest.raises(WrongKeyError, match=told) as caught:
        open_keyring(connection, opened_with, vault="vault")
    assert opened_with not in str(caught.value)
    assert connection.execute("from vault.keyring").fetchall() == before


def test_a_lost_key_is_told_what_is_lost(connection):
    open_keyring(connection, KEY, vault="vault")
    with pytest.raises(WrongKeyError) as caught:
        open_keyring(connection, OTHER, vault="vault")
    for word in ("restore it", "only read", "tombstones of erased people are lost"):
        assert word in str(caught.value)


def test_a_vault_without_keyring_is_told_by_a_pseudonym(connection):
    with_identifier(connection, KEY)
    with pytest.raises(WrongKeyError):
        open_keyring(connection, OTHER, vault="vault")
    assert tables(connection) == [("vault", "identifiers")]
    open_keyring(connection, KEY, vault="vault")
    assert ("vault", "keyring") in tables(connection)


def test_a_retired_key_is_recognised_and_opens_nothing(connection):
    secret = open_keyring(connection, KEY, vault="vault").secret
    create_keyring(connection, OTHER, vault="vault", secret=secret)
    assert open_keyring(connection, OTHER, vault="vault") == Keyring(OTHER, secret)
    assert is_current_key(connection, OTHER, vault="vault")
    assert not is_current_key(connection, KEY, vault="vault")
    with pytest.raises(WrongKeyError, match="from before the rotation of 20"):
        open_keyring(connection, KEY, vault="vault")
    assert connection.execute(
        "select count(*), count(nonce), count(wrapped_secret) from vault.keyring"
    ).fetchall() == [(2, 1, 1)]


def test_reading_makes_no_keyring(connection):
    assert read_keyring(connection, KEY, vault="vault") is None
    assert tables(connection) == []


def test_session_keys_make_pseudonyms_and_keyed_hashes(connection):
    text = "'user_id:Zoë'"
    keyring = open_keyring(connection, KEY, vault="vault")
    set_session_keys(connection, keyring)
    [(named, kept)] = connection.execute(
        f"select {pseudonym_in_sql(text)}, {keyed_hash_in_sql(text)}"
    ).fetchall()
    assert named == pseudonym(KEY, kind="user_id", value="Zoë")
    assert kept == keyed_hash(keyring.secret, "user_id:Zoë")
    settings = connection.execute("select * from duckdb_settings()").fetchall()
    assert KEY not in repr(settings)


def test_a_tombstone_is_the_hmac_of_the_raw_value_and_survives_a_rotation():
    secret = bytes(range(32))
    message = b"erased:email:ada@example.com"
    expected = hmac.new(secret, message, hashlib.sha256).hexdigest()
    for key in (KEY, OTHER):
        found = tombstone(Keyring(key, secret), kind="email", value="ada@example.com")
        assert found == expected


def test_pending_work_stops_all_but_who_finishes_it(connection):
    connection.execute("create schema vault")
    require_none_pending(connection, vault="vault")
    for _ in range(2):
        begin_work(connection, vault="vault", work="rotation", command="do this")
    assert [one.work for one in find_pending(connection, vault="vault")] == ["rotation"]
    with pytest.raises(PendingWorkError, match=r"rotation .* run `do this` first"):
        require_none_pending(connection, vault="vault")
    require_none_pending(connection, vault="vault", but="rotation")
    finish_work(connection, vault="vault", work="rotation")
    require_none_pending(connection, vault="vault")
