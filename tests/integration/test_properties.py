"""Promises held against whatever hypothesis can think of (strategies.py).

Examples are few and rich: each is a build, or several. They are drawn alike every time,
and not shrunk, since a step of shrinking would be a build as well; to see the smallest
case of a failure, add Phase.shrink below.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
import test_sessions_reference as reference
from adversary import VARIABLES
from agreement import assert_ledger_adds_up, assert_same, content_of
from hypothesis import HealthCheck, Phase, given, settings
from strategies import COLUMNS, Arrival, Arrivals, arrivals, as_world, worlds
from warehouse import ResidentDbt

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TABLES = (
    "marts.events",
    "marts.page_views",
    "marts.sessions",
    "marts.stitched_sessions",
    "marts.customers",
    "marts.customer_identifiers",
    "marts.customer_days",
    "marts.orders",
    "marts.order_lines",
    "marts.row_ledger",
    "marts.quarantined_rows",
)
MODELS = (*(table.removeprefix("marts.") for table in TABLES), "int_batches__completed")

few_rich_examples = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


class Desk:
    """A folder of files that grows, and the dbt that reads all of them."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.mode = mode
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        paths = {
            f"files_{kind}_path": str(self.inbox / f"{kind}_*.parquet")
            for kind in COLUMNS
        }
        self.dbt = ResidentDbt(folder, VARIABLES | paths | {"identity_mode": mode})
        self.row_count = 0

    def clear(self) -> None:
        for path in self.inbox.iterdir():
            path.unlink()
        self.row_count = 0
        self.receive("none", Arrival({kind: [] for kind in COLUMNS}))

    def receive(self, name: str, arrival: Arrival) -> None:
        """Files come to lie in the folder, one of each kind."""
        for kind, frame in arrival.frames().items():
            frame.to_parquet(self.inbox / f"{kind}_{name}.parquet", index=False)
            self.row_count += len(frame)


@pytest.fixture(scope="module")
def desk_for(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Desk]:
    """One desk for each mode of identity."""
    return cache(lambda mode: Desk(tmp_path_factory.mktemp(mode), mode))


@pytest.mark.parametrize("mode", ["last_touch", "time_bounded"])
@settings(few_rich_examples, max_examples=3)
@given(coming=arrivals(batches=2))
def test_any_way_of_arriving_gives_the_tables_of_one_refresh(
    desk_for: Callable[[str], Desk], mode: str, coming: Arrivals
) -> None:
    desk = desk_for(mode)
    desk.clear()
    growing = desk.dbt.empty("growing")
    for number, arrival in enumerate(coming.batches):
        desk.receive(str(number), arrival)
        desk.dbt.run(growing, *MODELS)
        assert_ledger_adds_up(growing, desk.row_count)
    refreshed = desk.dbt.empty("refreshed")
    desk.dbt.run(refreshed, *MODELS)
    assert_same(content_of(growing, TABLES), content_of(refreshed, TABLES))


@pytest.mark.parametrize("mode", ["last_touch", "first_touch", "time_bounded"])
@settings(few_rich_examples, max_examples=3)
@given(world=worlds(with_ties=False))
def test_one_build_says_what_a_naive_reading_says(
    desk_for: Callable[[str], Desk], mode: str, world: Arrival
) -> None:
    desk = desk_for(mode)
    desk.clear()
    desk.receive("all", world)
    warehouse = desk.dbt.empty("read")
    desk.dbt.run(warehouse, *MODELS)
    assert_ledger_adds_up(warehouse, desk.row_count)
    reading = reference.read_naively(warehouse, as_world(world), mode)
    reference.test_every_row_is_in_the_bucket_of_the_naive_reading(reading)
    reference.test_kept_events_are_those_of_the_naive_reading(reading)
    reference.test_sessions_are_those_of_the_naive_reading(reading)
    reference.test_every_event_is_in_the_session_that_spans_it(reading)
    reference.test_customers_are_those_of_the_naive_reading(reading)
    reference.test_sessions_belong_to_the_customer_of_the_naive_reading(reading)
    reference.test_customer_days_are_those_of_the_naive_reading(reading)
    reference.test_order_lines_belong_to_the_customer_of_the_naive_reading(reading)
    reference.test_visits_are_those_of_the_naive_reading(reading)
