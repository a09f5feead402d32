"""Customers by segment and what else is known of them: right, and not too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

if TYPE_CHECKING:
    from warehouse import Warehouse

K = 10
COUNTED = """
    with first_sessions as (
        select
            customer_id,
            arg_min_null(traffic_channel, (started_at, session_id)) as traffic_channel,
            arg_min_null(device_type, (started_at, session_id)) as device_type
        from marts.sessions group by 1
    ),
    described as (
        unpivot (
            select
                segment_id,
                coalesce(traffic_channel, 'No session') as traffic_channel,
                coalesce(device_type, 'unknown') as device_type,
                coalesce(rfm_segment, 'No order') as rfm_segment
            from marts.customer_segments
            left join first_sessions using (customer_id)
            left join marts.rfm_scores using (customer_id, as_of_date)
        ) on traffic_channel, device_type, rfm_segment into name breakdown value value
    )
    select breakdown, value, segment_id, count(*) from described group by all
"""
PUBLISHED = """
    select breakdown, value, segment_id, customer_count from marts.segment_audience
"""


def test_published_counts_are_right_and_small_ones_stay_hidden(shop: Warehouse) -> None:
    """Whoever solves all tables at once is left with five customers more or less."""
    counted = {
        (breakdown, value, segment): count
        for breakdown, value, segment, count in shop.query(COUNTED)
    }
    published = {tuple(key): count for *key, count in shop.query(PUBLISHED)}
    segments = {segment for _, _, segment in counted}
    place = {
        (breakdown, value, segment): number
        for number, (breakdown, value, segment) in enumerate(
            (*row, segment)
            for row in sorted({(breakdown, value) for breakdown, value, _ in counted})
            for segment in sorted(segments)
        )
    }
    true = np.array([counted.get(key, 0) for key in place])
    breakdowns = {breakdown for breakdown, _, _ in place}
    meaning = {}
    equations, values = [], []
    for (breakdown, value, segment), count in published.items():
        for one in breakdowns if breakdown == "all" else {breakdown}:
            about = np.array([
                key[0] == one
                and value in {"all", key[1]}
                and segment in {None, key[2]}
                for key in place
            ])  # fmt: skip
            assert count is None or (count == about @ true and not 0 < count < K)
            if count is None:
                first = meaning.setdefault((breakdown, value, segment), about)
                equations.append(about.astype(int) - first)
                values.append(0)
            else:
                equations.append(about)
                values.append(count)
    assert (
        len(published) == len(place) + len(place) // len(segments) + len(segments) + 1
    )
    small = {key: about for key, about in meaning.items() if 0 < about @ true < K}
    assert len(small) > 2
    for key, about in small.items():
        low, high = (
            sign * linprog(sign * about, A_eq=np.array(equations), b_eq=values).fun
            for sign in (1, -1)
        )
        assert high - low >= K / 2, (key, low, high)
