"""Small cells of published counts: hide them, and what would give them away.

A table of counts comes with totals, so a single hidden cell is the total less the
others. Cells and totals are taken together here: a line is a total and the cells that
add up to it. A table of one dimension is one line, one of two dimensions a line per row
and column, tables that share totals are the lines of all.

What is promised, of counts that are published under this rule alone:

- no published count lies between 1 and `minimum_cell_size` - 1;
- a line with a hidden cell has at least two (its total counts as one), and where its
  total is published the hidden ones add up to `minimum_cell_size` or more;
- whoever solves all lines together, knowing that no count is below 0, is left with a
  range of at least half of `minimum_cell_size` for every cell that is hidden for being
  small, and of one for the others.

Zeros are about nobody and are published; where there is nothing else to hide, one may
be hidden with the others, so a hidden cell may be 0. What cannot be prevented here:
that someone compares two builds, or counts a table with a row per customer.

Assumptions:
    Ranges are those of real numbers. In tables of one or two dimensions the lines are
    those of a network, whose extreme points are whole, so knowing that counts are whole
    helps nobody; over several tables with common totals it may, a little.

References:
    Cox, Suppression methodology and statistical disclosure control, JASA 75 (1980).
    Fischetti and Salazar, Models and algorithms for the 2-dimensional cell suppression
    problem, Mathematical Programming 84 (1999).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import linprog

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

ALL = "all"
SUPPRESSED_COLUMNS = ["breakdown", "value", "segment_id", "is_suppressed"]


_TOLERANCE = 1e-6


class SuppressionError(ValueError):
    """The counts do not make tables, or small cells cannot be hidden."""


class Line(NamedTuple):
    """Cells that add up to a total.

    Attributes:
        cells: Positions of the cells.
        total: Position of their total.
    """

    cells: list[int]
    total: int

    @property
    def members(self) -> list[int]:
        """The cells and the total: any one of them is told by the others."""
        return [*self.cells, self.total]


def hide_small_cells(
    counts: NDArray[np.int64],
    lines: Sequence[Line],
    *,
    minimum_cell_size: int,
    hidden_before: Iterable[int] = (),
    published_before: Iterable[int] = (),
) -> NDArray[np.bool_]:
    """Which cells to hide so that none below the minimum can be told.

    Small cells are hidden first; then what would give them away, until no line and no
    system of lines does: first what helps in two lines at once, then the smallest;
    totals last.

    Args:
        counts: Cells and totals, shape (n,), none negative.
        lines: What adds up to what.
        minimum_cell_size: Smallest count above 0 that is published.
        hidden_before: Positions that are hidden elsewhere, and so are hidden here.
        published_before: Positions that are published elsewhere, and so cannot be
            hidden here.

    Returns:
        Whether each is hidden, shape (n,).

    Raises:
        SuppressionError: If counts are negative, a line does not add up, or a small
            cell was published before.
    """
    small = (counts > 0) & (counts < minimum_cell_size)
    hidden = small.copy()
    hidden[list(hidden_before)] = True
    closed = np.zeros(len(counts), dtype=bool)
    closed[list(published_before)] = True
    _require_tables(counts, lines, small & closed)
    for line in lines:
        if counts[line.total] == 0:
            closed[line.members] = (
                True  # Nobody in all of it: hiding a part is in vain.
            )
    totals = np.zeros(len(counts), dtype=bool)
    totals[[line.total for line in lines]] = True

    def tells(line: Line) -> bool:
        return _is_telling(line, counts, hidden, minimum_cell_size)

    def hide_one_of(members: Iterable[int]) -> bool:
        open_members = [cell for cell in members if not hidden[cell] | closed[cell]]
        if not open_members:
            return False
        needy = dict.fromkeys(open_members, 0)
        for line in filter(tells, lines):
            for cell in line.members:
                if cell in needy:
                    needy[cell] += 1
        hidden[
            min(
                open_members,
                key=lambda cell: (
                    *(totals[cell], counts[cell] == 0),
                    *(-needy[cell], counts[cell], cell),
                ),
            )
        ] = True
        return True

    while True:
        while any(tells(line) and hide_one_of(line.members) for line in lines):
            pass
        widths = range_widths(counts, lines, hidden)
        enough = np.where(small, minimum_cell_size / 2, 1) - _TOLERANCE
        exposed = np.flatnonzero(hidden & (widths < enough)).tolist()
        helped = [
            hide_one_of(
                member
                for line in lines
                if cell in line.members
                for member in line.members
            )
            or hide_one_of(range(len(counts)))
            for cell in exposed
        ]
        if not any(helped):
            break
    if small[exposed].any():
        raise SuppressionError("Small cells are told by what was published before.")
    return hidden


def range_widths(
    counts: NDArray[np.int64], lines: Sequence[Line], hidden: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """How closely each cell is known to whoever reads all published cells and totals.

    Args:
        counts: Cells and totals, shape (n,).
        lines: What adds up to what.
        hidden: Whether each is hidden, shape (n,).

    Returns:
        Largest less smallest value that agrees with everything published, shape (n,);
        0 where it is published or told by the others, infinite without a bound.
    """
    places = np.flatnonzero(hidden)
    widths = np.zeros(len(counts))
    signs = np.zeros((len(lines), len(counts)))
    for number, line in enumerate(lines):
        signs[number, line.cells] = 1
        signs[number, line.total] = -1
    known = signs @ np.where(hidden, 0, counts)
    unknown = signs[:, places]
    used = unknown.any(axis=1)
    for number, place in enumerate(places):
        objective = np.zeros(len(places))
        objective[number] = 1
        ends = [
            linprog(
                direction * objective,
                A_eq=unknown[used],
                b_eq=-known[used],
                method="highs",
            )
            for direction in (1, -1)
        ]
        widths[place] = (
            math.inf if ends[1].x is None else ends[1].x[number] - ends[0].x[number]
        )
    return widths


def suppress_audience(cells: pd.DataFrame, *, minimum_cell_size: int) -> pd.DataFrame:
    """Which counts of customers by breakdown, value and segment to hide.

    The tables of all breakdowns have the totals of the segments in common.

    Args:
        cells: One row per breakdown, value and segment, with `customer_count`; the
            total of a value has no `segment_id`, the totals of the segments have
            breakdown and value "all". `is_hidden` says of those totals whether they are
            hidden elsewhere, and is null for everything else.
        minimum_cell_size: Smallest count above 0 that is published.

    Returns:
        The keys of every row of `cells`, with `is_suppressed`.

    Raises:
        SuppressionError: If the counts do not add up.
    """
    rows = cells.reset_index(drop=True)
    decided = rows["is_hidden"].astype("boolean")
    hidden = hide_small_cells(
        rows["customer_count"].to_numpy(dtype=np.int64),
        _lines_of(rows),
        minimum_cell_size=minimum_cell_size,
        hidden_before=np.flatnonzero(decided.fillna(value=False)).tolist(),
        published_before=np.flatnonzero(~decided.fillna(value=True)).tolist(),
    )
    return rows.assign(is_suppressed=hidden)[SUPPRESSED_COLUMNS]


def _lines_of(rows: pd.DataFrame) -> list[Line]:
    """A line per value over the segments, and per segment over the values."""
    is_total = rows["segment_id"].isna()
    of_all = rows["breakdown"] == ALL
    segments = rows["segment_id"].astype("Float64").fillna(-1)
    lines = []
    for _, row in rows.groupby(["breakdown", "value"], sort=False):
        total = row.index[is_total[row.index]]
        lines += [Line(row.index.difference(total).tolist(), place) for place in total]
    for (_, segment), column in rows[~of_all].groupby(
        [rows["breakdown"], segments], sort=False
    ):
        total = rows.index[of_all & (segments == segment)]
        lines += [Line(column.index.tolist(), place) for place in total]
    return lines


def _is_telling(
    line: Line,
    counts: NDArray[np.int64],
    hidden: NDArray[np.bool_],
    minimum_cell_size: int,
) -> bool:
    """Whether a line by itself tells a hidden cell, or a sum that is too small."""
    concealed = [cell for cell in line.members if hidden[cell]]
    if not concealed:
        return False
    too_small = int(counts[concealed].sum()) < minimum_cell_size
    return len(concealed) == 1 or (too_small and not hidden[line.total])


def _require_tables(
    counts: NDArray[np.int64], lines: Sequence[Line], wrong: NDArray[np.bool_]
) -> None:
    if (counts < 0).any():
        raise SuppressionError("A count is below 0.")
    for line in lines:
        if counts[line.cells].sum() != counts[line.total]:
            raise SuppressionError(
                f"Cells add up to {counts[line.cells].sum()}, "
                f"but their total is {counts[line.total]}."
            )
    if wrong.any():
        raise SuppressionError("A cell that was published before is too small.")
