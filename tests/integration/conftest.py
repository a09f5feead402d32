"""Builds that several tests look at, made once, and the shared data sets."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from warehouse import PROJECT, Warehouse, write_parquet

from habitue.generation import generate

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
def built_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Callable[[Warehouse], object]], Warehouse]:
    """Makes a database that all test processes share; whoever asks first builds it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def make(name: str, build: Callable[[Warehouse], object]) -> Warehouse:
        warehouse = Warehouse(folder / f"once_{name}")
        warehouse.folder.mkdir(exist_ok=True)
        done = warehouse.folder / "done"
        with (warehouse.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                build(warehouse)
                done.touch()
        return warehouse

    return make


@pytest.fixture(scope="session")
def shop(
    built_once: Callable[[str, Callable[[Warehouse], object]], Warehouse],
) -> Warehouse:
    """A shop of 1.1M events, its raw tables in raw/, what was planted in truth/."""

    def build(warehouse: Warehouse) -> None:
        generate(customers=6000, days=120, seed=11, out=warehouse.folder)
        warehouse.build(raw_location=str(warehouse.folder / "raw"))

    return built_once("shop", build)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real and reference data."""
    folder = Path(os.environ.get("HABITUE_SHARED_DATA", PROJECT / "../shared/data"))
    if not folder.is_dir():
        pytest.skip(
            f"the shared data sets are not at {folder}: set HABITUE_SHARED_DATA"
        )
    return folder.resolve()


@pytest.fixture(scope="session")
def uci_lines(shared_data: Path) -> str:
    """UCI Online Retail, 541,909 real invoice lines, to select from."""
    return f"'{shared_data}/uci_online_retail/transactions.parquet'"


@pytest.fixture(scope="session")
def uci(
    uci_lines: str,
    built_once: Callable[[str, Callable[[Warehouse], object]], Warehouse],
) -> Warehouse:
    """A year of a real shop."""

    def build(warehouse: Warehouse) -> None:
        path = write_parquet(
            "select InvoiceNo as order_id, StockCode as product_id, "
            "Quantity as quantity, InvoiceDate as ordered_at, UnitPrice as unit_price, "
            "CustomerID as user_id, 'GBP' as currency, "
            "case when starts_with(InvoiceNo, 'C') then 'cancelled' "
            f"else 'completed' end as status from {uci_lines}",
            warehouse.folder / "order_lines.parquet",
        )
        warehouse.build(sources=["files"], files_order_lines_path=path)

    return built_once("uci", build)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests noted: a threshold that holds says too little."""
    figures = [
        value
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, value in report.user_properties
        if name == "figure"
    ]
    if figures:
        terminalreporter.write_sep("-", "figures")
    for figure in figures:
        terminalreporter.write_line(figure)
