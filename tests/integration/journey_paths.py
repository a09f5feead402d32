"""Journeys counted from paths in plain Python, and the shop of retentioneering."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import duckdb
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

START, CONVERSION, DROPPED = "(start)", "(conversion)", "(dropped)"
Move = tuple[str, str]


def write_ecom(shared_data: Path, path: Path) -> str:
    """The 600 users of retentioneering's shop as canonical events, in file order.

    162 times of a user hold several events, so ids sort as the file does; each event
    has a product of its own, since the same again at one moment is a double fire.
    """
    source = f"{shared_data}/retentioneering/ecom.parquet"
    duckdb.sql(
        "copy (select user_id, event as event_type, "
        "strftime(timestamp, '%Y-%m-%d %H:%M:%S') as occurred_at, "
        "'e' || lpad(cast(file_row_number as varchar), 6, '0') as event_id, "
        "'p' || file_row_number as product_id "
        f"from read_parquet('{source}', file_row_number = true)) "
        f"to '{path}' (format parquet)"
    )
    return str(path)


def ecom_paths(shared_data: Path) -> dict[str, list[str]]:
    """User → events by time, then by place in the file."""
    source = f"{shared_data}/retentioneering/ecom.parquet"
    paths: dict[str, list[str]] = defaultdict(list)
    for user, event in duckdb.sql(
        "select user_id, "
        "case when event = 'purchase' then '(conversion)' else event end "
        f"from read_parquet('{source}', file_row_number = true) "
        "order by user_id, timestamp, file_row_number"
    ).fetchall():
        paths[user].append(event)
    return paths


def count_moves(
    paths: Iterable[Sequence[str]], *, order: int = 1, goes_on: bool = False
) -> Counter[tuple[str, ...]]:
    """Transitions of whole paths; of the second order with the state before.

    A path that `goes_on` after conversions is dropped in the end, whatever came last.
    """
    moves: Counter[tuple[str, ...]] = Counter()
    for path in paths:
        whole = ["", START, *path]
        if goes_on or whole[-1] != CONVERSION:
            whole.append(DROPPED)
        moves.update(
            tuple(whole[place - order : place + 1]) for place in range(2, len(whole))
        )
    return moves


def conversion(moves: Counter[tuple[str, ...]]) -> dict[tuple[str, ...], float]:
    """Conversion from each state (with the one before), by a dense matrix."""
    left = {move[:-1] for move in moves if move[-2] != CONVERSION}
    states = sorted(left)
    place = {state: i for i, state in enumerate(states)}
    matrix = np.zeros((len(states), len(states) + 2))
    for move, count in moves.items():
        if move[-2] == CONVERSION:
            continue
        column = {CONVERSION: -2, DROPPED: -1}.get(move[-1])
        if column is None:
            column = place[move[1:]]
        matrix[place[move[:-1]], column] += count
    matrix /= matrix.sum(axis=1, keepdims=True)
    size = len(states)
    found = np.linalg.solve(np.eye(size) - matrix[:, :size], matrix[:, -2])
    return dict(zip(states, found, strict=True))
