"""What is kept of an arm: a few sums, from which all its statistics follow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

# Plain sums of millions of doubles are known to about this share of the squares: what
# is left below it is rounding, not variance.
ROUNDING = 1e-9


class Sums(NamedTuple):
    """Sums over the customers of one arm, one row per comparison; shape (n,) each.

    A mean is a ratio whose base is 1 for every customer, so that there is one formula
    for proportions, means and ratios. Past values are those of the pre-period, or any
    other covariate known at the assignment.

    Attributes:
        customers: Customers.
        value: Sum of values.
        base: Sum of bases: the customers themselves for proportions and means.
        past_value: Sum of past values.
        past_base: Sum of past bases.
        value_value: Sum of squared values; the same for the other products.
        base_base: Bases squared.
        past_value_past_value: Past values squared.
        past_base_past_base: Past bases squared.
        value_base: Values times bases.
        value_past_value: Values times past values.
        value_past_base: Values times past bases.
        base_past_value: Bases times past values.
        base_past_base: Bases times past bases.
        past_value_past_base: Past values times past bases.
    """

    customers: Vector
    value: Vector
    base: Vector
    past_value: Vector
    past_base: Vector
    value_value: Vector
    base_base: Vector
    past_value_past_value: Vector
    past_base_past_base: Vector
    value_base: Vector
    value_past_value: Vector
    value_past_base: Vector
    base_past_value: Vector
    base_past_base: Vector
    past_value_past_base: Vector

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """The sums in a table, row by row.

        Args:
            frame: Columns customer_count, and value_sum, base_sum and so on. Nulls
                become NaN.

        Raises:
            ValueError: If a column is missing.
        """
        names = ["customer_count", *(f"{name}_sum" for name in cls._fields[1:])]
        missing = sorted(set(names) - set(frame.columns))
        if missing:
            raise ValueError(f"the sums lack these columns: {', '.join(missing)}")
        return cls(
            *(
                frame[name].to_numpy(dtype=np.float64, na_value=math.nan)
                for name in names
            )
        )

    def plus(self, other: Sums) -> Sums:
        """The sums over the customers of both; nobody may be in both."""
        return Sums(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Sums:
        """Some of the rows, by position or by mask."""
        return Sums(*(column[rows] for column in self))

    @property
    def mean(self) -> Vector:
        """Value per base: of a proportion the rate. NaN without any base."""
        return divide(self.value, self.base)

    @property
    def past_mean(self) -> Vector:
        """Past value per past base."""
        return divide(self.past_value, self.past_base)

    @property
    def variance(self) -> Vector:
        """Of what one customer adds to the mean; that of the mean is by customers less.

        Customers are independent, their bases are not ours to choose: the ratio is
        linearised (delta method). For means it is the sample variance.
        """
        mean = self.mean
        squares = self.value_value + mean**2 * self.base_base
        rest = squares - 2 * mean * self.value_base
        return divide(self._per_customer(_known(rest, squares)), self._base_squared)

    @property
    def past_variance(self) -> Vector:
        """The same of the past mean."""
        mean = self.past_mean
        squares = self.past_value_past_value + mean**2 * self.past_base_past_base
        rest = squares - 2 * mean * self.past_value_past_base
        past_base = divide(self.past_base, self.customers)
        return divide(self._per_customer(_known(rest, squares)), past_base**2)

    @property
    def covariance(self) -> Vector:
        """Of what one customer adds to the mean and to the past mean."""
        mean, past_mean = self.mean, self.past_mean
        rest = (
            self.value_past_value
            - past_mean * self.value_past_base
            - mean * self.base_past_value
            + mean * past_mean * self.base_past_base
        )
        bases = divide(self.base, self.customers) * divide(
            self.past_base, self.customers
        )
        return divide(self._per_customer(rest), bases)

    @property
    def variance_of_mean(self) -> Vector:
        """Squared standard error of the mean."""
        return divide(self.variance, self.customers)

    @property
    def _base_squared(self) -> Vector:
        return divide(self.base, self.customers) ** 2

    def _per_customer(self, rest: Vector) -> Vector:
        return divide(rest, np.where(self.customers > 1, self.customers - 1, math.nan))


def divide(part: Vector, whole: Vector) -> Vector:
    """Part by whole, NaN where the whole is zero or unknown."""
    part, whole = np.broadcast_arrays(part, whole)
    out = np.full(part.shape, math.nan)
    return np.asarray(np.divide(part, whole, out=out, where=whole != 0))


def _known(rest: Vector, squares: Vector) -> Vector:
    """What is left of squares, zero where it is no more than rounding."""
    return np.where(np.abs(rest) <= ROUNDING * np.abs(squares), 0.0, rest)
