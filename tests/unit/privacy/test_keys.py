import hashlib
import hmac

import pytest

from habitue.privacy.keys import (
    PseudonymKeyError,
    find_key,
    is_demo_key,
    pad_key,
    pseudonym,
)

KEY = "k" * 32


def test_the_key_of_the_environment_wins_over_the_demo_key():
    assert find_key({"HABITUE_PSEUDONYM_KEY": KEY}, allow_demo_key=True) == KEY


def test_the_demo_key_stands_in_only_where_it_is_allowed():
    assert is_demo_key(find_key({}, allow_demo_key=True))
    with pytest.raises(PseudonymKeyError, match="HABITUE_PSEUDONYM_KEY is not set"):
        find_key({}, allow_demo_key=False)


def test_a_short_key_is_refused_without_being_shown():
    with pytest.raises(PseudonymKeyError, match="has 6 characters") as caught:
        find_key({"HABITUE_PSEUDONYM_KEY": "secret"}, allow_demo_key=True)
    assert "secret" not in str(caught.value).replace("secret key", "")


@pytest.mark.parametrize("length", [32, 64, 65, 200])
def test_padded_keys_make_the_standard_hmac(length):
    key = "x" * length
    padded = pad_key(key)
    inner = hashlib.sha256(padded.inner + b"user_id:17850").digest()
    ours = hashlib.sha256(padded.outer + inner).hexdigest()
    theirs = hmac.new(key.encode(), b"user_id:17850", hashlib.sha256).hexdigest()
    assert ours == theirs
    assert pseudonym(key, kind="user_id", value="17850").hex == theirs[:32]


def test_a_pseudonym_depends_on_kind_value_and_key():
    names = {
        pseudonym(key, kind=kind, value=value)
        for key in (KEY, "other" * 8)
        for kind in ("user_id", "email")
        for value in ("a", "A")
    }
    assert len(names) == 8
