"""The pseudonym key: where it comes from and how SQL gets to use it."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_VARIABLE = "HABITUE_PSEUDONYM_KEY"
NEW_KEY_VARIABLE = "HABITUE_NEW_PSEUDONYM_KEY"
MINIMUM_KEY_LENGTH = 32
DEMO_KEY = "habitue demo key: everybody can read it, so it protects nobody"
_BLOCK_BYTES = 64


class PseudonymKeyError(ValueError):
    """The pseudonym key is absent or too weak to protect anybody."""


class PaddedKeys(NamedTuple):
    """The two padded keys of HMAC-SHA256, ready for use in SQL.

    Attributes:
        inner: Key xor 0x36, 64 bytes.
        outer: Key xor 0x5c, 64 bytes.
    """

    inner: bytes
    outer: bytes


def find_key(environment: Mapping[str, str], *, allow_demo_key: bool) -> str:
    """The pseudonym key of this environment.

    Args:
        environment: Environment variables.
        allow_demo_key: Whether the public demo key may stand in for a missing one.

    Raises:
        PseudonymKeyError: If there is no key and the demo key is not allowed, or if
            the key has fewer than 32 characters.
    """
    key = environment.get(KEY_VARIABLE, "")
    if not key and allow_demo_key:
        return DEMO_KEY
    if not key:
        raise PseudonymKeyError(
            f"{KEY_VARIABLE} is not set. Outside the demo target pseudonyms need a "
            f"secret key of at least {MINIMUM_KEY_LENGTH} characters: set it, for "
            "example to the output of `openssl rand -hex 32`, and keep it safe."
        )
    if len(key) < MINIMUM_KEY_LENGTH:
        raise PseudonymKeyError(
            f"{KEY_VARIABLE} has {len(key)} characters; at least "
            f"{MINIMUM_KEY_LENGTH} are needed."
        )
    return key


def find_new_key(environment: Mapping[str, str]) -> str:
    """The key to rotate to.

    Raises:
        PseudonymKeyError: If there is none, it is short, or it is no secret.
    """
    key = environment.get(NEW_KEY_VARIABLE, "")
    if not key:
        raise PseudonymKeyError(
            f"{NEW_KEY_VARIABLE} is not set: set it to the new key, for example the "
            f"output of `openssl rand -hex 32`, and leave {KEY_VARIABLE} as it is."
        )
    if len(key) < MINIMUM_KEY_LENGTH:
        raise PseudonymKeyError(
            f"{NEW_KEY_VARIABLE} has {len(key)} characters; at least "
            f"{MINIMUM_KEY_LENGTH} are needed."
        )
    if key == DEMO_KEY:
        raise PseudonymKeyError(f"{NEW_KEY_VARIABLE} is the public demo key.")
    return key


def is_demo_key(key: str) -> bool:
    """Whether this is the public demo key."""
    return key == DEMO_KEY


def pad_key(key: str | bytes) -> PaddedKeys:
    """The inner and outer key of HMAC-SHA256 (RFC 2104)."""
    raw = key.encode() if isinstance(key, str) else key
    if len(raw) > _BLOCK_BYTES:
        raw = hashlib.sha256(raw).digest()
    raw = raw.ljust(_BLOCK_BYTES, b"\0")
    return PaddedKeys(
        inner=bytes(byte ^ 0x36 for byte in raw),
        outer=bytes(byte ^ 0x5C for byte in raw),
    )


def pseudonym(key: str, *, kind: str, value: str) -> uuid.UUID:
    """The pseudonym of one identifier: the reference that SQL must agree with.

    Args:
        key: Pseudonym key.
        kind: Identifier kind, such as ``user_id``.
        value: Normalised raw value.

    Returns:
        The first 128 bits of HMAC-SHA256 over ``kind:value``.
    """
    digest = hmac.new(key.encode(), f"{kind}:{value}".encode(), hashlib.sha256)
    return uuid.UUID(digest.hexdigest()[:32])


def pseudonym_in_sql(text: str) -> str:
    """The same in DuckDB, as the macro ``pseudonym_of`` says it.

    Args:
        text: SQL expression for ``kind:value``; the session holds the padded keys.
    """
    return (
        "cast(substr(sha256(getvariable('habitue_outer_key') || unhex(sha256("
        f"getvariable('habitue_inner_key') || encode({text})))), 1, 32) as uuid)"
    )


def keyed_hash(secret: bytes, text: str) -> str:
    """HMAC-SHA256, 64 hex digits: the reference of the macro ``keyed_hash_of``."""
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def keyed_hash_in_sql(text: str) -> str:
    """The same in DuckDB, as the macro ``keyed_hash_of`` says it.

    Args:
        text: SQL expression; the session holds the padded secret.
    """
    return (
        "sha256(getvariable('habitue_secret_outer_key') || unhex(sha256("
        f"getvariable('habitue_secret_inner_key') || encode({text}))))"
    )
