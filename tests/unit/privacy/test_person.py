"""Identifiers are read in the spelling that the vault holds."""

from __future__ import annotations

import pytest

from habitue.privacy.person import PersonError, normalised, require_kind


@pytest.mark.parametrize(
    ("kind", "typed", "held"),
    [
        ("email", "  Ada@Mail.Example ", "ada@mail.example"),
        ("email", "ada", None),
        ("email", "@example.com", None),
        ("email", "ada@", None),
        ("user_id", " Ada ", "Ada"),
        ("user_id", "   ", None),
        ("anonymous_id", "C-1", "C-1"),
    ],
)
def test_an_identifier_is_normalised_like_the_pipeline_does(
    kind: str, typed: str, held: str | None
) -> None:
    assert normalised(kind, typed) == held


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(PersonError, match="user_id, email, anonymous_id"):
        require_kind("phone")
    require_kind(None)
    require_kind("device_id")
