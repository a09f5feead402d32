"""Customers whose later outcomes depend on their segment, on RFM, or on neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

SEGMENTS, RFM_SEGMENTS = 4, 8


def outcomes(
    n: int = 400, *, seed: int = 0, by_segment: float = 0, by_rfm: float = 0
) -> pd.DataFrame:
    """The table int_outcomes__sampled, with planted effects."""
    rng = np.random.default_rng(seed)
    segment = rng.integers(0, SEGMENTS, n)
    rfm = rng.integers(0, RFM_SEGMENTS, n)
    push = by_segment * (segment - (SEGMENTS - 1) / 2) / SEGMENTS
    push += by_rfm * (rfm - (RFM_SEGMENTS - 1) / 2) / RFM_SEGMENTS
    buys = rng.random(n) < 1 / (1 + np.exp(0.5 - push))
    orders = np.where(buys, 1 + rng.poisson(1, n), 0)
    revenue = np.where(buys, orders * np.exp(rng.normal(3 + push, 0.5)), 0).round(2)
    sessions = rng.poisson(np.exp(1 + push / 2))
    is_active = (sessions > 0) | buys
    was_active = rng.random(n) < 0.7
    return pd.DataFrame(
        {
            "customer_id": [f"c{number:06}" for number in range(n)],
            "segment_id": segment + 1,
            "rfm_segment": [f"R{number}" for number in rfm],
            "window_days": 90,
            "conversion_part": buys.astype(float),
            "conversion_base": 1.0,
            "order_value_part": revenue,
            "order_value_base": orders.astype(float),
            "revenue_part": revenue,
            "revenue_base": 1.0,
            "retention_part": is_active.astype(float),
            "retention_base": 1.0,
            "churn_part": (was_active & ~is_active).astype(float),
            "churn_base": was_active.astype(float),
            "session_count_part": sessions.astype(float),
            "session_count_base": 1.0,
        }
    )


@pytest.fixture
def to_outcomes() -> Callable[..., pd.DataFrame]:
    """A number of customers and planted effects → what they did later."""
    return outcomes
