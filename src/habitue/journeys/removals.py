"""What a channel or step is worth: how many conversions are lost without it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse, stats

from habitue.journeys.absorption import Chain, removal_effects
from habitue.journeys.chains import CONVERSION, DROPPED, LEVELS, START, scopes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

REMOVAL_COLUMNS = {
    "level": "str",
    "segment_id": "Int64",
    "state": "str",
    "status": "str",
    "visit_count": "int64",
    "removal_effect": "float64",
    "removal_effect_low": "float64",
    "removal_effect_high": "float64",
    "attribution_share": "float64",
    "attribution_share_low": "float64",
    "attribution_share_high": "float64",
    "attributed_conversions": "float64",
}
TOLD, NO_JOURNEYS, NO_CONVERSION = "told", "no journeys", "no conversion"
# With fewer bags of customers there is no interval.
LEAST_BAGS = 10
# Figures that differ by less are the same.
ROUNDING = 1e-9


def measure_removals(counts: pd.DataFrame) -> pd.DataFrame:
    """Removal effect, share and attributed conversions of every state.

    Args:
        counts: One row per level, segment, bag of customers and transition: level,
            segment_id (null for customers without one), bag, state, next_state,
            transition_count.

    Returns:
        REMOVAL_COLUMNS, one row per level, segment (null: all customers) and state but
        the artificial ones. Shares are effects by their sum. A level without
        transitions has one row that says so.

    Assumptions:
        A chain of the first order. Intervals are jackknife ones that leave out one bag
        of customers at a time, with Student's t; customers are independent. Effects
        near 0 or 1 are skewed, and limits are cut there. Without a state everything
        else is assumed to stay as it is, which no data can show: effects are not
        causal.

    References:
        Anderl et al. (2016), International Journal of Research in Marketing 33.
        Kott (2001), The delete-a-group jackknife, Journal of Official Statistics 17.
    """
    ledger = counts[(counts["state"] != CONVERSION) & (counts["transition_count"] > 0)]
    tables = [
        pd.DataFrame(
            [{"level": level, "state": START, "status": NO_JOURNEYS, "visit_count": 0}]
        )
        for level in LEVELS
        if level not in set(ledger["level"])
    ]
    for (level, segment_id), rows in scopes_of(ledger):
        tables.append(_measure_scope(rows).assign(level=level, segment_id=segment_id))
    table = pd.concat(tables, ignore_index=True)
    return table.reindex(columns=list(REMOVAL_COLUMNS)).astype(REMOVAL_COLUMNS)


def _measure_scope(rows: pd.DataFrame) -> pd.DataFrame:
    wide = rows.pivot_table(
        index=["state", "next_state"],
        columns="bag",
        values="transition_count",
        aggfunc="sum",
        fill_value=0,
    )
    texts = wide.index.to_frame(index=False).to_numpy(dtype=object)
    names, codes = np.unique(texts.ravel().astype(str), return_inverse=True)
    origin, target = codes.reshape(texts.shape).T
    by_bag = wide.to_numpy(dtype=np.float64)
    everything = by_bag.sum(axis=1)
    shown = np.flatnonzero(~np.isin(names, [START, CONVERSION, DROPPED]))
    visits = np.bincount(origin, everything, minlength=len(names))[shown]
    effects = _effects(names, origin, target, everything)[shown]
    shares = _shares(effects)
    found = np.stack([effects, shares], axis=1)
    left_out = np.stack(
        [
            np.stack([some, _shares(some)], axis=1)
            for bag in by_bag.T
            for some in [_effects(names, origin, target, everything - bag)[shown]]
        ]
    )
    margin = jackknife_margin(left_out)
    low, high = np.clip(found - margin, 0, 1), np.clip(found + margin, 0, 1)
    conversions = everything[names[target] == CONVERSION].sum()
    return pd.DataFrame(
        {
            "state": names[shown],
            "status": NO_CONVERSION if conversions == 0 else TOLD,
            "visit_count": np.rint(visits).astype(np.int64),
            "removal_effect": effects,
            "removal_effect_low": low[:, 0],
            "removal_effect_high": high[:, 0],
            "attribution_share": shares,
            "attribution_share_low": low[:, 1],
            "attribution_share_high": high[:, 1],
            "attributed_conversions": shares * conversions,
        }
    )


def jackknife_margin(left_out: Vector) -> Vector:
    """Half of the 95 % interval of figures, by those without one group each.

    Args:
        left_out: Figures without each group, shape (n_groups, ...).

    Returns:
        Shape (...); NaN for fewer groups than LEAST_BAGS, where a figure is not known
        without some group, and where none changes it: that tells nothing.
    """
    n_groups = len(left_out)
    if n_groups < LEAST_BAGS:
        return np.full(left_out.shape[1:], math.nan)
    deviations = left_out - left_out.mean(axis=0)
    variance = (n_groups - 1) / n_groups * (deviations**2).sum(axis=0)
    factor = float(stats.t.ppf(0.975, n_groups - 1))
    error = np.sqrt(variance)
    return np.where(error > ROUNDING, factor * error, math.nan)


def _effects(
    names: NDArray[np.str_],
    origin: NDArray[np.int64],
    target: NDArray[np.int64],
    weights: Vector,
) -> Vector:
    n_names = len(names)
    ends = {end: names[target] == end for end in (CONVERSION, DROPPED)}
    inner = ~(ends[CONVERSION] | ends[DROPPED])
    moves = sparse.csr_array(
        (weights[inner], (origin[inner], target[inner])), shape=(n_names, n_names)
    )
    conversions, drops = (
        np.bincount(origin[rows], weights[rows], minlength=n_names).astype(np.float64)
        for rows in ends.values()
    )
    start = int(np.searchsorted(names, START))
    if start >= n_names or names[start] != START:
        return np.full(n_names, math.nan)
    return removal_effects(Chain(moves, conversions, drops), start)


def _shares(effects: Vector) -> Vector:
    total = effects.sum()
    return effects / total if total > 0 else np.full(len(effects), math.nan)
