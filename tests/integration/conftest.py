"""Builds that several tests look at, made once, and the shared data sets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from warehouse import PROJECT, Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """An empty database."""
    return Warehouse(tmp_path)


@pytest.fixture(scope="session")
def new_warehouse(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Warehouse]:
    """Makes databases that outlive one test."""
    return lambda name: Warehouse(tmp_path_factory.mktemp(name))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real and reference data."""
    folder = Path(os.environ.get("HABITUE_SHARED_DATA", PROJECT / "../shared/data"))
    if not folder.is_dir():
        pytest.skip(
            f"the shared data sets are not at {folder}: set HABITUE_SHARED_DATA"
        )
    return folder.resolve()
