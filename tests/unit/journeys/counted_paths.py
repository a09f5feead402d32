"""Transitions of paths that are written down, counted without the code under test."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

START, CONVERSION, DROPPED = "(start)", "(conversion)", "(dropped)"
BRYL = [
    ("C1", "C2", "C3", CONVERSION),
    ("C1", DROPPED),
    ("C2", "C3", DROPPED),
]
"""S. Bryl's example: three paths, once each."""


def counted(
    paths: Iterable[Sequence[str]], *, level: str = "channel", segment_id: int = 1
) -> pd.DataFrame:
    """Transitions of paths that end in CONVERSION or DROPPED; a customer each."""
    rows: Counter[tuple[int, str | None, str, str]] = Counter()
    for customer, path in enumerate(paths):
        whole = [None, START, *path]
        for before, state, following in zip(whole, whole[1:], whole[2:], strict=False):
            rows[customer, before, str(state), str(following)] += 1
    columns = ["customer", "previous_state", "state", "next_state"]
    table = pd.DataFrame([*rows], columns=columns)
    return table.assign(
        level=level,
        segment_id=segment_id,
        transition_count=list(rows.values()),
        fold=table["customer"] % 5,
        bag=table["customer"] % 20,
    )
