"""What is held about a person is written for the owner of the file only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from habitue.privacy.files import PrivateFileError, write_private

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = write_private(tmp_path / "new" / "one.json", "Zoë")
    assert path.read_text(encoding="utf-8") == "Zoë"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.chmod(0o644)
    write_private(path, "two")
    assert path.read_text() == "two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["one.json"]


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PrivateFileError, match="choose another folder"):
        write_private(tmp_path / "file" / "one.json", "text")
