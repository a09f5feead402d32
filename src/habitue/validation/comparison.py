"""Whether segments say more about later outcomes than RFM does, or than chance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from habitue.clustering.partition import one_thread
from habitue.validation.effects import (
    Difference,
    corrected,
    difference_of_amounts,
    difference_of_shares,
)
from habitue.validation.groupings import (
    Shares,
    beyond_chance,
    interval_around,
    redrawn_shares,
    shares_explained,
)
from habitue.validation.kpis import KPIS, Kpi
from habitue.validation.words import told_alone, told_beside

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEGMENT, RFM, RANDOM = GROUPINGS = ("segment", "rfm", "random")
OTHERS = {RFM: "RFM", RANDOM: "random groups of the same sizes"}
COMPARISON_COLUMNS = {
    "kpi": "str",
    "grouped_by": "str",
    "test": "str",
    "statistic": "float64",
    "degrees_of_freedom": "Int64",
    "p_value": "float64",
    "corrected_p_value": "float64",
    "effect_measure": "str",
    "effect_size": "float64",
    "effect_low": "float64",
    "effect_high": "float64",
    "effect_beyond_chance": "float64",
    "lift": "float64",
    "lift_low": "float64",
    "lift_high": "float64",
    "customer_count": "int64",
    "group_count": "int64",
    "is_tested": "bool",
    "verdict": "str",
}
# With fewer customers no test is made, and smaller groups are put together: the tests
# know their chances only where groups are not tiny.
LEAST_CUSTOMERS = 20
LEAST_GROUP = 5


class Effect(NamedTuple):
    """How much a grouping says about one outcome.

    Attributes:
        difference: The test of its groups; of random groups, their average.
        size: Effect size; of random groups, of their average share.
        low: Lower limit of the 95 % interval of the effect size.
        high: Upper limit.
        beyond_chance: Effect size less what as many groups show by chance.
        lift: What the segments have beyond chance less what this grouping has.
        lift_low: Lower limit of its 95 % interval, of the same redrawn customers.
        lift_high: Upper limit.
        group_count: Groups tested.
    """

    difference: Difference
    size: float
    low: float
    high: float
    beyond_chance: float
    lift: float
    lift_low: float
    lift_high: float
    group_count: int


def compare_groupings(
    customers: pd.DataFrame,
    *,
    seed: int,
    draws: int = 400,
    random_groupings: int = 20,
) -> pd.DataFrame:
    """Test every outcome by segment and by RFM, and set both beside random groups.

    Args:
        customers: A sample of the customers: customer_id, segment_id, rfm_segment,
            part and base of every KPI, and the days they are of (window_days); none
            before the first such days are over.
        seed: Source of every random number.
        draws: Bootstrap samples.
        random_groupings: Random groupings of the sizes of the segments, averaged.

    Returns:
        COMPARISON_COLUMNS, one row per KPI and grouping, always: where nothing can be
        tested the verdict says why. p-values are corrected among the KPIs of a
        grouping (Holm); random groups have none.

    Assumptions:
        Customers are independent. Groups of fewer than LEAST_GROUP customers count as
        one. Intervals are of one KPI each, not corrected.
    """
    ordered = customers.sort_values("customer_id", kind="stable")
    window_days = int(ordered["window_days"].max()) if len(ordered) else 0
    effects: list[dict[str, Effect] | str] = []
    counts = []
    for place, kpi in enumerate(KPIS):
        base = ordered[f"{kpi.name}_base"].to_numpy(dtype=np.float64)
        asked = ordered[base > 0]
        counts.append(len(asked))
        values = asked[f"{kpi.name}_part"].to_numpy(dtype=np.float64) / base[base > 0]
        reason = _why_not(asked, values, window_days=window_days)
        effects.append(
            reason
            or _effects(
                values,
                asked,
                is_share=kpi.is_share,
                draws=draws,
                random_groupings=random_groupings,
                rng=np.random.default_rng((seed, place)),
            )
        )
    p_values = {grouping: _corrected(effects, grouping) for grouping in GROUPINGS}
    rows = [
        _row(
            kpi,
            grouping,
            effects[place],
            {name: float(found[place]) for name, found in p_values.items()},
            window_days=window_days,
        )
        | {"customer_count": counts[place]}
        for place, kpi in enumerate(KPIS)
        for grouping in GROUPINGS
    ]
    table = pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))
    return table.astype(COMPARISON_COLUMNS)


def large_groups(groups: NDArray[np.object_]) -> NDArray[np.int64]:
    """Numbers from 0 for groups, the small ones (LEAST_GROUP) put together.

    Args:
        groups: Group of each customer, shape (n,). If those put together are still too
            few, they join the smallest of the others.
    """
    names, places, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    small = sizes < LEAST_GROUP
    if small.any() and not small.all() and sizes[small].sum() < LEAST_GROUP:
        small[np.flatnonzero(~small)[sizes[~small].argmin()]] = True
    numbers = np.where(small, len(names), np.arange(len(names)))
    return np.unique(numbers[places], return_inverse=True)[1].astype(np.int64)


def _why_not(
    asked: pd.DataFrame, values: NDArray[np.float64], *, window_days: int
) -> str | None:
    if not window_days:
        return "no outcomes yet: no customer has been followed for 30 days"
    if len(asked) < LEAST_CUSTOMERS:
        return (
            f"too few: {len(asked)} customers to ask, "
            f"{LEAST_CUSTOMERS} are the least that are tested"
        )
    if not np.ptp(values):
        return f"the outcome is the same for all customers: {values[0]:g}"
    if len(np.unique(large_groups(asked["segment_id"].to_numpy(dtype=object)))) <= 1:
        return f"one segment only (with {LEAST_GROUP} customers or more)"
    return None


def _effects(
    values: NDArray[np.float64],
    asked: pd.DataFrame,
    *,
    is_share: bool,
    draws: int,
    random_groupings: int,
    rng: np.random.Generator,
) -> dict[str, Effect]:
    segments = large_groups(asked["segment_id"].to_numpy(dtype=object))
    rfm = large_groups(asked["rfm_segment"].to_numpy(dtype=object))
    groupings = [segments, rfm]
    groupings += [rng.permutation(segments) for _ in range(random_groupings)]
    # Many small products: threads would wait for each other.
    with one_thread():
        own = shares_explained(values, groupings, np.ones((1, len(values))))
        again = redrawn_shares(values, groupings, draws=draws, rng=rng)
    n_rows = len(values)
    tests = {
        SEGMENT: _tested(values, segments, is_share=is_share),
        RFM: _tested(values, rfm, is_share=is_share),
        RANDOM: Difference(
            # Both statistics are shares of the variation, times as many customers.
            statistic=float(own.explained[0, 2:].mean())
            * (n_rows if is_share else n_rows - 1),
            degrees_of_freedom=int(own.groups[0, 0]) - 1,
            p_value=math.nan,
            effect_size=math.nan,
        ),
    }
    places = {SEGMENT: slice(0, 1), RFM: slice(1, 2), RANDOM: slice(2, None)}
    return {
        name: _effect(test, places[name], own, again, n_rows, is_share=is_share)
        for name, test in tests.items()
    }


def _effect(
    difference: Difference,
    columns: slice,
    own: Shares,
    again: Shares,
    n_rows: int,
    *,
    is_share: bool,
) -> Effect:
    share = float(own.explained[:, columns].mean())
    limits = interval_around(share, again.explained[:, columns].mean(axis=1))
    low, high = (min(max(limit, 0.0), 1.0) for limit in limits)
    mine, redrawn = (
        beyond_chance(shares, n_rows=n_rows, is_share=is_share)
        for shares in (own, again)
    )
    lift = lift_low = lift_high = math.nan
    if columns.start:
        lift = float(mine[0, 0] - mine[0, columns].mean())
        drawn = redrawn[:, 0] - redrawn[:, columns].mean(axis=1)
        lift_low, lift_high = interval_around(lift, drawn)
    return Effect(
        difference=difference,
        size=math.sqrt(share) if is_share else share,
        low=math.sqrt(low) if is_share else low,
        high=math.sqrt(high) if is_share else high,
        beyond_chance=float(mine[0, columns].mean()),
        lift=lift,
        lift_low=lift_low,
        lift_high=lift_high,
        group_count=int(own.groups[0, columns].max()),
    )


def _corrected(
    effects: list[dict[str, Effect] | str], grouping: str
) -> NDArray[np.float64]:
    return corrected(
        [
            math.nan if isinstance(one, str) else one[grouping].difference.p_value
            for one in effects
        ]
    )


def _tested(
    values: NDArray[np.float64], groups: NDArray[np.int64], *, is_share: bool
) -> Difference:
    if is_share:
        return difference_of_shares(values > 0, groups)
    return difference_of_amounts(values, groups)


def _row(
    kpi: Kpi,
    grouping: str,
    effects: dict[str, Effect] | str,
    p_values: dict[str, float],
    *,
    window_days: int,
) -> dict[str, object]:
    row: dict[str, object] = {
        "kpi": kpi.name,
        "grouped_by": grouping,
        "test": "chi-square" if kpi.is_share else "Kruskal-Wallis",
        "effect_measure": _measure(kpi),
        "is_tested": not isinstance(effects, str),
    }
    if isinstance(effects, str):
        return row | {"group_count": 0, "verdict": effects}
    found = effects[grouping]
    difference = found.difference
    known = not math.isnan(difference.statistic)
    return row | {
        "statistic": difference.statistic,
        "degrees_of_freedom": difference.degrees_of_freedom if known else None,
        "p_value": difference.p_value,
        "corrected_p_value": p_values[grouping],
        "effect_size": found.size,
        "effect_low": found.low,
        "effect_high": found.high,
        "effect_beyond_chance": found.beyond_chance,
        "lift": found.lift,
        "lift_low": found.lift_low,
        "lift_high": found.lift_high,
        "group_count": found.group_count,
        "verdict": _verdict(kpi, grouping, effects, p_values, window_days=window_days),
    }


def _verdict(
    kpi: Kpi,
    grouping: str,
    effects: dict[str, Effect],
    p_values: dict[str, float],
    *,
    window_days: int,
) -> str:
    found, mine = effects[grouping], effects[SEGMENT]
    label, measure = kpi.label.format(window_days), _measure(kpi)
    if grouping == SEGMENT:
        return told_alone(
            label,
            measure,
            effect=found.size,
            interval=(found.low, found.high),
            p_value=p_values[SEGMENT],
        )
    return told_beside(
        label,
        OTHERS[grouping],
        measure,
        effects=(mine.beyond_chance, found.beyond_chance),
        lift=found.lift,
        interval=(found.lift_low, found.lift_high),
        p_values=(p_values[SEGMENT], p_values[grouping]),
    )


def _measure(kpi: Kpi) -> str:
    return "Cramér's V" if kpi.is_share else "epsilon squared"
