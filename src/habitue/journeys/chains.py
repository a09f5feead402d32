"""Chains fitted to counted transitions, on all customers and with a fifth held out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from habitue.journeys.absorption import Chain, absorb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Codes = NDArray[np.int64]
    Vector = NDArray[np.float64]

START, CONVERSION, DROPPED = "(start)", "(conversion)", "(dropped)"
FOLDS = 5
LEVELS = ("step", "channel")
CHAIN_COLUMNS = {
    "level": "str",
    "segment_id": "Int64",
    "chain_order": "int64",
    "held_out_fold": "Int64",
    "previous_state": "str",
    "state": "str",
    "visit_count": "int64",
    "conversion_probability": "float64",
    "expected_steps": "float64",
    "status": "str",
}
TOLD = "told"
NO_JOURNEYS = "no journeys"
NO_CONVERSION = "no conversion seen"
NEVER_ENDS = "never ends"
MAY_NEVER_END = "may never end"
UNSEEN = "not seen elsewhere: as after the state alone"
UNSEEN_STATE = "not seen elsewhere: as at the start"


class Places(NamedTuple):
    """The states of a chain, and what is counted between them.

    A state of the second order is a state with the one before it.

    Attributes:
        previous: State before, shape (n_states,); -1 for none.
        state: State, shape (n_states,).
        origin: State left, shape (n_rows,), as a place among the states.
        target: State come to, shape (n_rows,); -1 for an end.
        is_conversion: Whether that end is the conversion, shape (n_rows,).
    """

    previous: Codes
    state: Codes
    origin: Codes
    target: Codes
    is_conversion: NDArray[np.bool_]


def fit_chains(counts: pd.DataFrame) -> pd.DataFrame:
    """Conversion probability and expected steps of every state, by both orders.

    Args:
        counts: One row per level, segment, fold and transition: level, segment_id (null
            for customers without one), fold (0 to FOLDS - 1), previous_state (null for
            the start), state, next_state, transition_count.

    Returns:
        CHAIN_COLUMNS, one row per level, segment (null: all customers), order, fold
        held out (null: none) and state; of the second order per state before it. With a
        fold held out there are rows for the states of all customers: what nobody
        outside the fold was seen in is told by the chain of the first order, else by
        its start. Without any transition, one row per level that says so.

    Assumptions:
        All transitions of a customer are in one fold. Visits of the conversion are left
        out: whoever converts has ended.
    """
    counted = counts[(counts["state"] != CONVERSION) & (counts["transition_count"] > 0)]
    tables = [_none(level) for level in LEVELS if level not in set(counted["level"])]
    for (level, segment_id), rows in scopes_of(counted):
        found = _fit_scope(rows)
        tables.append(found.assign(level=level, segment_id=segment_id))
    table = pd.concat(tables, ignore_index=True)
    return table.reindex(columns=list(CHAIN_COLUMNS)).astype(CHAIN_COLUMNS)


def _none(level: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "level": level,
                "segment_id": None,
                "chain_order": 1,
                "held_out_fold": None,
                "previous_state": None,
                "state": START,
                "visit_count": 0,
                "conversion_probability": math.nan,
                "expected_steps": math.nan,
                "status": NO_JOURNEYS,
            }
        ]
    ).astype(CHAIN_COLUMNS)


def scopes_of(
    counted: pd.DataFrame,
) -> Iterator[tuple[tuple[str, int | None], pd.DataFrame]]:
    """Level and segment (None: all customers), and the rows of each."""
    for level, rows in counted.groupby("level", sort=True):
        yield (str(level), None), rows
        for segment_id, some in rows.groupby("segment_id", sort=True):
            yield (str(level), int(str(segment_id))), some


def _fit_scope(rows: pd.DataFrame) -> pd.DataFrame:
    key = ["previous_state", "state", "next_state"]
    named = rows.assign(previous_state=rows["previous_state"].fillna(""))
    wide = named.pivot_table(
        index=key,
        columns="fold",
        values="transition_count",
        aggfunc="sum",
        fill_value=0,
    ).reindex(columns=range(FOLDS), fill_value=0)
    texts = wide.index.to_frame(index=False).to_numpy(dtype=object)
    names, codes = np.unique(texts.ravel().astype(str), return_inverse=True)
    previous, state, following = codes.reshape(texts.shape).T
    by_fold = wide.to_numpy(dtype=np.float64)
    is_end = np.isin(names, [CONVERSION, DROPPED])
    is_conversion = names[following] == CONVERSION
    orders = {
        1: _places(None, state, following, is_end=is_end, is_conversion=is_conversion),
        2: _places(
            previous, state, following, is_end=is_end, is_conversion=is_conversion
        ),
    }
    tables = []
    for held_out in (None, *range(FOLDS)):
        weights = by_fold.sum(axis=1)
        if held_out is not None:
            weights = weights - by_fold[:, held_out]
        first: pd.DataFrame | None = None
        for order, places in orders.items():
            found = _fit(places, weights, names, order=order)
            if held_out is not None:
                found = _filled(found, first)
            first = found if order == 1 else first
            tables.append(found.assign(chain_order=order, held_out_fold=held_out))
    return pd.concat(tables, ignore_index=True)


def _places(
    previous: Codes | None,
    state: Codes,
    following: Codes,
    *,
    is_end: NDArray[np.bool_],
    is_conversion: NDArray[np.bool_],
) -> Places:
    """States as places; without states before, of the first order."""
    n_names = len(is_end)
    before, before_next = np.zeros_like(state), np.zeros_like(state)
    if previous is not None:
        before, before_next = previous, state
    left, come_to = before * n_names + state, before_next * n_names + following
    ends = is_end[following]
    keys = np.unique(np.concatenate([left, come_to[~ends]]))
    return Places(
        previous=keys // n_names if previous is not None else np.full(len(keys), -1),
        state=keys % n_names,
        origin=np.searchsorted(keys, left),
        target=np.where(ends, -1, np.searchsorted(keys, come_to)),
        is_conversion=is_conversion,
    )


def chain_of(places: Places, weights: Vector) -> Chain:
    """The chain of so many transitions of each row.

    Args:
        places: States, and rows of transitions between them.
        weights: How often each was seen, shape (n_rows,).
    """
    n_states = len(places.state)
    inner = places.target >= 0
    moves = sparse.csr_array(
        (weights[inner], (places.origin[inner], places.target[inner])),
        shape=(n_states, n_states),
    )
    ends = [
        np.bincount(places.origin[rows], weights[rows], minlength=n_states).astype(
            np.float64
        )
        for rows in (~inner & places.is_conversion, ~inner & ~places.is_conversion)
    ]
    return Chain(moves, ends[0], ends[1])


def _fit(
    places: Places, weights: Vector, names: NDArray[np.str_], *, order: int
) -> pd.DataFrame:
    chain = chain_of(places, weights)
    found = absorb(chain)
    is_finite = np.isfinite(found.expected_steps)
    status = np.select(
        [~found.can_end, ~is_finite, ~(found.conversion > 0)],
        [NEVER_ENDS, MAY_NEVER_END, NO_CONVERSION],
        TOLD,
    )
    previous: list[str | None] = [None] * len(places.state)
    if order > 1:
        previous = [names[code] or None for code in places.previous]
    return pd.DataFrame(
        {
            "previous_state": pd.array(previous, dtype="str"),
            "state": names[places.state],
            "visit_count": np.rint(chain.visits).astype(np.int64),
            "conversion_probability": found.conversion,
            "expected_steps": np.where(is_finite, found.expected_steps, np.nan),
            "status": status,
        }
    )


def _filled(found: pd.DataFrame, first: pd.DataFrame | None) -> pd.DataFrame:
    """What nobody was seen in, told by the first order or by the start."""
    missing = (found["visit_count"] == 0).to_numpy()
    if not missing.any():
        return found
    source = found if first is None else first
    seen = source[source["visit_count"] > 0].set_index("state")
    told = seen["conversion_probability"]
    at_start = float(told.get(START, 0.0))
    by_state = found["state"].map(told if first is not None else told.iloc[:0])
    probability = by_state.astype("float64")
    return found.assign(
        conversion_probability=found["conversion_probability"].where(
            ~missing, probability.fillna(at_start)
        ),
        expected_steps=found["expected_steps"].where(~missing),
        status=found["status"].where(
            ~missing, np.where(probability.notna(), UNSEEN, UNSEEN_STATE)
        ),
    )
