"""The certificate of an erasure: what was removed, signed, without a raw identifier."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any

from habitue.privacy.files import write_private
from habitue.privacy.keys import keyed_hash
from habitue.privacy.pages import Section, page_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from habitue.audit import Entry
    from habitue.privacy.erasure import Outcome

_KIND = "habitue erasure certificate"
_VERSION = 1


class CertificateError(ValueError):
    """A file that is no certificate of this vault."""


def certificate_of(
    outcome: Outcome, *, trail: Iterable[Entry], secret: bytes
) -> dict[str, Any]:
    """The certificate of an erasure, signed with the vault's secret.

    Args:
        outcome: What was removed.
        trail: The audit trail: it knows which copies were published before.
        secret: The vault's secret.
    """
    plan, entry = outcome.plan, outcome.entry
    told: dict[str, Any] = {
        "certificate": _KIND,
        "version": _VERSION,
        "erasure_id": plan.erasure_id,
        "erased_at": f"{entry.at:%Y-%m-%d %H:%M:%S} UTC",
        "erased_by": entry.actor,
        "code_version": entry.code_version,
        "asked_for": plan.asked_tombstone,
        "rows_made_stubs": outcome.stubs,
        "rows_deleted": outcome.rows,
        "vault_entries_deleted": plan.vault_entries,
        "shared_identifiers_kept": plan.shared_key_count,
        "days_of_others_to_do_again": outcome.redone_days,
        "tombstones": [
            {"kind": kind, "tombstone": stone} for kind, stone in plan.tombstones
        ],
        "raw_rows_still_there": plan.raw_rows,
        "published_before": published_copies(trail),
        "audit_entry": {"number": entry.number, "hash": entry.hash},
    }
    return told | {"signature": _signature(told, secret)}


def published_copies(trail: Iterable[Entry]) -> list[str]:
    """Where copies were published, as the audit trail has it, each once."""
    return sorted(
        {
            json.loads(entry.parameters)["destination"]
            for entry in trail
            if entry.action == "publish"
        }
    )


def write_certificate(told: dict[str, Any], folder: Path) -> tuple[Path, Path]:
    """Write a certificate as JSON and as a page to read; gives both paths.

    Written again, it is the same two files.
    """
    name = f"erasure_{told['erasure_id']}"
    text = json.dumps(told, indent=2) + "\n"
    return (
        write_private(folder / f"{name}.json", text),
        write_private(folder / f"{name}.html", _page(told)),
    )


def read_certificate(path: Path, *, secret: bytes) -> dict[str, Any]:
    """A certificate whose signature is this vault's.

    Raises:
        CertificateError: If there is no such file, it is no certificate, it was
            changed, or another vault signed it.
    """
    try:
        told = json.loads(path.read_text())
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CertificateError(f"{path} cannot be read as a certificate.") from error
    if not isinstance(told, dict) or told.get("certificate") != _KIND:
        raise CertificateError(f"{path} is no certificate of an erasure.")
    signed = str(told.pop("signature", ""))
    if not hmac.compare_digest(signed, _signature(told, secret)):
        raise CertificateError(
            f"{path} was changed, or it was signed by another vault: its signature "
            "does not fit."
        )
    return told


def _signature(told: dict[str, Any], secret: bytes) -> str:
    return keyed_hash(secret, "certificate:" + json.dumps(told, sort_keys=True))


def _page(told: dict[str, Any]) -> str:
    kinds: dict[str, int] = {}
    for stone in told["tombstones"]:
        kinds[stone["kind"]] = kinds.get(stone["kind"], 0) + 1
    facts = {
        "Erasure": told["erasure_id"],
        "When": told["erased_at"],
        "By": told["erased_by"],
        "Code": told["code_version"],
        "Entry on the audit trail": (
            f"{told['audit_entry']['number']}, {told['audit_entry']['hash']}"
        ),
        "Identifier that was asked for (tombstone)": told["asked_for"],
        "Signature": told["signature"],
    }
    raw = told["raw_rows_still_there"] or {"(none in this database)": 0}
    return page_of(
        title=f"Certificate of erasure {told['erasure_id']}",
        introduction=(
            "The person behind the identifiers below was erased. Identifiers are shown "
            "as tombstones: keyed hashes, from which nobody can tell the identifier. A "
            "row that brings one of them again is not taken in."
        ),
        sections=[
            Section("What was done", ("", ""), list(facts.items())),
            Section(
                "Rows of which only a stub is left (source, input, day of receipt)",
                ("table", "rows"),
                list(told["rows_made_stubs"].items()),
            ),
            Section(
                "Rows that were deleted",
                ("table", "rows"),
                list(told["rows_deleted"].items()),
            ),
            Section(
                "Entries of the vault that were deleted",
                ("kind", "entries"),
                list(told["vault_entries_deleted"].items()),
            ),
            Section(
                "Raw tables that still name the person: to be erased at their source",
                ("table", "rows"),
                list(raw.items()),
            ),
            Section(
                "Copies that were published before: publish them again",
                ("copy",),
                [(copy,) for copy in told["published_before"]] or [("(none)",)],
            ),
            Section(
                "Tombstones",
                ("kind", "tombstone"),
                [(one["kind"], one["tombstone"]) for one in told["tombstones"]],
            ),
        ],
    )
