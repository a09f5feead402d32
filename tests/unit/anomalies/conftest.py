"""Small worlds that anomalies are looked for in."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest
from anomaly_tables import NAMES, customers_of


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        yield opened


@pytest.fixture
def shop():
    """1,000 ordinary customers and 10 that are far off, the last ones."""
    rng = np.random.default_rng(3)
    values = rng.normal(size=(1010, len(NAMES)))
    values[1000:, :2] += rng.uniform(6, 16, (10, 2))
    return customers_of(values)
