"""What a model of repeat orders knows of a customer: how many, the last, how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from habitue.lifetime_value.errors import LifetimeValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


class Histories(NamedTuple):
    """Checked columns, one entry per customer or group.

    Attributes:
        repeat_count: Repeat orders, shape (n,).
        last_repeat: Time from the first order to the last repeat order, shape (n,).
        observed: Time from the first order to the end of observation, shape (n,).
    """

    repeat_count: NDArray[np.int64]
    last_repeat: NDArray[np.float64]
    observed: NDArray[np.float64]

    def take(self, rows: NDArray[np.intp]) -> Histories:
        """The histories of some rows."""
        return Histories(
            self.repeat_count[rows], self.last_repeat[rows], self.observed[rows]
        )


class LogChances(NamedTuple):
    """How likely a model finds histories, but for a factor that both have.

    Attributes:
        alive: Logarithm of the chance of the history and of not having left, shape
            (n,). The factor does not depend on `observed`.
        left: The same of the history and of having left, shape (n,).
    """

    alive: NDArray[np.float64]
    left: NDArray[np.float64]


class Groups(NamedTuple):
    """Rows that are equal.

    Attributes:
        rows: One row of each group, shape (n_groups,).
        group: The group of each row, shape (n_rows,).
    """

    rows: NDArray[np.intp]
    group: NDArray[np.intp]

    def sums(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sum of the counts of each group's rows."""
        sums = np.zeros(len(self.rows), dtype=np.int64)
        np.add.at(sums, self.group, counts)
        return sums


@dataclass(frozen=True, eq=False)
class RepeatCounts:
    """Repeat orders of all customers, those with equal histories in one group.

    Whatever comes in is checked, grouped and sorted, so the order of rows never
    matters. Columns that are grouped already (in SQL, say) may be given as they are.

    Attributes:
        repeat_count: Repeat orders (the first order does not count), shape
            (n_groups,). Orders of one day are one order.
        last_repeat: Time from the first order to the last repeat order, shape
            (n_groups,); 0 without a repeat order.
        observed: Time from the first order to the end of observation, shape
            (n_groups,), in the unit of `last_repeat` (weeks, by custom).
        customer_count: Customers who share the three, shape (n_groups,).

    Raises:
        LifetimeValueError: If a column is no such thing; the message says what to do.
    """

    repeat_count: NDArray[np.int64]
    last_repeat: NDArray[np.float64]
    observed: NDArray[np.float64]
    customer_count: NDArray[np.int64]

    def __post_init__(self) -> None:
        histories = check_histories(self.repeat_count, self.last_repeat, self.observed)
        counts = check_customer_count(
            self.customer_count, size=len(histories.repeat_count)
        )
        groups = group_rows(histories)
        for name, column in zip(Histories._fields, histories, strict=True):
            object.__setattr__(self, name, column[groups.rows])
        object.__setattr__(self, "customer_count", groups.sums(counts))

    @classmethod
    def of_customers(
        cls, repeat_count: ArrayLike, last_repeat: ArrayLike, observed: ArrayLike
    ) -> RepeatCounts:
        """Group customers, given one entry each, shape (n_customers,)."""
        histories = check_histories(repeat_count, last_repeat, observed)
        return cls(*histories, np.ones(len(histories.repeat_count), dtype=np.int64))

    @property
    def total(self) -> int:
        """Number of customers."""
        return int(self.customer_count.sum())


def check_histories(
    repeat_count: ArrayLike, last_repeat: ArrayLike, observed: ArrayLike
) -> Histories:
    """Arrays of equal length, every entry a history that can be.

    Raises:
        LifetimeValueError: If one cannot.
    """
    count = check_whole_numbers(repeat_count, name="repeat_count")
    last = check_numbers(last_repeat, name="last_repeat")
    seen = check_numbers(observed, name="observed")
    if not len(count) == len(last) == len(seen):
        raise LifetimeValueError(
            "repeat_count, last_repeat and observed differ in length "
            f"({len(count)}, {len(last)}, {len(seen)}): give one entry per customer"
        )
    _refuse(
        last > seen,
        "last_repeat is later than observed: measure both from the first order, in one "
        "unit, and leave out orders after the end of observation",
    )
    _refuse(
        (count == 0) & (last > 0),
        "last_repeat is above 0 without a repeat order: it must be 0 where "
        "repeat_count is 0",
    )
    _refuse(
        (count > 0) & (last == 0),
        "last_repeat is 0 in spite of a repeat order: merge orders of one day before "
        "counting",
    )
    return Histories(count, last, seen)


def check_customer_count(customer_count: ArrayLike, *, size: int) -> NDArray[np.int64]:
    """Numbers of customers per group, each at least 1.

    Raises:
        LifetimeValueError: If they are no such numbers, or not as many as groups.
    """
    count = check_whole_numbers(customer_count, name="customer_count")
    if len(count) != size:
        raise LifetimeValueError(
            f"customer_count has {len(count)} entries for {size} groups: give one each"
        )
    _refuse(count == 0, "customer_count is 0: leave out groups without customers")
    return count


def check_whole_numbers(values: ArrayLike, *, name: str) -> NDArray[np.int64]:
    """A column of whole numbers, 0 or above.

    Raises:
        LifetimeValueError: If it is none.
    """
    column = check_numbers(values, name=name)
    _refuse(column != np.floor(column), f"{name} is not a whole number: it counts")
    return column.astype(np.int64)


def check_numbers(values: ArrayLike, *, name: str) -> NDArray[np.float64]:
    """A column of finite numbers, 0 or above.

    Raises:
        LifetimeValueError: If it is none.
    """
    column = to_column(values, name=name)
    _refuse(
        ~np.isfinite(column),
        f"{name} is missing or infinite: fill it or leave the customer out",
    )
    _refuse(column < 0, f"{name} is negative: credits and corrections do not count")
    return column


def to_column(values: ArrayLike, *, name: str) -> NDArray[np.float64]:
    """A column of numbers, missing ones allowed.

    Raises:
        LifetimeValueError: If it holds anything else, or is no column.
    """
    try:
        column = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise LifetimeValueError(
            f"{name} holds something that is no number ({error}): fill or leave out "
            "missing values"
        ) from error
    if column.ndim != 1:
        raise LifetimeValueError(f"{name} must be a column, got shape {column.shape}")
    return column


def group_rows(columns: Sequence[NDArray[np.float64] | NDArray[np.int64]]) -> Groups:
    """Groups of equal rows, in ascending order of the columns."""
    size = len(columns[0])
    order = np.lexsort(columns[::-1])
    is_first = np.ones(size, dtype=bool)
    is_first[1:] = False
    for column in columns:
        is_first[1:] |= np.diff(column[order]) != 0
    group = np.empty(size, dtype=np.intp)
    group[order] = np.cumsum(is_first) - 1
    return Groups(rows=order[is_first], group=group)


def _refuse(is_wrong: NDArray[np.bool_], message: str) -> None:
    if is_wrong.any():
        row = int(np.flatnonzero(is_wrong)[0])
        raise LifetimeValueError(
            f"{message} ({int(is_wrong.sum())} such rows, the first is row {row})"
        )
