"""A certificate holds what was removed, and shows when it was changed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from habitue.audit import Entry
from habitue.privacy.certificate import (
    CertificateError,
    certificate_of,
    read_certificate,
    write_certificate,
)
from habitue.privacy.erasure import Outcome, Plan

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime.fromisoformat("2026-03-01T12:00:00")
SECRET = b"a secret of 32 bytes, or so it is"


def entry(number: int, action: str, **parameters: str) -> Entry:
    at = NOON + timedelta(seconds=number)
    text = json.dumps(parameters)
    return Entry(number, at, "eva", action, None, 3, "0.1", "p", text, "before", "hash")


def outcome() -> Outcome:
    plan = Plan(
        erasure_id="2026-03-01_1",
        planned_at=NOON,
        actor="eva",
        asked_tombstone="stone a",
        keys=[],
        shared_key_count=1,
        profile_keys=[],
        match_keys=[],
        user_agent_keys=[],
        tombstones=[("user_id", "stone a"), ("email", "stone b")],
        vault_entries={"user_id": 1, "email": 1},
        raw_rows={"raw.web_pages": 7},
    )
    return Outcome(
        plan=plan,
        stubs={"int_events__delivered": 3},
        rows={"marts.customers": 1},
        redone_days=2,
        entry=entry(4, "erase"),
    )


def test_a_certificate_is_read_as_it_was_written(tmp_path: Path) -> None:
    trail = [
        entry(1, "publish", destination="readers.duckdb"),
        entry(2, "publish", destination="readers.duckdb"),
        entry(3, "build ended", result="succeeded"),
    ]
    told = certificate_of(outcome(), trail=trail, secret=SECRET)
    path, page = write_certificate(told, tmp_path)
    again = read_certificate(path, secret=SECRET)
    assert again["published_before"] == ["readers.duckdb"]
    assert again["rows_made_stubs"] == {"int_events__delivered": 3}
    assert again["audit_entry"] == {"number": 4, "hash": "hash"}
    text = page.read_text()
    for shown in ("stone a", "raw.web_pages", "readers.duckdb", told["signature"]):
        assert shown in text


def test_a_certificate_that_was_changed_or_is_none_is_refused(tmp_path: Path) -> None:
    told = certificate_of(outcome(), trail=[], secret=SECRET)
    path, page = write_certificate(told, tmp_path)
    with pytest.raises(CertificateError, match="another vault"):
        read_certificate(path, secret=b"another secret")
    changed = json.loads(path.read_text())
    changed["tombstones"].pop()
    path.write_text(json.dumps(changed))
    with pytest.raises(CertificateError, match="was changed"):
        read_certificate(path, secret=SECRET)
    with pytest.raises(CertificateError, match="cannot be read"):
        read_certificate(page, secret=SECRET)
    path.write_text("[]")
    with pytest.raises(CertificateError, match="is no certificate"):
        read_certificate(path, secret=SECRET)
