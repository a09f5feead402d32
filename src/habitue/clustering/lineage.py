"""What became of each segment from one model version to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONTINUED, BORN, DIED, SPLIT, MERGED = "continued", "born", "died", "split", "merged"
# Whoever gives most of a new segment is its parent; whoever takes most of an old one
# is its heir.
MOST = 0.5
# A segment that is gone and holds less of today's customers has died out: the few who
# are left there are strays, whoever takes them.
LEAST_LEFT = 0.01
LINEAGE_COLUMNS = {
    "event": "str",
    "previous_segment_id": "Int64",
    "segment_id": "Int64",
    "customer_share": "float64",
    "jaccard": "float64",
}


class Overlap(NamedTuple):
    """The same customers, placed by two models on the same day.

    Attributes:
        previous_ids: Segment ids of the earlier model, shape (m,).
        counts: Customers in each current segment (rows) that the earlier model would
            place in each of its own (columns), shape (k, m).
    """

    previous_ids: NDArray[np.int64]
    counts: NDArray[np.int64]

    @property
    def jaccard(self) -> NDArray[np.float64]:
        """Shared over all customers of each pair, shape (k, m), in [0, 1]."""
        ours = self.counts.sum(axis=1)[:, None]
        theirs = self.counts.sum(axis=0)[None, :]
        union = np.maximum(ours + theirs - self.counts, 1)
        return np.asarray(self.counts / union, dtype=np.float64)


def overlap_of(
    labels: NDArray[np.int64],
    previous_labels: NDArray[np.int64],
    *,
    k: int,
    previous_ids: NDArray[np.int64],
) -> Overlap:
    """Count the customers in each pair of segments.

    Args:
        labels: Current segment of each customer, in [0, k), or a negative number for
            noise, shape (n_customers,).
        previous_labels: Segment id by the earlier model, shape (n_customers,).
        k: Current segments.
        previous_ids: All ids of the earlier model, ascending, shape (m,).
    """
    places = np.searchsorted(previous_ids, previous_labels)
    counts = np.zeros((k, len(previous_ids)), dtype=np.int64)
    inside = labels >= 0
    np.add.at(counts, (labels[inside], places[inside]), 1)
    return Overlap(previous_ids, counts)


def lineage_events(
    overlap: Overlap | None, segment_ids: NDArray[np.int64]
) -> pd.DataFrame:
    """One event for each segment of either version.

    Args:
        overlap: The earlier version, None for the first one.
        segment_ids: Ids of the current segments, in the order of the overlap's rows,
            shape (k,).

    Returns:
        event, previous_segment_id, segment_id, customer_share, jaccard:
        - continued: it kept its id; customer_share of the earlier segment stayed.
        - split: new, and most of it (customer_share) was in the earlier segment.
        - born: new, and of no one segment mostly; no earlier segment.
        - merged: gone, and most of it (customer_share) is in the current segment.
        - died: gone, and nowhere mostly, or under 1 % of the customers are where it
          was; no current segment.
        Both ids are null where there is nothing to name, as is Jaccard similarity.
    """
    if overlap is None:
        return _table([(BORN, None, number, np.nan, np.nan) for number in segment_ids])
    known = {int(number): place for place, number in enumerate(overlap.previous_ids)}
    shares = overlap.counts / np.maximum(overlap.counts.sum(axis=1), 1)[:, None]
    kept = overlap.counts / np.maximum(overlap.counts.sum(axis=0), 1)[None, :]
    rows: list[tuple[str, int | None, int | None, float, float]] = []
    for row, number in enumerate(int(one) for one in segment_ids):
        if number in known:
            column = known[number]
            pair = (float(kept[row, column]), float(overlap.jaccard[row, column]))
            rows.append((CONTINUED, number, number, *pair))
        else:
            parent = int(shares[row].argmax())
            share, jaccard = shares[row, parent], overlap.jaccard[row, parent]
            if share >= MOST:
                parent_id = int(overlap.previous_ids[parent])
                rows.append((SPLIT, parent_id, number, float(share), float(jaccard)))
            else:
                rows.append((BORN, None, number, np.nan, np.nan))
    for number, column in known.items():
        if number not in segment_ids:
            heir = int(kept[:, column].argmax())
            share, jaccard = kept[heir, column], overlap.jaccard[heir, column]
            left = overlap.counts[:, column].sum() / max(int(overlap.counts.sum()), 1)
            if share >= MOST and left >= LEAST_LEFT:
                heir_id = int(segment_ids[heir])
                rows.append((MERGED, number, heir_id, float(share), float(jaccard)))
            else:
                rows.append((DIED, number, None, np.nan, np.nan))
    return _table(rows)


def _table(
    rows: list[tuple[str, int | None, int | None, float, float]],
) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(LINEAGE_COLUMNS)).astype(LINEAGE_COLUMNS)
