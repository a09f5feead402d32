"""The CD shop of the papers, and its customers as the models see them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd
import pytest

from habitue.lifetime_value import RepeatCounts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from habitue.lifetime_value import FittedModel

PROJECT = Path(__file__).resolve().parents[3]

# Calibration to the end of September 1997, 39 weeks of holdout; orders of one day
# are one order.
CUSTOMERS = """
with days as (
    select sample_customer_id as customer_id, date, sum(dollar_value) as spent
    from read_parquet(?)
    group by 1, 2
),
marked as (
    select *, date <= date '1997-09-30' as is_seen,
        min(date) over (partition by customer_id) as first_date
    from days
)
select
    customer_id,
    sum((is_seen and date > first_date)::int) as repeat_count,
    max(if(is_seen, date, first_date) - first_date) / 7 as last_repeat,
    (date '1997-09-30' - first_date) / 7 as observed,
    avg(if(is_seen and date > first_date, spent, null)) as mean_value,
    sum((not is_seen)::int) as later_orders
from marked
group by customer_id, first_date
order by customer_id
"""


@pytest.fixture(scope="session")
def cdnow_folder() -> Path:
    folder = Path(os.environ.get("HABITUE_SHARED_DATA", PROJECT / "../shared/data"))
    if not folder.is_dir():
        pytest.skip(
            f"the shared data sets are not at {folder}: set HABITUE_SHARED_DATA"
        )
    return folder.resolve() / "cdnow"


@pytest.fixture(scope="session")
def cdnow(cdnow_folder) -> pd.DataFrame:
    """One row per customer of the sample, made from its transactions."""
    path = str(cdnow_folder / "transactions_sample_2357.parquet")
    with duckdb.connect() as connection:
        return connection.execute(CUSTOMERS, [path]).df()


@pytest.fixture(scope="session")
def cdnow_oracle(cdnow_folder) -> pd.DataFrame:
    """The same customers as published, times rounded to two decimals."""
    table = pd.read_csv(cdnow_folder / "customers_summary_rfm.csv")
    table.columns = ["customer_id", "repeat_count", "last_repeat", "observed"]
    return table


@pytest.fixture(scope="session")
def cdnow_counts(cdnow) -> RepeatCounts:
    names = ("repeat_count", "last_repeat", "observed")
    return RepeatCounts.of_customers(*(cdnow[name] for name in names))


@pytest.fixture
def errors_of() -> Callable[
    [Sequence[FittedModel], Mapping[str, float]], NDArray[np.float64]
]:
    """Fits and what was planted → errors in standard errors, (n_fits, n_parameters).

    In logarithms, where estimates are nearly normal.
    """

    def measure(
        fits: Sequence[FittedModel], planted: Mapping[str, float]
    ) -> NDArray[np.float64]:
        assert {fit.status for fit in fits} == {"converged"}
        found = np.array([list(fit.parameters.values()) for fit in fits])
        told = np.array([list(fit.standard_errors.values()) for fit in fits])
        return np.log(found / np.array(list(planted.values()))) / (told / found)

    return measure
