"""Online Retail II: one shop's invoice lines in two sheets that overlap by nine days.

Lines have no number of their own. Equal lines on one sheet are real, and the same line
on both is one line: as often as the sheet that has it most often shows it. That is
counted here with pandas, per row and all columns that a line has.
"""

from __future__ import annotations

import shutil
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from agreement import assert_ledger_adds_up, assert_same, content_of
from warehouse import ResidentDbt

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from warehouse import Warehouse

SHEETS = ("Year 2009-2010", "Year 2010-2011")
AGAIN = " again"
TABLES = (
    "marts.orders",
    "marts.order_lines",
    "marts.customers",
    "marts.customer_identifiers",
    "marts.row_ledger",
    "marts.quarantined_rows",
)
MODELS = (*(table.removeprefix("marts.") for table in TABLES), "int_batches__completed")
OUR_LINES = """
    select
        lines.order_id, lines.product_id, cast(lines.quantity as bigint),
        lines.unit_price, lines.ordered_at, vault.raw_value, lines.is_cancelled
    from marts.order_lines as lines
    left join marts.customer_identifiers as names
        on lines.customer_id = names.customer_id and names.identifier_kind = 'user_id'
    left join vault.identifiers as vault on names.pseudonym = vault.pseudonym
"""


@pytest.fixture(scope="module")
def sheets(shared_data: Path) -> dict[str, pd.DataFrame]:
    """Both sheets with canonical columns."""
    raw = pd.read_parquet(
        shared_data / "uci_online_retail_ii_sample/transactions.parquet"
    )
    customer = raw["Customer ID"].astype("Int64").astype("string")
    lines = pd.DataFrame(
        {
            "order_id": raw["Invoice"],
            "product_id": raw["StockCode"],
            "quantity": raw["Quantity"],
            "unit_price": raw["Price"],
            "ordered_at": raw["InvoiceDate"],
            "user_id": customer.astype(object).where(customer.notna(), None),
            "currency": "GBP",
            "status": raw["Invoice"]
            .str.startswith("C")
            .map({True: "cancelled", False: "completed"}),
        }
    )
    return {sheet: lines[raw["sheet"] == sheet] for sheet in SHEETS}


@pytest.fixture(scope="module")
def expected(sheets: dict[str, pd.DataFrame]) -> Counter[tuple[Any, ...]]:
    """Every line as often as the sheet that shows it most often."""
    one, other = (
        Counter(
            (
                line.order_id,
                line.product_id,
                line.quantity,
                Decimal(str(line.unit_price)).quantize(Decimal("0.0001")),
                line.ordered_at.to_pydatetime(),
                line.user_id,
                line.status == "cancelled",
            )
            for line in sheet.itertuples()
        )
        for sheet in sheets.values()
    )
    return one | other


@pytest.fixture(scope="module")
def built(
    sheets: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Warehouse]:
    """Builds once after each delivery, a delivery being sheets that arrive together."""
    folder = tmp_path_factory.mktemp("sheets")
    inbox = folder / "inbox"
    dbt = ResidentDbt(
        folder,
        {
            "sources": ["files"],
            "files_order_lines_path": str(inbox / "*.parquet"),
        },
    )
    made: dict[tuple[tuple[str, ...], ...], Warehouse] = {}

    def build(*deliveries: tuple[str, ...]) -> Warehouse:
        if deliveries not in made:
            shutil.rmtree(inbox, ignore_errors=True)
            inbox.mkdir()
            warehouse = dbt.empty(f"database {len(made)}")
            rows = 0
            for delivery in deliveries:
                for sheet in delivery:
                    lines = sheets[sheet.removesuffix(AGAIN)]
                    lines.to_parquet(inbox / f"{sheet}.parquet", index=False)
                    rows += len(lines)
                dbt.run(warehouse, *MODELS)
                assert_ledger_adds_up(warehouse, rows)
            made[deliveries] = warehouse
        return made[deliveries]

    return build


def test_the_sheets_hold_what_their_publisher_says(
    sheets: dict[str, pd.DataFrame],
) -> None:
    one, other = sheets.values()
    both = pd.concat([one, other])
    keys = ["order_id", "product_id", "quantity", "ordered_at"]
    assert (len(one), len(other)) == (14_269, 20_497)
    assert len(one[keys].drop_duplicates().merge(other[keys].drop_duplicates())) == 441
    assert both.user_id.isna().sum() == 601
    assert (both.status == "cancelled").sum() == 761
    assert one.duplicated().sum() + other.duplicated().sum() > 0


def test_lines_on_both_sheets_count_once_and_repeats_on_one_sheet_stay(
    built: Callable[..., Warehouse], expected: Counter[tuple[Any, ...]]
) -> None:
    found = Counter(built(SHEETS).query(OUR_LINES))
    assert found == expected
    assert found.total() == 14_269 + 20_497 - 441


def test_the_ledger_shows_the_overlap_as_duplicates(
    built: Callable[..., Warehouse],
) -> None:
    assert built(SHEETS).query(
        "select bucket, cast(sum(bucket_row_count) as bigint) from marts.row_ledger "
        "where bucket_row_count > 0 group by 1 order by 1"
    ) == [("duplicate", 441), ("kept", 34_325)]


def test_revenue_of_every_customer_is_that_of_the_lines(
    built: Callable[..., Warehouse], expected: Counter[tuple[Any, ...]]
) -> None:
    revenue: Counter[str] = Counter()
    for (_, _, quantity, price, _, user, _), count in expected.items():
        if user:
            revenue[user] += count * quantity * price
    found = dict(
        built(SHEETS).query(
            "select vault.raw_value, sum(orders.amount) from marts.orders "
            "inner join marts.customer_identifiers as names using (customer_id) "
            "inner join vault.identifiers as vault using (pseudonym) group by 1"
        )
    )
    assert found == revenue
    assert len(found) == 262


def test_every_customer_is_one_person(built: Callable[..., Warehouse]) -> None:
    assert built(SHEETS).query(
        "select count(*), sum(case when is_identified then 1 else 0 end), "
        "max(user_count) from marts.customers"
    ) == [(262, 262, 1)]


@pytest.mark.parametrize("order", [SHEETS, SHEETS[::-1]], ids=["in order", "backwards"])
def test_sheet_by_sheet_gives_the_tables_of_both_at_once(
    built: Callable[..., Warehouse], order: tuple[str, str]
) -> None:
    one_by_one = built(*((sheet,) for sheet in order))
    assert_same(content_of(one_by_one, TABLES), content_of(built(SHEETS), TABLES))


def test_a_sheet_that_is_exported_again_under_another_name_changes_no_line(
    built: Callable[..., Warehouse], expected: Counter[tuple[Any, ...]]
) -> None:
    again = f"{SHEETS[0]}{AGAIN}"
    assert Counter(built(SHEETS, (again,)).query(OUR_LINES)) == expected
